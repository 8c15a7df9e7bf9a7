import { phaseOf } from "@coldkeep/core/alarms/alarm-state.ts";
import { lastReachedAt } from "@coldkeep/core/alarms/edge-word.ts";
import { termsOf } from "@coldkeep/core/alarms/terms.ts";
import type { EdgeAnswer } from "@coldkeep/core/contract/edge.ts";
import { eventKinds } from "@coldkeep/core/contract/events.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import type { AlarmRows } from "../alarms/alarm-rows.ts";
import type { Services } from "../http/services.ts";
import type { Commit } from "../journal/committer.ts";
import { noSite } from "../site/no-site.ts";
import { edgeFacts } from "./edge-facts.ts";
import type { EdgeNews } from "./edge-news.ts";
import { type EdgeRegister, wordOf } from "./edge-register.ts";

/** What taking an alarm of a report needs. */
export interface TakeEdgeParts extends Pick<Services, "alarms" | "engine" | "site"> {
  readonly rows: AlarmRows;
  readonly register: EdgeRegister;
}

/** Takes one alarm of a report inside a commit: into the book of alarms, the register of reports, the alarm's history and the audit trail. */
export function takeEdgeAlarm(
  { alarms, engine, site, rows, register }: TakeEdgeParts,
  commit: Commit,
  news: EdgeNews,
): EdgeAnswer["alarms"][number] {
  const { gateway, report, before, fresh, isNewest, asOf } = news;
  const { id, kind, subject } = report;
  const book = site() ?? noSite;
  const facts = edgeFacts(report, gateway, book);
  const word = wordOf(report);
  const probe = book.probes.get(facts.probe ?? book.appliances.get(subject)?.probes[0]?.id ?? "");
  const event = eventKinds.find((each) => each === kind);
  const { alarm, fate } = alarms.takeOver(commit, {
    gateway,
    id,
    kind,
    facts,
    word,
    terms: termsOf(probe === undefined ? {} : ruleAt(probe.rules.profiles, commit.at), kind),
    knownAs: before?.alarm ?? null,
    isNewest,
    freshCalls: fresh.length,
    hasFreshOnset: fresh.some(({ about }) => about === "onset"),
    asOf,
    serverKnowsUntil:
      event === undefined
        ? (engine.probe(subject)?.state.last?.at ?? null)
        : engine.equipment.knownUntil(event, subject),
  });
  register.save(gateway, { alarm: alarm.id, asOf, report });
  noteHistory(rows, commit, alarm.id, news);
  const { raisedAt, clearedAt, acknowledgedBy } = word;
  const reachedAt = lastReachedAt(word);
  commit.audit({
    actor: gateway,
    action: "alarm.reported-by-gateway",
    subject: alarm.id,
    detail: { id, fate, raisedAt, clearedAt, acknowledgedBy, calls: fresh.length, reachedAt },
  });
  return { id, alarm: alarm.id, fate, phase: phaseOf(alarm.state) };
}

/** The history as it was at the gateway, at its own times. */
function noteHistory(
  rows: AlarmRows,
  commit: Commit,
  alarm: string,
  { gateway, report, before, fresh }: EdgeNews,
): void {
  const note = (at: string, event: string, actor: string, text: string | null): void =>
    rows.noteEarlier(commit, alarm, parseInstant(at) ?? commit.at, event, actor, text);
  if (before === null) note(report.raisedAt, "edge-raised", gateway, report.text ?? null);
  for (const { at, by, to, about, outcome } of fresh)
    note(at, "edge-called", gateway, `${by}${to === null ? "" : ` to ${to}`}, ${about}: ${outcome}`);
  const { acknowledgedAt, acknowledgedBy, clearedAt } = report;
  if (acknowledgedAt !== null && acknowledgedAt !== before?.report.acknowledgedAt)
    note(acknowledgedAt, "edge-acknowledged", acknowledgedBy ?? gateway, null);
  if (clearedAt !== null && clearedAt !== before?.report.clearedAt)
    note(clearedAt, "edge-returned", gateway, null);
}
