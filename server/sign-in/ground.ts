import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Mailer } from "../notify/dispatcher.ts";
import { problemOf } from "../http/problems.ts";
import type { Section } from "../pages/navigation.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import type { Begun, From, People, Session } from "../people/people.ts";
import {
  clearSessionCookie,
  type SessionCookie,
  sessionTokenOf,
  setSessionCookie,
} from "../people/session-cookie.ts";
import { withTo } from "./own-path.ts";

/** What the pages about people stand on. */
export interface PeopleGround {
  readonly people: People;
  readonly answers: PageAnswers;
  readonly cookie: SessionCookie;
  readonly clock: Clock;
  /** Where people reach the pages, without a slash at its end; null where nothing is said. */
  readonly publicUrl: string | null;
  /** Mails one-time links; null without a mail server. */
  readonly mailer: Pick<Mailer, "send"> | null;
}

/** Answers with a page of forms, which stays as it is until it is sent. */
export function sendForm(
  { answers }: PeopleGround,
  reply: FastifyReply,
  page: { readonly title: string; readonly body: string; readonly section?: Section },
  status = 200,
): FastifyReply {
  const { title, body, section = "none" } = page;
  return answers.send(reply, { ...answers.here(), title, section, path: null, body }, status);
}

/** What a refused form is answered with: its sentence (`refusedText` where nobody was let in) and status. Anything but a refusal is thrown on, and so is that the session has ended, which leads to the sign-in page. */
export function refusalOf(
  error: unknown,
  refusedText?: string,
): { readonly code: string; readonly text: string; readonly status: number } {
  if (!(error instanceof CodedError)) throw error;
  const { code, detail, status } = problemOf(error);
  if (code === "sign.session-ended" || (status >= 500 && code !== "sign.busy")) throw error;
  return { code, text: code === "sign.refused" ? (refusedText ?? detail) : detail, status };
}

/** Where a request came from, for the list of sessions. */
export function fromOf(request: FastifyRequest): From {
  return { address: request.ip, agent: request.headers["user-agent"] ?? "" };
}

/** The token of the session that the browser has, so that a new one ends it. */
export function presentToken({ cookie }: PeopleGround, request: FastifyRequest): string | undefined {
  return sessionTokenOf(request, cookie);
}

/** Hands a session that began, or went on, to the browser and goes to its next step. */
export function goOn(
  { cookie }: PeopleGround,
  reply: FastifyReply,
  { token, session }: Begun,
  to: string,
): FastifyReply {
  setSessionCookie(reply, cookie, token);
  return redirect(reply, nextStep(session, to));
}

/** Sends the browser elsewhere by GET. */
export function redirect(reply: FastifyReply, path: string): FastifyReply {
  return reply.header("cache-control", "no-store").redirect(path, 303);
}

/** Where a session of this stage goes on: to its next step, or where it was going. */
export function nextStep({ stage }: Pick<Session, "stage">, to: string): string {
  if (stage === "factor") return withTo("/sign-in/code", to);
  if (stage === "enrol") return withTo("/sign-in/second-factor", to);
  if (stage === "password") return withTo("/sign-in/password", to);
  return to;
}

/** Takes the cookie of a session that is over away from the browser. */
export function dropCookie({ cookie }: PeopleGround, reply: FastifyReply): void {
  clearSessionCookie(reply, cookie);
}

/** Where people reach the pages: as the settings say, else as this request came. */
export function publicUrlOf({ publicUrl }: PeopleGround, request: FastifyRequest): string {
  return publicUrl ?? `${request.protocol}://${request.host}`;
}
