import { phaseOf } from "@coldkeep/core/alarms/alarm-state.ts";
import { lastReachedAt } from "@coldkeep/core/alarms/edge-word.ts";
import { termsOf } from "@coldkeep/core/alarms/terms.ts";
import {
  type EdgeAlarm,
  edgeAlarmsMax,
  type EdgeAnswer,
  type EdgeCall,
} from "@coldkeep/core/contract/edge.ts";
import { eventKinds } from "@coldkeep/core/contract/events.ts";
import { instantTextSchema } from "@coldkeep/core/contract/instants.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import { type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";
import { openAlarmRows } from "../alarms/alarm-rows.ts";
import type { Services } from "../http/services.ts";
import { rawMax } from "../ingest/batch-reader.ts";
import type { Commit } from "../journal/committer.ts";
import type { SiteBook } from "../site/site-book.ts";
import { edgeFacts } from "./edge-facts.ts";
import { readEdgeAlarm } from "./edge-reader.ts";
import { type EdgeRecord, joinReports, openEdgeRegister, wordOf } from "./edge-register.ts";

type Parts = Pick<Services, "database" | "committer" | "alarms" | "engine" | "site" | "clock">;

const envelopeSchema = z.object({
  asOf: instantTextSchema,
  alarms: z.array(z.unknown()).max(edgeAlarmsMax),
});

/** One alarm of a report that says something new, or is the first word of it. */
interface News {
  readonly report: EdgeAlarm;
  readonly before: EdgeRecord | null;
  readonly fresh: readonly EdgeCall[];
  readonly isNewest: boolean;
}

/**
 * Takes a gateway's report of the alarms that it raised while it was alone: in one transaction, journaled whole and audited. The same report again changes nothing and is
 * not journaled. An alarm that cannot be taken is refused alone. Throws `request.invalid` where there is no report to speak of, `site.missing` before the first site.
 */
export function takeEdgeReport(parts: Parts, source: string, gateway: string, body: unknown): EdgeAnswer {
  const site = parts.site();
  if (site === null)
    throw new CodedError("site.missing", "No site was applied yet; nobody knows these probes.");
  const envelope = envelopeSchema.safeParse(body);
  if (!envelope.success) {
    const [issue] = envelope.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new CodedError(
      "request.invalid",
      `The report is not of the agreed shape at "${where}": ${issue?.message ?? ""}.`,
    );
  }
  const now = parts.clock.epochMs();
  const asOf = Math.min(parseInstant(envelope.data.asOf) ?? now, now);
  const rows = openAlarmRows(parts.database);
  const register = openEdgeRegister(parts.database);
  const refused: { index: number; code: EdgeAnswer["rejected"][number]["code"]; raw: string }[] = [];
  const taken: EdgeAlarm[] = [];
  for (const [index, raw] of envelope.data.alarms.entries()) {
    const isOnRecord = ({ id, kind, subject }: EdgeAlarm): boolean => {
      const row = rows.find(id);
      return row !== null && row.kind === kind && row.subject === subject;
    };
    const read = readEdgeAlarm(raw, site, isOnRecord, now);
    if (typeof read !== "string") taken.push(read);
    else refused.push({ index, code: read, raw: (JSON.stringify(raw) ?? "").slice(0, rawMax) });
  }
  const newsOf = (alarm: EdgeAlarm): News | null => {
    const before = register.find(gateway, alarm.id);
    const isNewest = before === null || asOf >= before.asOf;
    const [earlier, later] = isNewest ? [before?.report ?? null, alarm] : [alarm, before.report];
    const { report, fresh } = joinReports(earlier, later);
    const told = isNewest ? fresh : joinReports(before.report, alarm).fresh;
    const isSame = before !== null && JSON.stringify(report) === JSON.stringify(before.report);
    return isSame ? null : { report, before, fresh: told, isNewest };
  };
  const answerOf = (id: string, ruling: string, fate: "known" | "joined") => {
    const state = rows.find(ruling)?.state;
    return { id, alarm: ruling, fate, phase: state === undefined ? ("normal" as const) : phaseOf(state) };
  };
  const rejected = refused.map(({ index, code }) => ({ index, code }));
  const known = (alarm: EdgeAlarm) => {
    const ruling = register.find(gateway, alarm.id)?.alarm ?? alarm.id;
    return answerOf(alarm.id, ruling, ruling === alarm.id ? "known" : "joined");
  };
  if (refused.length === 0 && taken.every((alarm) => newsOf(alarm) === null))
    return { alarms: taken.map(known), rejected };
  const bytes = new TextEncoder().encode(JSON.stringify({ gateway, report: body }));
  const input = { kind: "edge-alarms" as const, source, encoding: "identity", body: bytes };
  return parts.committer.commit(input, (commit) => {
    hear(parts, commit, gateway);
    keepRefused(parts, commit, refused);
    const answers = new Map<string, EdgeAnswer["alarms"][number]>();
    for (const alarm of taken.toSorted(inOrder)) {
      const news = newsOf(alarm);
      answers.set(alarm.id, news === null ? known(alarm) : takeOne(parts, commit, gateway, site, asOf, news));
    }
    return { alarms: taken.map((alarm) => answers.get(alarm.id) ?? known(alarm)), rejected };
  });

  function takeOne(
    { alarms, engine }: Parts,
    commit: Commit,
    from: string,
    book: SiteBook,
    judgedUntil: EpochMs,
    { report, before, fresh, isNewest }: News,
  ): EdgeAnswer["alarms"][number] {
    const { id, kind, subject } = report;
    const facts = edgeFacts(report, from, book);
    const word = wordOf(report);
    const probe = book.probes.get(facts.probe ?? book.appliances.get(subject)?.probes[0]?.id ?? "");
    const event = eventKinds.find((each) => each === kind);
    const { alarm, fate } = alarms.takeOver(commit, {
      gateway: from,
      id,
      kind,
      facts,
      word,
      terms: termsOf(probe === undefined ? {} : ruleAt(probe.rules.profiles, commit.at), kind),
      knownAs: before?.alarm ?? null,
      isNewest,
      freshCalls: fresh.length,
      asOf: judgedUntil,
      serverKnowsUntil:
        event === undefined
          ? (engine.probe(subject)?.state.last?.at ?? null)
          : engine.equipment.knownUntil(event, subject),
    });
    register.save(from, {
      alarm: alarm.id,
      asOf: isNewest ? judgedUntil : (before?.asOf ?? judgedUntil),
      report,
    });
    history(commit, from, alarm.id, report, before?.report ?? null, fresh);
    commit.audit({
      actor: from,
      action: "alarm.reported-by-gateway",
      subject: alarm.id,
      detail: {
        id,
        fate,
        raisedAt: word.raisedAt,
        clearedAt: word.clearedAt,
        acknowledgedBy: word.acknowledgedBy,
        calls: fresh.length,
        reachedAt: lastReachedAt(word),
      },
    });
    return { id, alarm: alarm.id, fate, phase: phaseOf(alarm.state) };
  }

  /** The history as it was at the gateway, at its own times. */
  function history(
    commit: Commit,
    from: string,
    alarm: string,
    report: EdgeAlarm,
    before: EdgeAlarm | null,
    fresh: readonly EdgeCall[],
  ): void {
    const note = (at: string, event: string, actor: string, text: string | null): void =>
      rows.noteEarlier(commit, alarm, parseInstant(at) ?? commit.at, event, actor, text);
    if (before === null) note(report.raisedAt, "edge-raised", from, report.text ?? null);
    for (const { at, by, to, about, outcome } of fresh)
      note(at, "edge-called", from, `${by}${to === null ? "" : ` to ${to}`}, ${about}: ${outcome}`);
    const { acknowledgedAt, acknowledgedBy, clearedAt } = report;
    if (acknowledgedAt !== null && acknowledgedAt !== before?.acknowledgedAt)
      note(acknowledgedAt, "edge-acknowledged", acknowledgedBy ?? from, null);
    if (clearedAt !== null && clearedAt !== before?.clearedAt) note(clearedAt, "edge-returned", from, null);
  }
}

/** A gateway that reports is not silent. */
function hear({ database, engine }: Parts, commit: Commit, gateway: string): void {
  database
    .prepare(
      `INSERT INTO gateways (id, last_at, held_readings) VALUES (?, ?, NULL)
       ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at`,
    )
    .run(gateway, commit.at);
  engine.hearGateway(commit, gateway, []);
}

function keepRefused(
  { database }: Parts,
  commit: Commit,
  refused: readonly { readonly index: number; readonly code: string; readonly raw: string }[],
): void {
  const insert = database.prepare(
    "INSERT INTO refusals (journal_seq, position, code, raw) VALUES (?, ?, ?, ?)",
  );
  for (const { index, code, raw } of refused) insert.run(commit.journalSeq, index, code, raw);
}

/** What explains others comes first: by time, and of one instant a temperature before its warning. */
function inOrder(a: EdgeAlarm, b: EdgeAlarm): number {
  const [left, right] = [`${a.raisedAt} ${a.kind} ${a.id}`, `${b.raisedAt} ${b.kind} ${b.id}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
