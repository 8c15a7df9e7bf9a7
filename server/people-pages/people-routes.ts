import { html } from "ghtml";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf } from "../access/guard.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import { fieldOf, formOf } from "../pages/form-body.ts";
import { publicUrlOf, type PeopleGround, redirect, refusalOf, sendForm } from "../sign-in/ground.ts";
import { sessionTable } from "../sign-in/session-table.ts";
import { accountActs, roleIn } from "./account-acts.ts";
import {
  accountPageBody,
  type AccountPage,
  endSession,
  inviteBody,
  linkBody,
  type LinkLook,
} from "./account-pages.ts";
import { mailLink } from "./mailed-link.ts";
import { peopleBody, peopleTabs, reviewBody } from "./people-list.ts";

const managing = { config: access("people.manage") };
const section = "people" as const;

interface LoginParams {
  readonly Params: { readonly login: string };
}

/** Serves what administrators do with accounts and sessions. */
export function peopleRoutes(app: FastifyInstance, ground: PeopleGround, isSingleSignOn: boolean): void {
  listRoutes(app, ground);
  inviteRoutes(app, ground, isSingleSignOn);
  accountRoutes(app, ground);
  sessionRoutes(app, ground);
}

function listRoutes(app: FastifyInstance, ground: PeopleGround): void {
  const { people, answers } = ground;
  app.get("/people", managing, (_request, reply) =>
    sendForm(ground, reply, {
      title: "People",
      body: peopleBody(people.accounts.list(), answers.here()),
      section,
    }),
  );
  app.get("/people/review", managing, (_request, reply) =>
    sendForm(ground, reply, {
      title: "Who has access",
      body: reviewBody(people.accounts.list(), answers.here()),
      section,
    }),
  );
}

function inviteRoutes(app: FastifyInstance, ground: PeopleGround, isSingleSignOn: boolean): void {
  const { people } = ground;
  const show = (reply: FastifyReply, form: URLSearchParams, errors: FormErrors, status = 200): FastifyReply =>
    sendForm(
      ground,
      reply,
      { title: "Invite somebody", body: inviteBody(form, errors, isSingleSignOn), section },
      status,
    );
  app.get("/people/new", managing, (_request, reply) => show(reply, new URLSearchParams(), noErrors));
  app.post("/people/new", managing, (request, reply) => {
    const form = formOf(request);
    const role = roleIn(form);
    if (role === null) return show(reply, form, { role: "Choose a role." }, 422);
    const account = {
      login: fieldOf(request, "login").toLowerCase(),
      name: fieldOf(request, "name"),
      email: fieldOf(request, "email"),
      role,
      link: !(isSingleSignOn && form.get("noLink") === "yes"),
    };
    try {
      const link = people.accounts.invite(personOf(request), account, fieldOf(request, "why"));
      if (link === null) return redirect(reply, `/people/accounts/${account.login}`);
      const made = people.accounts.of(account.login);
      return sendLink(ground, request, reply, { account: made, link, done: "The account was made." });
    } catch (error) {
      const { code, text, status } = refusalOf(error);
      return show(reply, form, { [fieldFor(code)]: text }, status);
    }
  });
}

function sendLink(
  ground: PeopleGround,
  request: FastifyRequest,
  reply: FastifyReply,
  made: Pick<LinkLook, "account" | "link" | "done">,
): FastifyReply {
  const isMailed = mailLink(ground, request.log, made.account, made.link);
  const here = ground.answers.here();
  const body = linkBody({ ...made, here, publicUrl: publicUrlOf(ground, request), isMailed });
  return sendForm(ground, reply, { title: `A link for ${made.account.name}`, body, section });
}

/** The field that a refusal is about. */
function fieldFor(code: string): string {
  if (code === "account.exists") return "login";
  return code === "account.why-missing" ? "why" : "";
}

function accountRoutes(app: FastifyInstance, ground: PeopleGround): void {
  const { people, answers } = ground;
  const show = (
    request: FastifyRequest<LoginParams>,
    reply: FastifyReply,
    look: Partial<Pick<AccountPage, "done" | "wrong">>,
    status = 200,
  ): FastifyReply => {
    const { login } = request.params;
    const account = people.accounts.list().find((each) => each.login === login);
    if (account === undefined) return answers.missing(reply, "There is no such account.");
    const sessions = people.sessions.ofPerson(login);
    const own = personOf(request).session;
    const body = accountPageBody({
      account,
      sessions,
      here: answers.here(),
      own,
      done: null,
      wrong: null,
      ...look,
    });
    return sendForm(ground, reply, { title: account.name, body, section }, status);
  };
  app.get<LoginParams & { Querystring: { done?: string } }>(
    "/people/accounts/:login",
    managing,
    (request, reply) =>
      show(request, reply, {
        done: Object.hasOwn(accountActs, request.query.done ?? "")
          ? (accountActs[request.query.done ?? ""]?.done ?? null)
          : null,
      }),
  );
  app.post<{ Params: { login: string; act: string } }>(
    "/people/accounts/:login/:act",
    managing,
    (request, reply) => {
      const { login, act: name } = request.params;
      const act = Object.hasOwn(accountActs, name) ? accountActs[name] : undefined;
      if (act === undefined) return answers.missing(reply, "There is no such change.");
      const form = formOf(request);
      try {
        const link = act.perform(people.accounts, personOf(request), login, form, fieldOf(request, "why"));
        if (link === null)
          return redirect(reply, `/people/accounts/${encodeURIComponent(login)}?done=${name}`);
        const account = people.accounts.of(login);
        return sendLink(ground, request, reply, { account, link, done: act.done });
      } catch (error) {
        const { code, text, status } = refusalOf(error);
        if (code === "account.unknown") return answers.missing(reply, "There is no such account.");
        return show(
          request,
          reply,
          { wrong: { act: name, form, errors: { [fieldFor(code)]: text } } },
          status,
        );
      }
    },
  );
}

function sessionRoutes(app: FastifyInstance, ground: PeopleGround): void {
  const { people, answers } = ground;
  const show = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const table = sessionTable(people.sessions.all(), answers.here(), {
      own: personOf(request).session,
      act: endSession,
      people: true,
    });
    const body = html`<header class="head"><h1>Who is signed in</h1></header>
      <div class="section-head">!${peopleTabs("sessions")}</div>
      !${table}`;
    return sendForm(ground, reply, { title: "Who is signed in", body, section });
  };
  app.get("/people/sessions", managing, show);
  app.post<{ Params: { id: string } }>("/people/sessions/:id/end", managing, (request, reply) => {
    const why = fieldOf(request, "why");
    if (why === "") return answers.failed(reply, 422, "Nothing was ended", "Say why. Go back and try again.");
    try {
      people.sessions.end(personOf(request), request.params.id, why);
    } catch (error) {
      const { code, text, status } = refusalOf(error);
      if (code !== "session.unknown") return answers.failed(reply, status, "Nothing was ended", text);
    }
    return redirect(reply, "/people/sessions");
  });
}
