import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { html } from "ghtml";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf } from "../access/guard.ts";
import { limited } from "../access/rate.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import { fieldOf, formOf } from "../pages/form-body.ts";
import type { Session } from "../people/people.ts";
import { secretUri } from "../people/second-factor.ts";
import { setSessionCookie } from "../people/session-cookie.ts";
import { accountBody, type AccountLook, doneTexts } from "./account-page.ts";
import { type PeopleGround, redirect, refusalOf, sendForm } from "./ground.ts";
import { refusedWords } from "./refusal-words.ts";
import { againError } from "./password-fields.ts";
import { appName, enrolSteps, type NewFactor, recoveryCodes, secretIn } from "./second-factor-pages.ts";

const own = { config: access("self") };
const proving = { config: { ...access("self"), ...limited("signing") } };

/** Serves one's own account: password, second factor, sessions. */
export function accountRoutes(app: FastifyInstance, ground: PeopleGround): void {
  const show = showAccount(ground);
  app.get<{ Querystring: { done?: string } }>("/account", own, (request, reply) =>
    show(request, reply, doneTexts[request.query.done ?? ""] ?? null, null),
  );
  passwordRoute(app, ground, show);
  factorRoutes(app, ground, show);
  sessionRoutes(app, ground);
}

type Show = (
  request: FastifyRequest,
  reply: FastifyReply,
  done: string | null,
  wrong: AccountLook["wrong"],
  status?: number,
) => FastifyReply;

function showAccount(ground: PeopleGround): Show {
  const { people, answers } = ground;
  return (request, reply, done, wrong, status = 200) => {
    const { login, session } = personOf(request);
    const look = { here: answers.here(), own: session, done, wrong };
    const body = accountBody({
      ...look,
      account: people.accounts.of(login),
      sessions: people.sessions.ofPerson(login),
    });
    return sendForm(ground, reply, { title: "Your account", body, section: "account" }, status);
  };
}

/** The session behind a request that the guard let in as a person. Throws `sign.session-ended`. */
function sessionIn({ people }: PeopleGround, request: FastifyRequest): Session {
  const session = people.sessionOf(request);
  if (session !== null) return session;
  throw new CodedError("sign.session-ended", "This session has ended. Sign in again.");
}

function passwordRoute(app: FastifyInstance, ground: PeopleGround, show: Show): void {
  app.post("/account/password", proving, async (request, reply) => {
    const form = formOf(request);
    const fresh = form.get("fresh") ?? "";
    const wrong = (errors: FormErrors, status: number): FastifyReply =>
      show(request, reply, null, { part: "password", errors }, status);
    const mistyped = againError(fresh, form.get("again") ?? "");
    if (mistyped !== null) return wrong(mistyped, 422);
    try {
      const begun = await ground.people.changePassword(
        sessionIn(ground, request),
        form.get("old") ?? "",
        fresh,
      );
      setSessionCookie(reply, ground.cookie, begun.token);
      return redirect(reply, "/account?done=password");
    } catch (error) {
      const { code, text, status } = refusalOf(error, refusedWords.old);
      return wrong({ [code.startsWith("password.") ? "fresh" : "old"]: text }, status);
    }
  });
}

function factorRoutes(app: FastifyInstance, ground: PeopleGround, show: Show): void {
  const { factors } = ground.people;
  const showSteps = (
    reply: FastifyReply,
    factor: NewFactor,
    errors: FormErrors,
    status = 200,
  ): FastifyReply => {
    const body = html`<div class="form-page">
      <p class="crumb"><a href="/account">Your account</a></p>
      <h1>Set up a second factor</h1>
      !${enrolSteps(factor, { action: "/account/second-factor/confirm", to: "/account", errors })}
    </div>`;
    return sendForm(ground, reply, { title: "Set up a second factor", body, section: "account" }, status);
  };
  const showCodes = (reply: FastifyReply, codes: readonly string[]): FastifyReply => {
    const body = recoveryCodes(codes, { href: "/account", text: "I have kept them" });
    return sendForm(ground, reply, { title: "Your recovery codes", body, section: "account" });
  };
  const attempt = (
    request: FastifyRequest,
    reply: FastifyReply,
    part: "factor" | "codes" | "remove",
    work: (session: Session, code: string) => FastifyReply,
  ): FastifyReply => {
    try {
      return work(sessionIn(ground, request), fieldOf(request, "present"));
    } catch (error) {
      const { text, status } = refusalOf(error, refusedWords.code);
      return show(request, reply, null, { part, errors: { present: text } }, status);
    }
  };
  app.post("/account/second-factor", proving, (request, reply) =>
    attempt(request, reply, "factor", (session, code) =>
      showSteps(reply, factors.begin(session, code), noErrors),
    ),
  );
  app.post("/account/second-factor/confirm", proving, (request, reply) => {
    const session = sessionIn(ground, request);
    try {
      const { begun, recoveryCodes: codes } = factors.confirm(session, fieldOf(request, "code"));
      setSessionCookie(reply, ground.cookie, begun.token);
      return showCodes(reply, codes);
    } catch (error) {
      const { text, status } = refusalOf(error);
      const secret = secretIn(fieldOf(request, "secret"));
      if (secret === null)
        return show(request, reply, null, { part: "factor", errors: { "": text } }, status);
      const uri = secretUri(secret, session.login, appName);
      return showSteps(reply, { secret, uri }, { code: text }, status);
    }
  });
  app.post("/account/second-factor/remove", proving, (request, reply) =>
    attempt(request, reply, "remove", (session, code) => {
      factors.remove(session, code);
      return redirect(reply, "/account?done=removed");
    }),
  );
  app.post("/account/recovery-codes", proving, (request, reply) =>
    attempt(request, reply, "codes", (session, code) =>
      showCodes(reply, factors.renewRecoveryCodes(session, code)),
    ),
  );
}

function sessionRoutes(app: FastifyInstance, { people }: PeopleGround): void {
  const why = "by the person";
  app.post<{ Params: { id: string } }>("/account/sessions/:id/end", own, (request, reply) => {
    const person = personOf(request);
    const { id } = request.params;
    if (people.sessions.ofPerson(person.login).some((session) => session.id === id))
      people.sessions.end(person, id, why);
    return redirect(reply, "/account?done=ended");
  });
  app.post("/account/sessions/end-others", own, (request, reply) => {
    const person = personOf(request);
    people.sessions.endAll(person, person.login, why);
    return redirect(reply, "/account?done=all-ended");
  });
}
