import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import type { FastifyRequest } from "fastify";
import type { ServerSettings } from "../settings/server-settings.ts";
import { makeAccountCommands } from "./account-commands.ts";
import { tellOfAccounts } from "./account-news.ts";
import { openAccountRecords } from "./account-records.ts";
import { makeAttempts } from "./attempts.ts";
import { makeFreshPasswords } from "./fresh-passwords.ts";
import { makeFirstAdministrator, makeLinks, openLinkRecords } from "./links.ts";
import { makeMachineTokens } from "./machine-tokens.ts";
import { makeOwnFactor } from "./own-factor.ts";
import type { People, Session, Sessions } from "./people.ts";
import type { PeopleParts } from "./people-parts.ts";
import { sessionTokenOf } from "./session-cookie.ts";
import { openSessionRecords, type SessionRecords } from "./session-records.ts";
import { makeSignIn } from "./sign-in.ts";

/** Puts the records of people and the rules over them together. */
export function makePeople(
  parts: PeopleParts,
  settings: Pick<ServerSettings, "tokens" | "environmentTokens">,
): People {
  const records = openAccountRecords(parts);
  const sessions = openSessionRecords(parts);
  const attempts = makeAttempts(parts, records);
  const fresh = makeFreshPasswords(parts, records);
  const sessionOf = (request: FastifyRequest): Session | null => {
    const token = sessionTokenOf(request, parts.cookie);
    return token === undefined ? null : sessions.byToken(token, isActivity(request));
  };
  return {
    policy: parts.policy,
    accounts: makeAccountCommands(parts, records, sessions, openLinkRecords(parts, records)),
    links: makeLinks(parts, records, sessions, fresh),
    firstAdministrator: makeFirstAdministrator(parts, records, fresh),
    sessions: makeSessions(parts, sessions),
    factors: makeOwnFactor(parts, records, sessions, attempts),
    tokens: makeMachineTokens(parts, sessions, settings),
    ...makeSignIn(parts, records, sessions, attempts, fresh),
    sessionOf,
    personOf: (request) => {
      const session = sessionOf(request);
      return session?.stage === "full" ? personIn(session) : null;
    },
  };
}

/** The person of a session that is signed in. */
export function personIn({ id, login, name, role }: Session): Person {
  return { kind: "person", login, name, role, session: id };
}

/** Pages renew themselves while nobody looks at them: that is no activity of a person. */
function isActivity({ method, url, headers }: FastifyRequest): boolean {
  const isRenewal = method === "GET" && headers["hx-request"] !== undefined;
  return !isRenewal && url.split("?")[0] !== "/live";
}

function makeSessions({ committer }: PeopleParts, sessions: SessionRecords): Sessions {
  const end = (by: Person, { id, login, stage }: Session, why: string): void => {
    const detail = { why: why.trim(), from: { session: id, stage }, to: null, role: by.role };
    const news = { action: "session.ended", subject: `person:${login}`, detail };
    tellOfAccounts(committer, `person:${by.login}`, news, ({ at }) => sessions.end(id, at));
  };
  const mayEnd = (by: Person, login: string): void => {
    const { role } = sessions.demand(by);
    if (login === by.login || isAllowed(role, "people.manage")) return;
    throw new CodedError("auth.role", "Only an administrator ends other people's sessions.");
  };
  return {
    ofPerson: (login) => sessions.live(login),
    all: () => sessions.live(null),
    end: (by, id, why) => {
      const session = sessions.byId(id);
      if (session === null) throw new CodedError("session.unknown", "This session has ended already.");
      mayEnd(by, session.login);
      end(by, session, why);
    },
    endAll: (by, login, why) => {
      mayEnd(by, login);
      const others = sessions.live(login).filter(({ id }) => id !== by.session);
      if (others.length === 0) return 0;
      const detail = {
        why: why.trim(),
        from: { sessions: others.length },
        to: { sessions: 0 },
        role: by.role,
      };
      const news = { action: "session.all-ended", subject: `person:${login}`, detail };
      tellOfAccounts(committer, `person:${by.login}`, news, ({ at }) => {
        sessions.endAll(login, at, by.session);
      });
      return others.length;
    },
  };
}
