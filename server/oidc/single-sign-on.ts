import type { Person } from "@coldkeep/core/people/principal.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf, principalOf } from "../access/guard.ts";
import { limited } from "../access/rate.ts";
import {
  fromOf,
  goOn,
  type PeopleGround,
  presentToken,
  publicUrlOf,
  redirect,
  refusalOf,
} from "../sign-in/ground.ts";
import { ownPath } from "../sign-in/own-path.ts";
import { claimedPerson, type ClaimedPerson } from "./claims.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import { type Expected, faultOf, isAway, openProvider, type Provider } from "./provider.ts";
import { makeWaiting, waitingMs, type Waiting } from "./waiting.ts";

/** How long a signature may wait after its sign-in, ms. */
export const grantWaitMs = 2 * minuteMs;

/** The path that the provider sends browsers back to, below the public address; to be registered there. */
export const callbackPath = "/sign-in/single-sign-on/callback";

const waitingCookie = "coldkeep-sso";
const grantCookie = "coldkeep-grant";

/** A single sign-on under way. */
interface UnderWay {
  readonly expected: Expected;
  readonly to: string;
  /** Who signs what; null for a sign-in. */
  readonly signing: { readonly person: Person; readonly act: string } | null;
}

/** A sign-in anew for one act, that waits for its signature. */
interface Granted {
  readonly grant: string;
  readonly login: string;
  readonly session: string;
  readonly act: string;
}

/** The single sign-on of a server. */
export interface SingleSignOn {
  /** Text of its button. */
  readonly name: string;
  readonly routes: (app: FastifyInstance, ground: PeopleGround) => void;
  /** The grant with which this person signed in anew for this very act (`act`: the hash of what is signed), once; undefined where there is none. */
  readonly takeGrant: (request: FastifyRequest, act: string) => string | undefined;
  /** True where `takeGrant` would give one. */
  readonly hasGrant: (request: FastifyRequest, act: string) => boolean;
  /** Where a person signs in anew for an act and comes back from. */
  readonly anewPath: (to: string, act: string) => string;
}

/** Makes it. */
export function makeSingleSignOn(
  settings: OidcSettings,
  clock: Clock,
  provider: Provider = openProvider(settings),
): SingleSignOn {
  const waiting = makeWaiting<UnderWay>(clock);
  const granted = makeWaiting<Granted>(clock, grantWaitMs);
  return {
    name: settings.name,
    routes: (app, ground) => {
      beginRoutes(app, ground, provider, waiting);
      callbackRoute(app, ground, { settings, provider, waiting, granted });
    },
    hasGrant: (request, act) => isFor(granted.look(request.cookies[grantCookie]), request, act),
    takeGrant: (request, act) => {
      const found = granted.take(request.cookies[grantCookie]);
      return isFor(found, request, act) ? found.grant : undefined;
    },
    anewPath: (to, act) => `/sign-in/single-sign-on/anew?${new URLSearchParams({ to, act }).toString()}`,
  };
}

function isFor(found: Granted | null, request: FastifyRequest, act: string): found is Granted {
  const person = principalOf(request);
  if (found === null || person.kind !== "person") return false;
  return found.login === person.login && found.session === person.session && found.act === act;
}

function beginRoutes(
  app: FastifyInstance,
  ground: PeopleGround,
  provider: Provider,
  waiting: Waiting<UnderWay>,
): void {
  const begin = async (
    request: FastifyRequest,
    reply: FastifyReply,
    to: string,
    signing: UnderWay["signing"],
  ): Promise<FastifyReply> => {
    try {
      const { url, expected } = await provider.begin(redirectUri(ground, request), signing !== null);
      setCookie(ground, reply, waitingCookie, waiting.keep({ expected, to, signing }), waitingMs);
      return redirect(reply, url);
    } catch (error) {
      return away(ground, request.log, reply, error);
    }
  };
  app.get<{ Querystring: { to?: string } }>(
    "/sign-in/single-sign-on",
    { config: { ...access("public"), ...limited("sign-in") } },
    (request, reply) => begin(request, reply, ownPath(request.query.to), null),
  );
  app.get<{ Querystring: { to?: string; act?: string } }>(
    "/sign-in/single-sign-on/anew",
    { config: { ...access("self"), ...limited("signing") } },
    (request, reply) => {
      const { to, act = "" } = request.query;
      return begin(request, reply, ownPath(to), { person: personOf(request), act: act.slice(0, 200) });
    },
  );
}

function callbackRoute(
  app: FastifyInstance,
  ground: PeopleGround,
  parts: {
    readonly settings: OidcSettings;
    readonly provider: Provider;
    readonly waiting: Waiting<UnderWay>;
    readonly granted: Waiting<Granted>;
  },
): void {
  const { settings, provider, waiting, granted } = parts;
  const { people, answers } = ground;
  const refuse = (reply: FastifyReply, status: number, text: string): FastifyReply =>
    answers.failed(reply, status, "You are not signed in", text);
  app.get(
    callbackPath,
    { config: { ...access("public"), ...limited("sign-in") } },
    async (request, reply): Promise<FastifyReply> => {
      const underWay = waiting.take(request.cookies[waitingCookie]);
      void reply.clearCookie(waitingCookie, { path: "/" });
      if (underWay === null) return refuse(reply, 400, tooLate);
      let person: ClaimedPerson;
      try {
        const query = request.url.split("?")[1] ?? "";
        const claims = await provider.finish(redirectUri(ground, request), query, underWay.expected);
        const claimed = claimedPerson(claims, settings);
        if (!claimed.ok) {
          request.log.warn(
            { refusal: claimed.refusal },
            "A single sign-on named nobody who may sign in here",
          );
          return refuse(reply, 403, claimed.refusal === "no-role" ? noRole : noLogin);
        }
        ({ person } = claimed);
      } catch (error) {
        return failed(ground, request.log, reply, error);
      }
      const { to, signing } = underWay;
      try {
        if (signing === null) {
          const begun = people.signInVouched(
            vouched(person, settings),
            fromOf(request),
            presentToken(ground, request),
          );
          return goOn(ground, reply, begun, to);
        }
        const grant = people.grantFor(signing.person, person);
        const { login, session } = signing.person;
        const key = granted.keep({ grant, login, session, act: signing.act });
        setCookie(ground, reply, grantCookie, key, grantWaitMs);
        return redirect(reply, to);
      } catch (error) {
        const { text, status } = refusalOf(error);
        return refuse(reply, status, signing === null ? notHere : text);
      }
    },
  );
}

const tooLate =
  "The single sign-on took too long, was begun in another browser or came back twice. Go to the sign-in page and begin again.";
const noRole = "The sign-on service knows you, but gives you no role here. Ask whoever looks after it.";
const noLogin =
  "The sign-on service did not say which login of this server is yours. Ask whoever looks after it.";
const notHere =
  "The sign-on service knows you, but you have no account here that is yours and in use. Ask an administrator of this server.";

function vouched(
  { issuer, subject, login, name, email, role, secondFactor }: ClaimedPerson,
  settings: OidcSettings,
) {
  const base = { issuer, subject, login, secondFactor };
  if (role === null) return base;
  return { ...base, role, ...(settings.createAccounts ? { create: { name, email } } : {}) };
}

function redirectUri(ground: PeopleGround, request: FastifyRequest): string {
  return `${publicUrlOf(ground, request)}${callbackPath}`;
}

/** Both cookies come back with the provider's redirect, which another site begins. */
function setCookie(
  { cookie }: PeopleGround,
  reply: FastifyReply,
  name: string,
  value: string,
  lengthMs: number,
): void {
  const maxAge = Math.floor(lengthMs / 1_000);
  void reply.setCookie(name, value, {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure: cookie.isSecure,
    maxAge,
  });
}

/** Nothing was wrong with what the person did: the provider is away, or not what the settings say. */
function away(
  { answers }: PeopleGround,
  log: FastifyBaseLogger,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  log.warn({ fault: faultOf(error) }, "The single sign-on's provider does not answer as it should");
  const text =
    "The sign-on service does not answer at the moment. Try again shortly; who has a password here can sign in with it.";
  return answers.failed(reply, 503, "You are not signed in", text);
}

function failed(
  ground: PeopleGround,
  log: FastifyBaseLogger,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  if (isAway(error)) return away(ground, log, reply, error);
  log.warn({ fault: faultOf(error) }, "A single sign-on was refused");
  const text = "The single sign-on was refused or does not fit. Begin again from the sign-in page.";
  return ground.answers.failed(reply, 401, "You are not signed in", text);
}
