import type { FastifyInstance, FastifyReply } from "fastify";
import { access } from "../access/access.ts";
import { personOf } from "../access/guard.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import { fieldOf, formOf } from "../pages/form-body.ts";
import { type PeopleGround, redirect, refusalOf, sendForm } from "../sign-in/ground.ts";
import { tokenBody, tokensBody } from "./token-pages.ts";

const managing = { config: access("people.manage") };
const section = "people" as const;

/** Serves the tokens of machines: a list, making one, revoking one. */
export function tokenRoutes(app: FastifyInstance, ground: PeopleGround): void {
  const { people, answers } = ground;
  const show = (
    reply: FastifyReply,
    form: URLSearchParams,
    errors: FormErrors,
    status = 200,
  ): FastifyReply => {
    const body = tokensBody(people.tokens.list(), answers.here(), { form, errors });
    return sendForm(ground, reply, { title: "Tokens of machines", body, section }, status);
  };
  app.get("/people/tokens", managing, (_request, reply) => show(reply, new URLSearchParams(), noErrors));
  app.post("/people/tokens", managing, (request, reply) => {
    const form = formOf(request);
    const role = form.get("role");
    if (role !== "gateway" && role !== "api") return show(reply, form, { role: "Choose a role." }, 422);
    const names = fieldOf(request, "gateways")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
    const gateways = role === "gateway" && names.length > 0 ? names : null;
    const name = fieldOf(request, "name");
    try {
      const token = people.tokens.create(
        personOf(request),
        { name, role, gateways },
        fieldOf(request, "why"),
      );
      return sendForm(ground, reply, {
        title: `The token of ${name}`,
        body: tokenBody(name, token),
        section,
      });
    } catch (error) {
      const { code, text, status } = refusalOf(error);
      const field = code === "account.why-missing" ? "why" : code === "token.exists" ? "name" : "";
      return show(reply, form, { [field]: text }, status);
    }
  });
  app.post<{ Params: { name: string } }>("/people/tokens/:name/revoke", managing, (request, reply) => {
    try {
      people.tokens.revoke(personOf(request), request.params.name, fieldOf(request, "why"));
      return redirect(reply, "/people/tokens");
    } catch (error) {
      const { text, status } = refusalOf(error);
      return show(reply, new URLSearchParams(), { "": text }, status);
    }
  });
}
