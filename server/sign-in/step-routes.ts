import { html } from "ghtml";
import type { FastifyInstance, FastifyReply } from "fastify";
import { access } from "../access/access.ts";
import { limited } from "../access/rate.ts";
import {
  errorSummary,
  type FormErrors,
  formButtons,
  hiddenField,
  inputField,
  noErrors,
} from "../pages/forms.ts";
import { fieldOf, formOf } from "../pages/form-body.ts";
import { secretUri } from "../people/second-factor.ts";
import { setSessionCookie } from "../people/session-cookie.ts";
import { goOn, type PeopleGround, refusalOf, sendForm } from "./ground.ts";
import { againError, newPasswordFields } from "./password-fields.ts";
import { appName, enrolSteps, type NewFactor, recoveryCodes, secretIn } from "./second-factor-pages.ts";
import { refusedWords } from "./refusal-words.ts";
import { sessionAt, toOf } from "./sign-in-routes.ts";
import { startAgain } from "./sign-in-pages.ts";

const open = { config: access("public") };
const counted = { config: { ...access("public"), ...limited("sign-in") } };

/** Serves what has to be done before a sign-in is whole: enrolling the second factor that the role needs, and changing a password that is too old. */
export function stepRoutes(app: FastifyInstance, ground: PeopleGround): void {
  enrolment(app, ground);
  passwordChange(app, ground);
}

function enrolment(app: FastifyInstance, ground: PeopleGround): void {
  const { people } = ground;
  const show = (reply: FastifyReply, factor: NewFactor, to: string, errors: FormErrors, status = 200) => {
    const body = html`<div class="form-page">
      <h1>Set up your second factor</h1>
      <p class="lead">
        Your role needs more than a password. From now on you sign in with a code of your phone too.
      </p>
      !${enrolSteps(factor, { action: "/sign-in/second-factor", to, errors })} !${startAgain()}
    </div>`;
    return sendForm(ground, reply, { title: "Set up your second factor", body }, status);
  };
  app.get("/sign-in/second-factor", open, (request, reply) => {
    const session = sessionAt(ground, request, reply, "enrol");
    if (session === null) return reply;
    return show(reply, people.factors.begin(session), toOf(request), noErrors);
  });
  app.post("/sign-in/second-factor", counted, (request, reply) => {
    const session = sessionAt(ground, request, reply, "enrol");
    if (session === null) return reply;
    const to = toOf(request);
    const secret = secretIn(fieldOf(request, "secret"));
    try {
      const { begun, recoveryCodes: codes } = people.factors.confirm(session, fieldOf(request, "code"));
      setSessionCookie(reply, ground.cookie, begun.token);
      return sendForm(ground, reply, {
        title: "Your recovery codes",
        body: recoveryCodes(codes, { href: to, text: "I have kept them. Go on" }),
      });
    } catch (error) {
      const { text, status } = refusalOf(error);
      const factor =
        secret === null
          ? people.factors.begin(session)
          : { secret, uri: secretUri(secret, session.login, appName) };
      return show(reply, factor, to, { code: text }, status);
    }
  });
}

function passwordChange(app: FastifyInstance, ground: PeopleGround): void {
  const { people } = ground;
  const show = (reply: FastifyReply, login: string, to: string, errors: FormErrors, status = 200) => {
    const body = html`<div class="form-page narrow">
      <h1>Choose a new password</h1>
      <p class="lead">Your password is older than this server allows.</p>
      !${errorSummary(errors)}
      <form class="form" method="post" action="/sign-in/password">
        !${hiddenField("to", to)}
        !${inputField({ name: "old", label: "Old password", type: "password", required: true, autocomplete: "current-password", focus: true }, errors)}
        !${newPasswordFields(login, errors)} !${formButtons({ submit: "Change password" })}
      </form>
      !${startAgain()}
    </div>`;
    return sendForm(ground, reply, { title: "Choose a new password", body }, status);
  };
  app.get("/sign-in/password", open, (request, reply) => {
    const session = sessionAt(ground, request, reply, "password");
    return session === null ? reply : show(reply, session.login, toOf(request), noErrors);
  });
  app.post("/sign-in/password", counted, async (request, reply) => {
    const session = sessionAt(ground, request, reply, "password");
    if (session === null) return reply;
    const to = toOf(request);
    const form = formOf(request);
    const fresh = form.get("fresh") ?? "";
    const mistyped = againError(fresh, form.get("again") ?? "");
    if (mistyped !== null) return show(reply, session.login, to, mistyped, 422);
    try {
      return goOn(ground, reply, await people.changePassword(session, form.get("old") ?? "", fresh), to);
    } catch (error) {
      const { code, text, status } = refusalOf(error, refusedWords.old);
      return show(
        reply,
        session.login,
        to,
        { [code.startsWith("password.") ? "fresh" : "old"]: text },
        status,
      );
    }
  });
}
