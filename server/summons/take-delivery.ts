import type { DeliveryEffect, DeliveryInput, Outcome } from "@coldkeep/core/summons/delivery.ts";
import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import type { AlarmBook } from "../alarms/alarm-book.ts";
import { chainKinds } from "@coldkeep/core/summons/choose-policy.ts";
import type { Commit, Committer } from "../journal/committer.ts";
import type { DrillBook } from "../drills/drill-book.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { isGone } from "./chain-alarms.ts";
import type { DeliveryBook, KeptDelivery } from "./delivery-book.ts";
import { rememberReturn, returnCountsMs, returnedAddresses } from "./returned-addresses.ts";
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

/** Messages in a row that came to nothing after which their channel is an alarm of its own. */
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
    const { contact, drill, summons } = delivery;
    for (const effect of effects)
      if (effect.kind === "returned")
        rememberReturn(database, { contact, address: effect.address, at: commit.at });
    if (drill !== null) {
      // What becomes of a drill's messages stands in its record: it raises no real alarm, and ends none.
      const isUnreached = effects.some(({ kind }) => kind === "unreached");
      if (isUnreached && summons !== null) drills.alarms.unreached(commit, summons.id, summons.call);
      return;
    }
    judgeChannel(database, alarms, commit, { delivery, news, effects });
    for (const effect of effects) {
      if (effect.kind === "unreached" && isTestDelivery(delivery.id))
        deliveries.step(commit, delivery.id, { kind: "withdraw" });
      else if (effect.kind === "unreached") {
        // Only who is asked for an answer is missed: news that all is well again wakes nobody by not arriving.
        if (summons === null) continue;
        // What comes by another medium may reach the same person.
        const isOut = deliveries.isOutOfReach(delivery.id) && isAboutMore(database, delivery);
        if (isOut) judgePerson(alarms, site(), commit, delivery, effect.reason);
        alarms.unreached(commit, summons.id, summons.call);
      } else if (effect.kind === "ended" && reaches(database, commit, delivery, effect.outcome)) {
        // One that arrived late while others still do not would make an alarm that comes and goes.
        const isStillOut = deliveries.unreached(delivery.contact).some(deliveries.isOutOfReach);
        if (!isStillOut) judgePerson(alarms, site(), commit, delivery, null);
      }
    }
  });
}

/** Whether the outcome shows that the person is reached. */
function reaches(
  database: Database,
  commit: Commit,
  { contact, state }: KeptDelivery,
  outcome: Outcome,
): boolean {
  if (outcome !== "handed-over") return outcome === "delivered";
  const address = state.routes[state.route]?.address ?? "";
  return !returnedAddresses(database, commit.at - returnCountsMs).some(
    (each) => each.contact === contact && each.address === address,
  );
}

/** What became of a message, as it bears on its channel. */
interface ChannelNews {
  readonly delivery: KeptDelivery;
  readonly news: DeliveryNews;
  readonly effects: readonly DeliveryEffect[];
}

/** Counts a channel's failures in a row, and raises or clears the alarm about it where that changes. */
function judgeChannel(database: Database, alarms: AlarmBook, commit: Commit, given: ChannelNews): void {
  const good = provenChannel(database, given);
  const bad = failedChannel(database, given);
  const channel = good ?? bad?.channel;
  if (channel === undefined) return;
  const row = database.prepare("SELECT failures FROM channel_failures WHERE channel = ?").get(channel);
  const before = Number(row?.["failures"] ?? 0);
  const failures = good === null ? before + 1 : 0;
  if (failures === before) return;
  database
    .prepare(
      "INSERT INTO channel_failures (channel, failures) VALUES (?, ?) ON CONFLICT (channel) DO UPDATE SET failures = excluded.failures",
    )
    .run(channel, failures);
  const reason = bad?.reason?.slice(0, 150) ?? null;
  const facts = () => ({
    subject: channel,
    severity: "warning" as const,
    appliance: null,
    probe: null,
    text: `Messages do not get through by "${channel}": ${failures} in a row came to nothing (${reason ?? ""})`,
    figures: { of: "platform" as const, name: channel, lastsMs: null, count: failures, reason },
  });
  const isFailing = failures >= failingAfter;
  if (isFailing !== before >= failingAfter)
    alarms.judge(commit, "notification-failing", isFailing ? "on" : "off", facts, channel);
}

/** The channel that has now shown that it works: by all that it can prove, and in time. One whose reports all come late would else be an alarm that comes and goes. */
function provenChannel(database: Database, { delivery, news: { input } }: ChannelNews): string | null {
  if (input.kind === "delivered") return input.channel;
  if (input.kind === "reported" && input.isDelivered) {
    const late = database
      .prepare("SELECT 1 FROM delivery_events WHERE delivery = ? AND channel = ? AND event = 'overdue'")
      .get(delivery.id, input.channel);
    return late === undefined ? input.channel : null;
  }
  const provesMore =
    "channel" in input &&
    delivery.state.routes.some((route) => route.channel === input.channel && route.proves === "delivery");
  return input.kind === "accepted" && (input.reference === null || !provesMore) ? input.channel : null;
}

/**
 * The channel by which a message has now come to nothing. What may lie with the person (a refusal, a telephone that is off) counts once for each message: else one wrong number, tried
 * again and again, would look like a channel that fails.
 */
function failedChannel(
  database: Database,
  { delivery: { id }, news, effects }: ChannelNews,
): { readonly channel: string; readonly reason: string | null } | null {
  const { isChannelAtFault = false } = news;
  for (const effect of effects) {
    if (effect.kind !== "failed" && effect.kind !== "overdue" && effect.kind !== "not-delivered") continue;
    if (effect.kind === "failed" && isChannelAtFault) return effect;
    const row = database
      .prepare(
        "SELECT count(*) AS n FROM delivery_events WHERE delivery = ? AND channel = ? AND event IN ('failed', 'overdue', 'not-delivered')",
      )
      .get(id, effect.channel);
    if (Number(row?.["n"]) === 1) return effect;
  }
  return null;
}

/** Whether a message asks for somebody about more than that calling does not work: else that it does not arrive would be called about without end. */
function isAboutMore(database: Database, { id }: KeptDelivery): boolean {
  const kinds = database
    .prepare(
      `SELECT kind FROM notifications JOIN alarms ON alarms.id = notifications.alarm WHERE notifications.id = ?1
       UNION SELECT kind FROM notifications JOIN call_alarms ON call = notifications.alarm
       JOIN alarms ON alarms.id = call_alarms.alarm WHERE notifications.id = ?1`,
    )
    .all(id);
  return kinds.some((row) => !chainKinds.has(String(row["kind"]) as AlarmKind));
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
