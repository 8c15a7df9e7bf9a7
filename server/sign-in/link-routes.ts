import { emailLengthMax, personNameLengthMax } from "@coldkeep/core/people/account-rules.ts";
import { html } from "ghtml";
import type { FastifyInstance, FastifyReply } from "fastify";
import { access } from "../access/access.ts";
import { limited } from "../access/rate.ts";
import { errorSummary, type FormErrors, formButtons, inputField, noErrors } from "../pages/forms.ts";
import { fieldOf, formOf } from "../pages/form-body.ts";
import { roleWords } from "../pages/navigation.ts";
import { siteTime } from "../pages/site-time.ts";
import type { Account } from "../people/people.ts";
import { fromOf, goOn, type PeopleGround, presentToken, redirect, refusalOf, sendForm } from "./ground.ts";
import { againError, newPasswordFields } from "./password-fields.ts";

const counted = { config: { ...access("public"), ...limited("sign-in") } };

interface LinkParams {
  readonly Params: { readonly token: string };
}

/** Serves the one-time links: the first administrator's, and those of invitations and resets. */
export function linkRoutes(app: FastifyInstance, ground: PeopleGround): void {
  firstAdministrator(app, ground);
  invitation(app, ground);
}

const gone =
  "This link was used, is too old or was replaced by a newer one. Ask an administrator of this server for another.";

/** Signs in with what was just set; where that is refused, the sign-in page says so. */
async function signInWith(
  ground: PeopleGround,
  request: Parameters<typeof fromOf>[0],
  reply: FastifyReply,
  { login }: Account,
  password: string,
): Promise<FastifyReply> {
  try {
    const begun = await ground.people.signIn(login, password, fromOf(request), presentToken(ground, request));
    return goOn(ground, reply, begun, "/");
  } catch (error) {
    refusalOf(error);
    return redirect(reply, "/sign-in");
  }
}

function firstAdministrator(app: FastifyInstance, ground: PeopleGround): void {
  const { firstAdministrator: first } = ground.people;
  const show = (
    reply: FastifyReply,
    token: string,
    form: URLSearchParams,
    errors: FormErrors,
    status = 200,
  ) => {
    const value = (name: string): string => form.get(name) ?? "";
    const body = html`<div class="form-page">
      <h1>Make the first administrator</h1>
      <p class="lead">
        This account makes all others. It has no rights over records: whoever stores blood or decides about it
        gets an account of their own.
      </p>
      !${errorSummary(errors)}
      <form class="form" method="post" action="/first-administrator/${encodeURIComponent(token)}">
        !${inputField({ name: "name", label: "Printed name", hint: "As the records show it.", value: value("name"), required: true, charactersMax: personNameLengthMax, autocomplete: "name", focus: true }, errors)}
        !${inputField({ name: "email", label: "Email address", type: "email", value: value("email"), required: true, charactersMax: emailLengthMax, autocomplete: "email" }, errors)}
        !${inputField({ name: "login", label: "Login", hint: "2 to 64 lower-case letters, digits, dots, dashes and underscores. It is never given to anybody else.", value: value("login"), required: true, charactersMax: 64, autocomplete: "username" }, errors)}
        !${newPasswordFields(null, errors)} !${formButtons({ submit: "Make the account" })}
      </form>
    </div>`;
    return sendForm(ground, reply, { title: "Make the first administrator", body }, status);
  };
  app.get<LinkParams>("/first-administrator/:token", counted, (request, reply) => {
    const { token } = request.params;
    if (!first.isGood(token)) return ground.answers.failed(reply, 404, "This link is not good", goneFirst);
    return show(reply, token, new URLSearchParams(), noErrors);
  });
  app.post<LinkParams>("/first-administrator/:token", counted, async (request, reply) => {
    const { token } = request.params;
    if (!first.isGood(token)) return ground.answers.failed(reply, 404, "This link is not good", goneFirst);
    const form = formOf(request);
    const password = form.get("fresh") ?? "";
    const mistyped = againError(password, form.get("again") ?? "");
    if (mistyped !== null) return show(reply, token, form, mistyped, 422);
    const given = {
      login: fieldOf(request, "login").toLowerCase(),
      name: fieldOf(request, "name"),
      email: fieldOf(request, "email"),
      password,
    };
    try {
      const account = await first.create(token, given);
      return await signInWith(ground, request, reply, account, password);
    } catch (error) {
      const { code, text, status } = refusalOf(error);
      return show(reply, token, form, { [code.startsWith("password.") ? "fresh" : ""]: text }, status);
    }
  });
}

const goneFirst =
  "The first administrator was made already, or the server was started again since: it prints a new link at each start while nobody has an account.";

function invitation(app: FastifyInstance, ground: PeopleGround): void {
  const { links } = ground.people;
  const show = (
    reply: FastifyReply,
    token: string,
    link: { readonly account: Account; readonly expiresAt: number },
    errors: FormErrors,
    status = 200,
  ) => {
    const { account, expiresAt } = link;
    const { site } = ground.answers.here();
    const body = html`<div class="form-page">
      <h1>Set your password</h1>
      <p class="lead">
        For ${account.name}, ${roleWords[account.role].toLowerCase()} at ${site.id}. Your login is
        <b>${account.login}</b>. This link is good once, until ${siteTime(site.timeZone).short(expiresAt)}.
      </p>
      !${errorSummary(errors)}
      <form class="form" method="post" action="/invitation/${encodeURIComponent(token)}">
        !${newPasswordFields(account.login, errors, { focus: true })}
        !${formButtons({ submit: "Set password and sign in" })}
      </form>
    </div>`;
    return sendForm(ground, reply, { title: "Set your password", body }, status);
  };
  app.get<LinkParams>("/invitation/:token", counted, (request, reply) => {
    const { token } = request.params;
    const link = links.look(token);
    if (link === null) return ground.answers.failed(reply, 404, "This link is not good", gone);
    return show(reply, token, link, noErrors);
  });
  app.post<LinkParams>("/invitation/:token", counted, async (request, reply) => {
    const { token } = request.params;
    const link = links.look(token);
    if (link === null) return ground.answers.failed(reply, 404, "This link is not good", gone);
    const form = formOf(request);
    const password = form.get("fresh") ?? "";
    const mistyped = againError(password, form.get("again") ?? "");
    if (mistyped !== null) return show(reply, token, link, mistyped, 422);
    try {
      return await signInWith(ground, request, reply, await links.accept(token, password), password);
    } catch (error) {
      const { text, status } = refusalOf(error);
      return show(reply, token, link, { fresh: text }, status);
    }
  });
}
