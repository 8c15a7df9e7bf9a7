import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { limited } from "../access/rate.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import { fieldOf, formOf } from "../pages/form-body.ts";
import type { Session, SessionStage } from "../people/people.ts";
import {
  dropCookie,
  fromOf,
  goOn,
  nextStep,
  type PeopleGround,
  presentToken,
  redirect,
  refusalOf,
  sendForm,
} from "./ground.ts";
import { refusedWords } from "./refusal-words.ts";
import { ownPath, withTo } from "./own-path.ts";
import { codeBody, signInBody } from "./sign-in-pages.ts";

const open = { config: access("public") };
const counted = { config: { ...access("public"), ...limited("sign-in") } };

const overNote =
  "Your session has ended: nothing was done in it for some time, or it was ended from elsewhere. Sign in again to go on.";

/** Where somebody wants to go after signing in, from the address or the form. */
export function toOf(request: FastifyRequest): string {
  const asked =
    request.method === "POST" ? formOf(request).get("to") : (request.query as { to?: unknown }).to;
  return ownPath(asked);
}

/** The session of a step of signing in; null where this is not its step, which was answered by sending the browser to the right one. */
export function sessionAt(
  ground: PeopleGround,
  request: FastifyRequest,
  reply: FastifyReply,
  stage: SessionStage,
): Session | null {
  const session = ground.people.sessionOf(request);
  if (session?.stage === stage) return session;
  void redirect(
    reply,
    session === null ? withTo("/sign-in", toOf(request)) : nextStep(session, toOf(request)),
  );
  return null;
}

/** Serves signing in and out. `singleSignOn` is the text of its button; null where there is none. */
export function signInRoutes(app: FastifyInstance, ground: PeopleGround, singleSignOn: string | null): void {
  const { people } = ground;
  const show = (
    reply: FastifyReply,
    look: { to: string; login?: string; errors?: FormErrors; note?: string },
    status = 200,
  ): FastifyReply => {
    const { to, login = "", errors = noErrors, note } = look;
    const body = signInBody({ to, errors, ...(note === undefined ? {} : { note }) }, { login, singleSignOn });
    return sendForm(ground, reply, { title: "Sign in", body }, status);
  };

  app.get("/sign-in", open, (request, reply) => {
    const to = toOf(request);
    if (people.firstAdministrator.isOpen())
      return show(reply, {
        to,
        note: "Nobody has an account yet. The server printed a link for the first administrator when it started.",
      });
    const session = people.sessionOf(request);
    if (session !== null) return redirect(reply, nextStep(session, to));
    if (presentToken(ground, request) === undefined) return show(reply, { to });
    dropCookie(ground, reply);
    return show(reply, { to, note: overNote });
  });

  app.post("/sign-in", counted, async (request, reply) => {
    const to = toOf(request);
    const login = fieldOf(request, "login").toLowerCase();
    const password = formOf(request).get("password") ?? "";
    const errors: FormErrors = {
      ...(login === "" ? { login: "Type your login." } : {}),
      ...(password === "" ? { password: "Type your password." } : {}),
    };
    if (Object.keys(errors).length > 0) return show(reply, { to, login, errors }, 422);
    try {
      return goOn(
        ground,
        reply,
        await people.signIn(login, password, fromOf(request), presentToken(ground, request)),
        to,
      );
    } catch (error) {
      const { text, status } = refusalOf(error, refusedWords.password);
      return show(reply, { to, login, errors: { "": text } }, status);
    }
  });

  app.get("/sign-in/code", open, (request, reply) => {
    if (sessionAt(ground, request, reply, "factor") === null) return reply;
    const body = codeBody({ to: toOf(request), errors: noErrors });
    return sendForm(ground, reply, { title: "Second factor", body });
  });

  app.post("/sign-in/code", counted, (request, reply) => {
    const session = sessionAt(ground, request, reply, "factor");
    if (session === null) return reply;
    const to = toOf(request);
    try {
      return goOn(ground, reply, people.enterCode(session, fieldOf(request, "code")), to);
    } catch (error) {
      const { text, status } = refusalOf(error, refusedWords.code);
      const body = codeBody({ to, errors: { code: text } });
      return sendForm(ground, reply, { title: "Second factor", body }, status);
    }
  });

  app.post("/sign-out", open, (request, reply) => {
    const session = people.sessionOf(request);
    if (session !== null) people.signOut(session);
    dropCookie(ground, reply);
    return redirect(reply, "/sign-in");
  });
}
