import type { DeliveryInput, Outcome } from "@coldkeep/core/summons/delivery.ts";
import { dayMs, type DurationMs } from "@coldkeep/core/time/millis.ts";
import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import type { Commit, Committer } from "../journal/committer.ts";
import type { DrillBook } from "../drills/drill-book.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { isGone } from "./chain-alarms.ts";
import type { DeliveryBook, KeptDelivery } from "./delivery-book.ts";
import { isTestDelivery } from "./test-deliveries.ts";

/** What a channel made of a message, or what became of it: an input like any other. */
export interface DeliveryNews {
  readonly delivery: string;
  readonly input: DeliveryInput;
  /** True where the channel itself is to blame, and not the address. */
  readonly isChannelAtFault?: boolean;
}

/** What news are taken with. */
export interface DeliveryTaking {
  readonly database: Database;
  readonly committer: Committer;
  readonly deliveries: DeliveryBook;
  readonly alarms: AlarmBook;
  readonly drills: Pick<DrillBook, "alarms">;
  readonly site: () => SiteBook | null;
}

/** Failures of a channel in a row after which it is an alarm of its own. */
export const failingAfter = 3;

/** Takes news of a delivery: its state, what it means for the call and for the alarms about calling. `also` is done in the same transaction. */
export function takeDeliveryNews(
  { database, committer, deliveries, alarms, drills, site }: DeliveryTaking,
  news: DeliveryNews,
  also: (commit: Commit) => void = () => undefined,
): void {
  const body = new TextEncoder().encode(JSON.stringify(news));
  const { input } = news;
  const source = "channel" in input ? input.channel : "clock";
  committer.commit({ kind: "delivery", source, encoding: "identity", body }, (commit) => {
    also(commit);
    const stepped = deliveries.step(commit, news.delivery, input);
    if (stepped === null) return;
    const { delivery, effects } = stepped;
    const { drill, summons } = delivery;
    if (drill !== null) {
      // What becomes of a drill's messages stands in its record: it raises no real alarm, and ends none.
      const isUnreached = effects.some(({ kind }) => kind === "unreached");
      if (isUnreached && summons !== null) drills.alarms.unreached(commit, summons.id, summons.call);
      return;
    }
    judgeChannel(database, alarms, commit, news);
    for (const effect of effects) {
      if (effect.kind === "returned")
        rememberReturn(database, commit, { contact: delivery.contact, address: effect.address });
      else if (effect.kind === "unreached" && isTestDelivery(delivery.id))
        deliveries.step(commit, delivery.id, { kind: "withdraw" });
      else if (effect.kind === "unreached") {
        // Only who is asked for an answer is missed: news that all is well again wakes nobody by not arriving.
        if (summons === null) continue;
        judgePerson(alarms, site(), commit, delivery, effect.reason);
        alarms.unreached(commit, summons.id, summons.call);
      } else if (effect.kind === "ended" && reaches(database, commit, delivery, effect.outcome))
        judgePerson(alarms, site(), commit, delivery, null);
    }
  });
}

/** How long a message that only was handed over proves nothing for an address from which one came back. */
export const returnCountsMs: DurationMs = dayMs;

/** Whether the outcome shows that the person is reached. */
function reaches(
  database: Database,
  commit: Commit,
  { contact, state }: KeptDelivery,
  outcome: Outcome,
): boolean {
  if (outcome !== "handed-over") return outcome === "delivered";
  const address = state.routes[state.route]?.address ?? "";
  const row = database
    .prepare("SELECT at FROM returned_addresses WHERE contact = ? AND address = ?")
    .get(contact, address);
  return row === undefined || commit.at - Number(row["at"]) > returnCountsMs;
}

function rememberReturn(
  database: Database,
  commit: Commit,
  { contact, address }: { readonly contact: string; readonly address: string },
): void {
  database
    .prepare(
      "INSERT INTO returned_addresses (contact, address, at) VALUES (?, ?, ?) ON CONFLICT (contact, address) DO UPDATE SET at = excluded.at",
    )
    .run(contact, address, commit.at);
}

/** Counts a channel's failures in a row, and raises or clears the alarm about it where that changes. */
function judgeChannel(
  database: Database,
  alarms: AlarmBook,
  commit: Commit,
  { input, isChannelAtFault = false }: DeliveryNews,
): void {
  const isGood = input.kind === "accepted" || input.kind === "delivered";
  const isBad = input.kind === "failed" && isChannelAtFault;
  if (!isGood && !isBad) return;
  const { channel } = input;
  const row = database.prepare("SELECT failures FROM channel_failures WHERE channel = ?").get(channel);
  const before = Number(row?.["failures"] ?? 0);
  const failures = isGood ? 0 : before + 1;
  if (failures === before) return;
  database
    .prepare(
      "INSERT INTO channel_failures (channel, failures) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET failures = excluded.failures",
    )
    .run(channel, failures);
  const facts = () => ({
    subject: channel,
    severity: "warning" as const,
    appliance: null,
    probe: null,
    text: `Messages cannot be handed over through "${channel}": ${failures} tries failed (${input.kind === "failed" ? input.reason.slice(0, 150) : ""})`,
    figures: {
      of: "platform" as const,
      name: channel,
      lastsMs: null,
      count: failures,
      reason: input.kind === "failed" ? input.reason.slice(0, 150) : null,
    },
  });
  const isFailing = failures >= failingAfter;
  if (isFailing !== before >= failingAfter)
    alarms.judge(commit, "notification-failing", isFailing ? "on" : "off", facts, channel);
}

function judgePerson(
  alarms: AlarmBook,
  site: SiteBook | null,
  commit: Commit,
  { contact }: KeptDelivery,
  reason: string | null,
): void {
  // That the canary is not reached is an alarm of its own: nobody is to be told twice.
  if (contact === canaryId) return;
  const name = site?.site.contacts.find(({ id }) => id === contact)?.name ?? contact;
  const facts = () => ({
    subject: contact,
    severity: "warning" as const,
    appliance: null,
    probe: null,
    text: `${name} cannot be reached: ${reason ?? ""}`,
    figures: { of: "platform" as const, name: name, lastsMs: null, count: null, reason: reason },
  });
  const isOver = reason === null || (site !== null && isGone(site.site, contact));
  alarms.judge(commit, "person-unreached", isOver ? "off" : "on", facts, contact);
}
