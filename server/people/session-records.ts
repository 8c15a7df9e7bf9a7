import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import type { PersonRole } from "@coldkeep/core/people/roles.ts";
import {
  isSeenDue,
  isSessionOver,
  sessionEndsAt,
  sessionsPerPersonMax,
} from "@coldkeep/core/people/session-policy.ts";
import { dayMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import { drawId, drawToken } from "./one-time-token.ts";
import type { Begun, From, Session, SessionStage } from "./people.ts";
import type { PeopleParts } from "./people-parts.ts";

/** How long ended sessions stay on record, ms. */
const endedKeptMs = 90 * dayMs;

/** Longest stored address and browser name, characters. */
const addressLengthMax = 64;
const agentLengthMax = 200;

/** A session to begin. */
export interface NewSession {
  readonly login: string;
  readonly stage: SessionStage;
  readonly method: Session["method"];
  readonly from: From;
}

/** The records of sessions. Only hashes of their tokens are stored. */
export interface SessionRecords {
  /** The live session of a token; null where there is none. `isActivity`: keeps it from ending. */
  readonly byToken: (token: string, isActivity: boolean) => Session | null;
  readonly byId: (id: string) => Session | null;
  readonly live: (login: string | null) => readonly Session[];
  readonly begin: (given: NewSession, at: EpochMs) => Begun;
  /** Takes a session on to a stage, with a new token; the old one ends. */
  readonly advance: (
    session: Session,
    stage: SessionStage,
    method: Session["method"],
    at: EpochMs,
  ) => { token: string };
  readonly end: (id: string, at: EpochMs) => void;
  /** Ends all of a login but one; returns how many were live. */
  readonly endAll: (login: string, at: EpochMs, but?: string) => number;
  /** Throws `sign.session-ended` where the session of this person is over, or no longer theirs in this role. */
  readonly demand: (person: Person) => Session;
  /** The session as it is now, in one of the stages; throws `sign.session-ended` or `sign.stage`. */
  readonly current: (session: Session, stages: readonly SessionStage[]) => Session;
}

interface Row {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly stage: string;
  readonly method: string;
  readonly started_at: number;
  readonly last_seen_at: number;
  readonly address: string;
  readonly agent: string;
}

const select =
  "SELECT s.id, s.login, a.name, a.role, a.state, s.stage, s.method, s.started_at, s.last_seen_at, s.address, s.agent FROM sessions s JOIN accounts a ON a.login = s.login WHERE s.ended_at IS NULL";

/** Opens them. */
export function openSessionRecords({ database, clock, policy }: PeopleParts): SessionRecords {
  const byToken = database.prepare(`${select} AND s.token_hash = ?`);
  const byId = database.prepare(`${select} AND s.id = ?`);
  const ofLogin = database.prepare(`${select} AND s.login = ? ORDER BY s.started_at DESC, s.id`);
  const all = database.prepare(`${select} ORDER BY s.started_at DESC, s.id`);
  const insert = database.prepare(
    "INSERT INTO sessions (id, token_hash, login, stage, method, started_at, last_seen_at, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const advance = database.prepare(
    "UPDATE sessions SET token_hash = ?, stage = ?, method = ?, last_seen_at = ? WHERE id = ? AND ended_at IS NULL",
  );
  const seen = database.prepare("UPDATE sessions SET last_seen_at = ? WHERE id = ?");
  const end = database.prepare("UPDATE sessions SET ended_at = ? WHERE id = ? AND ended_at IS NULL");
  const sweep = database.prepare("DELETE FROM sessions WHERE ended_at < ?");

  const toSession = (row: Row): Session => {
    const times = timesOf(row);
    return {
      id: row.id,
      login: row.login,
      name: row.name,
      role: row.role as PersonRole,
      stage: row.stage as SessionStage,
      startedAt: row.started_at,
      lastSeenAt: row.last_seen_at,
      endsAt: sessionEndsAt(times, policy),
      from: { address: row.address, agent: row.agent },
      method: row.method as Session["method"],
    };
  };
  /** A session that was found over is over for good, whatever the clock or the settings do later. */
  const liveOf = (row: Row | undefined): Row | null => {
    if (row === undefined) return null;
    const at = clock.epochMs();
    if (row.state === "active" && !isSessionOver(timesOf(row), policy, at)) return row;
    end.run(at, row.id);
    return null;
  };
  const find = (id: string): Session | null => {
    const row = liveOf(byId.get(id) as Row | undefined);
    return row === null ? null : toSession(row);
  };
  const live = (login: string | null): Session[] => {
    const rows = (login === null ? all.all() : ofLogin.all(login)) as unknown as Row[];
    return rows.filter((row) => liveOf(row) !== null).map(toSession);
  };
  return {
    byToken: (token, isActivity) => {
      const row = liveOf(byToken.get(sha256Hex(token)) as Row | undefined);
      if (row === null) return null;
      const at = clock.epochMs();
      if (!isActivity || !isSeenDue(timesOf(row), at)) return toSession(row);
      seen.run(at, row.id);
      return toSession({ ...row, last_seen_at: at });
    },
    byId: find,
    live,
    begin: ({ login, stage, method, from }, at) => {
      sweep.run(at - endedKeptMs);
      for (const { id } of live(login).slice(sessionsPerPersonMax - 1)) end.run(at, id);
      const token = drawToken();
      const id = drawId();
      const address = from.address.slice(0, addressLengthMax);
      const agent = from.agent.slice(0, agentLengthMax);
      insert.run(id, sha256Hex(token), login, stage, method, at, at, address, agent);
      const row = byId.get(id) as unknown as Row;
      return { token, session: toSession(row) };
    },
    advance: (session, stage, method, at) => {
      const token = drawToken();
      if (advance.run(sha256Hex(token), stage, method, at, session.id) === 0) throw ended();
      return { token };
    },
    end: (id, at) => void end.run(at, id),
    endAll: (login, at, but) => {
      const others = live(login).filter(({ id }) => id !== but);
      for (const { id } of others) end.run(at, id);
      return others.length;
    },
    demand: (person) => {
      const session = find(person.session);
      if (session === null || session.login !== person.login || session.role !== person.role) throw ended();
      if (session.stage !== "full") throw ended();
      return session;
    },
    current: (session, stages) => {
      const now = find(session.id);
      if (now === null || now.login !== session.login) throw ended();
      if (stages.includes(now.stage)) return now;
      throw new CodedError("sign.stage", "This is not the next step of this sign-in. Sign in again.");
    },
  };
}

function timesOf(row: Row) {
  return { startedAt: row.started_at, lastSeenAt: row.last_seen_at, isFull: row.stage === "full" };
}

function ended(): CodedError {
  return new CodedError("sign.session-ended", "This session has ended. Sign in again.");
}
