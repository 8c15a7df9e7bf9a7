import { phaseOf } from "@coldkeep/core/alarms/alarm-state.ts";
import { type EdgeAlarm, edgeAlarmsMax, type EdgeAnswer } from "@coldkeep/core/contract/edge.ts";
import { instantTextSchema } from "@coldkeep/core/contract/instants.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";
import { type AlarmRows, openAlarmRows } from "../alarms/alarm-rows.ts";
import type { Services } from "../http/services.ts";
import { rawMax } from "../ingest/batch-reader.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import { type EdgeNews, newsOf } from "./edge-news.ts";
import { readEdgeAlarm } from "./edge-reader.ts";
import { type EdgeRegister, openEdgeRegister } from "./edge-register.ts";
import { takeEdgeAlarm } from "./take-edge-alarm.ts";

type Parts = Pick<Services, "database" | "committer" | "alarms" | "engine" | "site" | "clock">;
type Answered = EdgeAnswer["alarms"][number];

const envelopeSchema = z.object({
  asOf: instantTextSchema,
  alarms: z.array(z.unknown()).max(edgeAlarmsMax),
});

/** A report after each of its alarms was checked. */
interface ReadReport {
  readonly asOf: EpochMs;
  readonly taken: readonly EdgeAlarm[];
  readonly refused: readonly {
    readonly index: number;
    readonly code: EdgeAnswer["rejected"][number]["code"];
    readonly raw: string;
  }[];
}

/**
 * Takes a gateway's report of the alarms that it raised while it was alone: in one transaction, journaled whole and audited. The same report again changes nothing and is
 * not journaled. An alarm that cannot be taken is refused alone. Throws `request.invalid` where there is no report to speak of, `site.missing` before the first site.
 */
export function takeEdgeReport(parts: Parts, source: string, gateway: string, body: unknown): EdgeAnswer {
  const rows = openAlarmRows(parts.database);
  const register = openEdgeRegister(parts.database);
  const { asOf, taken, refused } = readReport(parts, rows, body);
  const rejected = refused.map(({ index, code }) => ({ index, code }));
  const news = (alarm: EdgeAlarm): EdgeNews | null =>
    newsOf(register.find(gateway, alarm.id), gateway, alarm, asOf);
  const known = (alarm: EdgeAlarm): Answered => knownAs(rows, register, gateway, alarm.id);
  if (refused.length === 0 && taken.every((alarm) => news(alarm) === null))
    return { alarms: taken.map(known), rejected };
  const bytes = new TextEncoder().encode(JSON.stringify({ gateway, report: body }));
  const input = { kind: "edge-alarms" as const, source, encoding: "identity", body: bytes };
  return parts.committer.commit(input, (commit) => {
    hear(parts, commit, gateway);
    const refuse = parts.database.prepare(
      "INSERT INTO refusals (journal_seq, position, code, raw) VALUES (?, ?, ?, ?)",
    );
    for (const { index, code, raw } of refused) refuse.run(commit.journalSeq, index, code, raw);
    const answers = new Map<string, Answered>();
    for (const alarm of taken.toSorted(inOrder)) {
      const each = news(alarm);
      answers.set(
        alarm.id,
        each === null ? known(alarm) : takeEdgeAlarm({ ...parts, rows, register }, commit, each),
      );
    }
    return { alarms: taken.map((alarm) => answers.get(alarm.id) ?? known(alarm)), rejected };
  });
}

function readReport({ site, clock }: Parts, rows: AlarmRows, body: unknown): ReadReport {
  const book = site();
  if (book === null)
    throw new CodedError("site.missing", "No site was applied yet; nobody knows these probes.");
  const envelope = envelopeSchema.safeParse(body);
  if (!envelope.success) {
    const [issue] = envelope.error.issues;
    throw new CodedError(
      "request.invalid",
      `The report is not of the agreed shape at "${issue?.path.join(".") ?? ""}": ${issue?.message ?? ""}.`,
    );
  }
  const now = clock.epochMs();
  const isOnRecord = ({ id, kind, subject }: EdgeAlarm): boolean => {
    const row = rows.find(id);
    return row !== null && row.kind === kind && row.subject === subject;
  };
  const taken: EdgeAlarm[] = [];
  const refused: ReadReport["refused"][number][] = [];
  for (const [index, raw] of envelope.data.alarms.entries()) {
    const read = readEdgeAlarm(raw, book, isOnRecord, now);
    if (typeof read !== "string") taken.push(read);
    else refused.push({ index, code: read, raw: (JSON.stringify(raw) ?? "").slice(0, rawMax) });
  }
  return { asOf: Math.min(parseInstant(envelope.data.asOf) ?? now, now), taken, refused };
}

/** The answer about an alarm of which nothing new was said. */
function knownAs(rows: AlarmRows, register: EdgeRegister, gateway: string, id: string): Answered {
  const alarm = register.find(gateway, id)?.alarm ?? id;
  const state = rows.find(alarm)?.state;
  return {
    id,
    alarm,
    fate: alarm === id ? "known" : "joined",
    phase: state === undefined ? "normal" : phaseOf(state),
  };
}

/** A gateway that reports is not silent. */
function hear(
  { database, engine }: { readonly database: Database } & Pick<Services, "engine">,
  commit: Commit,
  gateway: string,
): void {
  database
    .prepare(
      `INSERT INTO gateways (id, last_at, held_readings) VALUES (?, ?, NULL)
       ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at`,
    )
    .run(gateway, commit.at);
  engine.hearGateway(commit, gateway, []);
}

/** What explains others comes first: by time, and of one instant a temperature before its warning. */
function inOrder(a: EdgeAlarm, b: EdgeAlarm): number {
  const [left, right] = [`${a.raisedAt} ${a.kind} ${a.id}`, `${b.raisedAt} ${b.kind} ${b.id}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
