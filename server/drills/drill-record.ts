import type { Drill } from "@coldkeep/core/drills/drill.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Signature } from "@coldkeep/core/signatures/signature.ts";
import { type Signatures, stands } from "../signatures/signatures.ts";
import type { Database } from "../store/database.ts";
import type { DeliveryBook } from "../summons/delivery-book.ts";
import type { DrillHappening, DrillRows, KeptDrill } from "./drill-rows.ts";

/** The kind of record that a drill is to signatures. */
export const drillKind = "drill";

/** One message of a drill and what became of it. */
export interface DrillMessage {
  readonly id: string;
  readonly contact: string;
  readonly medium: string;
  /** False for news of the drill itself, which nobody is asked to answer. */
  readonly isCall: boolean;
  readonly subject: string;
  readonly owedAt: EpochMs;
  readonly outcome: string | null;
  readonly events: readonly {
    readonly at: EpochMs;
    readonly event: string;
    readonly channel: string | null;
    readonly detail: string | null;
  }[];
}

/** All that is on record of a drill. */
export interface DrillRecord extends Drill {
  readonly happenings: readonly DrillHappening[];
  readonly messages: readonly DrillMessage[];
  readonly signatures: readonly (Signature & { readonly stands: boolean })[];
}

/** What a record is read from. */
export interface DrillRecordParts {
  readonly database: Database;
  readonly drills: { readonly rows: DrillRows };
  readonly deliveries: DeliveryBook;
  readonly signatures: Signatures;
}

/** Reads the record of a drill; null where there is no such drill. */
export function drillRecord(parts: DrillRecordParts, id: string): DrillRecord | null {
  const { drills, signatures } = parts;
  const drill = drills.rows.find(id);
  if (drill === null) return null;
  const messages = messagesOf(parts, id);
  const happenings = drills.rows.happenings(id);
  const content = signedContent(drill, happenings, messages);
  return {
    plan: drill.plan,
    state: drill.state,
    happenings,
    messages,
    signatures: signatures
      .of(drillKind, id)
      .map((signature) => ({ ...signature, stands: stands(signature, content) })),
  };
}

/** What a review of a drill covers: the plan, what happened, whom it called and what was measured. News of it that are still under way are no part of that. */
export function signedContent(
  { plan, state }: KeptDrill | Drill,
  happenings: readonly DrillHappening[],
  messages: readonly DrillMessage[],
): unknown {
  const calls = messages.filter(({ isCall }) => isCall);
  return JSON.parse(JSON.stringify({ plan, state, happenings, calls })) as unknown;
}

function messagesOf({ database, deliveries }: DrillRecordParts, drill: string): DrillMessage[] {
  const events = database.prepare(
    "SELECT at, event, channel, detail FROM delivery_events WHERE delivery = ? ORDER BY number",
  );
  const subject = database.prepare("SELECT subject FROM notifications WHERE id = ?");
  return deliveries.ofDrill(drill).map(({ id, contact, medium, summons, state }) => ({
    id,
    contact,
    medium,
    isCall: summons !== null,
    subject: textOf(subject.get(id)?.["subject"]) ?? "",
    owedAt: state.owedAt,
    outcome: state.outcome,
    events: events.all(id).map((row) => ({
      at: Number(row["at"]),
      event: String(row["event"]),
      channel: textOf(row["channel"]),
      detail: textOf(row["detail"]),
    })),
  }));
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
