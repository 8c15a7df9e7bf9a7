import {
  type EventKind,
  eventKinds,
  type EventRefusal,
  type eventsAnswerSchema,
} from "@coldkeep/core/contract/events.ts";
import { idSchema } from "@coldkeep/core/contract/ids.ts";
import { type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import type * as z from "zod";
import type { EquipmentEvent } from "@coldkeep/core/alarms/describe-equipment.ts";
import type { Commit } from "../journal/committer.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { Database } from "../store/database.ts";
import { earliestAt, futureMaxMs, rawMax } from "./batch-reader.ts";

/** What became of a batch's events. */
export type EventsAnswer = z.infer<typeof eventsAnswerSchema>;

/** Makes the taking of a batch's events. One that cannot be taken is kept with its reason, numbered from -1 downwards beside the readings. */
export function makeTakeEvents(
  database: Database,
  engine: Pick<SiteEngine, "equipment">,
): (commit: Commit, events: readonly unknown[]) => EventsAnswer {
  const refuse = database.prepare(
    "INSERT INTO refusals (journal_seq, position, code, raw) VALUES (?, ?, ?, ?)",
  );
  return (commit, events) => {
    const answer: EventsAnswer = { accepted: 0, duplicates: 0, rejected: [] };
    for (const [index, raw] of events.entries()) {
      const event = readEvent(raw, commit.at);
      const isTakeable = typeof event !== "string" && engine.equipment.isKnown(event.kind, event.subject);
      if (isTakeable) {
        if (engine.equipment.take(commit, event)) answer.accepted += 1;
        else answer.duplicates += 1;
        continue;
      }
      const code = typeof event === "string" ? event : "event.subject-unknown";
      answer.rejected.push({ index, code });
      refuse.run(commit.journalSeq, -1 - index, code, (JSON.stringify(raw) ?? "").slice(0, rawMax));
    }
    return answer;
  };
}

interface RawEvent {
  readonly subject?: unknown;
  readonly kind?: unknown;
  readonly active?: unknown;
  readonly at?: unknown;
}

function readEvent(raw: unknown, now: EpochMs): EventRefusal | EquipmentEvent {
  if (typeof raw !== "object" || raw === null) return "event.shape-invalid";
  const { subject, kind, active, at: atText }: RawEvent = raw;
  if (typeof kind !== "string" || typeof active !== "boolean" || typeof atText !== "string")
    return "event.shape-invalid";
  const known: EventKind | undefined = eventKinds.find((each) => each === kind);
  if (known === undefined) return "event.kind-unknown";
  const named = idSchema.safeParse(subject);
  if (!named.success) return "event.shape-invalid";
  const at = parseInstant(atText);
  if (at === null) return "event.at-invalid";
  if (at > now + futureMaxMs) return "event.at-future";
  if (at < earliestAt) return "event.at-too-old";
  return { subject: named.data, kind: known, active, at };
}
