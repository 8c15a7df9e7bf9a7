import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import { codeOfOther, type Note, writeNote } from "@coldkeep/core/wording/write-note.ts";
import type { ToldAlarm } from "@coldkeep/core/wording/written.ts";
import { type KeptAlarm, keptAlarmOf } from "../alarms/kept-alarm.ts";
import { toldAlarm } from "../alarms/write-call.ts";
import type { Commit } from "../journal/committer.ts";
import { noSite } from "../site/no-site.ts";
import type { KeptDelivery } from "../summons/delivery-book.ts";
import { alarmsCalledAbout, type AnswerParts } from "./answer-call.ts";
import { answerableMs, codesLookedAtMax, type ReplyOutcome, type ReplyTaken } from "./reply.ts";

/**
 * Owes whoever sent a reply one short answer by the same way: what was taken on and until when, or why nothing was. Nothing goes to whom we do not know, to whom nothing was asked, and to who
 * pressed a key: they have heard it. Comes before the alarms are acknowledged, inside the reply's transaction.
 */
export function confirmReply(
  parts: AnswerParts,
  commit: Commit,
  taken: ReplyTaken,
  outcome: ReplyOutcome,
): void {
  const { reply, contact, by } = taken;
  const medium = by === "voice" || contact === null ? null : parts.notes.mediumOf(reply.channel);
  // An automation that answers the canary is not to be answered.
  if (contact === null || contact === canaryId || medium === null) return;
  const drill = (taken.delivery === null ? null : parts.deliveries.find(taken.delivery))?.drill ?? null;
  // Whoever answers a drill hears how it went.
  if (drill !== null && outcome === "taken") return;
  const note = noteOn(parts, commit, { ...taken, contact }, outcome);
  if (note === null) return;
  const { timeZone, site: siteName } = (parts.site() ?? noSite).site;
  const write = writeNote(note, { at: commit.at, timeZone, siteName, isDrill: drill !== null });
  const id = `reply-${reply.channel}.${reply.reference}.${contact}`;
  parts.notes.owe(commit, { id, kind: "reply", contact, medium, channel: reply.channel, drill, write });
}

function noteOn(
  parts: AnswerParts,
  commit: Commit,
  { delivery: id, contact, until }: ReplyTaken & { readonly contact: string },
  outcome: ReplyOutcome,
): Note | null {
  const delivery = id === null ? null : parts.deliveries.find(id);
  switch (outcome) {
    case "taken":
      return delivery === null ? null : { kind: "taken", alarms: openOf(parts, delivery), until };
    case "declined":
      return delivery === null ? null : { kind: "declined", alarms: openOf(parts, delivery) };
    case "nothing-open":
      return delivery === null ? { kind: "nothing" } : settledNote(parts, delivery, contact);
    case "code-unknown":
      return { kind: "unknownCode", calls: callsOpenTo(parts, commit, contact) };
    case "code-missing":
      return { kind: "several", calls: callsOpenTo(parts, commit, contact) };
    case "not-understood": {
      const calls = callsOpenTo(parts, commit, contact);
      return calls.length === 0 ? null : { kind: "notUnderstood", calls };
    }
    case "unknown-sender":
      return null;
  }
}

/** Why there is nothing to take on any more: somebody has it, perhaps they themselves, or it is over. */
function settledNote(parts: AnswerParts, delivery: KeptDelivery, contact: string): Note {
  const known = alarmsCalledAbout(parts, delivery);
  const [taken] = known.filter(({ state }) => state.acknowledged && state.acknowledgedBy !== null);
  if (taken === undefined) {
    const alarms = told(parts, alarmsOf(parts, delivery));
    return alarms.length === 0 ? { kind: "nothing" } : { kind: "over", alarms };
  }
  const alarms = told(parts, known);
  const { acknowledgedBy: who, promise } = taken.state;
  const own = parts.site()?.site.contacts.find(({ id }) => id === contact)?.name;
  if (who === own && promise !== null) return { kind: "taken", alarms, until: promise.until };
  return { kind: "already", alarms, who: who ?? "", until: promise?.until ?? null };
}

function callsOpenTo(
  parts: AnswerParts,
  commit: Commit,
  contact: string,
): { readonly code: string; readonly alarms: readonly ToldAlarm[] }[] {
  const bySummons = new Map<string, { readonly code: string; readonly alarms: readonly ToldAlarm[] }>();
  for (const call of parts.deliveries.callsTo([contact], codesLookedAtMax)) {
    if (call.summons === null || bySummons.has(call.summons.id)) continue;
    if (call.state.owedAt < commit.at - answerableMs) continue;
    const alarms = openOf(parts, call);
    if (alarms.length > 0) bySummons.set(call.summons.id, { code: codeOfOther(call.number), alarms });
  }
  return [...bySummons.values()];
}

function openOf(parts: AnswerParts, delivery: KeptDelivery): ToldAlarm[] {
  return told(
    parts,
    alarmsCalledAbout(parts, delivery).filter(({ state }) => !state.acknowledged),
  );
}

/** All alarms of a call, also those that are over. */
function alarmsOf({ database }: AnswerParts, { summons }: KeptDelivery): KeptAlarm[] {
  return database
    .prepare(
      `SELECT state FROM (SELECT id, state FROM alarms UNION ALL SELECT id, state FROM drill_alarms)
       WHERE id IN (SELECT alarm FROM summons_alarms WHERE summons = ?) ORDER BY id`,
    )
    .all(summons?.id ?? "")
    .map((row) => keptAlarmOf(String(row["state"])));
}

function told({ site }: AnswerParts, alarms: readonly KeptAlarm[]): ToldAlarm[] {
  const book = site() ?? noSite;
  return alarms.map((alarm) => toldAlarm(alarm, "onset", book));
}
