import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Channel, OutgoingMessage, SendResult } from "../channels/channel.ts";
import { mayHaveBeenTaken } from "../channels/may-have-been-taken.ts";
import type { Metrics } from "../health/metrics.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import type { DeliveryBook, KeptDelivery } from "../summons/delivery-book.ts";
import type { OtherTexts } from "../summons/text-for.ts";
import type { DeliveryNews } from "../summons/take-delivery.ts";

/** A mail to hand over. `id` makes the Message-ID, so that a repeat after a crash can be told from a second message. */
export interface Mail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly attachments?: readonly MailAttachment[];
}

/** A file that goes with a mail. */
export interface MailAttachment {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** The port to the mail server. Resolves once the server has taken the mail; rejects otherwise. */
export interface Mailer {
  readonly send: (mail: Mail) => Promise<void>;
  readonly close: () => void;
}

/** How often the outbox is looked at when nothing stirs it. */
export const pollMs: DurationMs = secondMs;

/** Most messages looked at in one round. What is beyond follows as soon as those before it are in hand. */
export const roundMax = 1_000;

/** Most rounds of messages that are looked at one after the other where a provider has more waiting than one. */
export const pagesMax = 20;

/** How long a message is left alone after what became of it could not be kept. */
export const troublePauseMs: DurationMs = 30 * secondMs;

/** Most messages that are left alone at one time; beyond that the one that waits longest is tried again. */
export const troubledMax = 1_000;

/** A channel that has not ended by then is taken as one that did not answer, whatever its own times say. */
export const sendGuardMs: DurationMs = minuteMs;

/** Most messages of drills that one channel has in hand at a time: what is real finds it free. */
export const drillLaneMax = 1;

/** How long what is in hand may take once the server is to stop. */
export const stopGraceMs: DurationMs = 5 * secondMs;

/**
 * After a start, the time that channels get to ask what became of messages of before: only then is a report overdue. Its time may have passed while the server was down. The first
 * questions come after 2, 5 and 10 s (server/channels/follower.ts) and take 20 s at most.
 */
export const askAfterStartMs: DurationMs = 30 * secondMs;

/** Sends what is owed, through all channels side by side. */
export interface Dispatcher {
  readonly start: () => void;
  /** Stops after what is in hand. */
  readonly stop: () => Promise<void>;
  /** What is owed and has no outcome yet. */
  readonly owed: () => number;
  /** When the outbox was last looked at without a failure; null before the first time. */
  readonly lastAt: () => EpochMs | null;
}

/** What the dispatcher works with. */
export interface DispatcherParts {
  readonly database: Database;
  readonly deliveries: DeliveryBook;
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
  /** Keeps what a channel made of a message; `also` happens in the same transaction. */
  readonly take: (news: DeliveryNews, also?: (commit: Commit) => void) => void;
  /** Puts into a text what no record holds: the links and codes by which it is answered. */
  readonly fill?: (text: string, delivery: KeptDelivery) => string;
  /** The files that go with an owed message, read when it is sent; none where left out. */
  readonly attachmentsOf?: (id: string) => readonly MailAttachment[];
}

/**
 * Makes the dispatcher. That a message is being handed over is on record before it is, and what became of it afterwards: a crash in between costs one repeat, which says that it is one,
 * never a message.
 */
export function makeDispatcher(parts: DispatcherParts): Dispatcher {
  const { database, deliveries, clock, metrics, warn, take } = parts;
  const channels = new Map(parts.channels.map((channel) => [channel.id, channel]));
  const texts = database.prepare(
    "SELECT subject, body, others FROM notifications JOIN deliveries ON deliveries.id = notifications.id WHERE notifications.id = ?",
  );
  const mark = database.prepare(
    "INSERT INTO sends_in_hand (delivery, channel, started_at) VALUES (?, ?, ?) ON CONFLICT (delivery) DO UPDATE SET channel = excluded.channel, started_at = excluded.started_at",
  );
  const marked = database.prepare("SELECT 1 FROM sends_in_hand WHERE delivery = ?");
  const unmark = database.prepare("DELETE FROM sends_in_hand WHERE delivery = ?");
  const critical = database.prepare(
    "SELECT 1 FROM summons_alarms JOIN alarms ON alarms.id = summons_alarms.alarm WHERE summons = ? AND json_extract(alarms.state, '$.severity') = 'critical' LIMIT 1",
  );
  const inHand = new Map<string, Promise<void>>();
  const lanes = new Map<string, number>();
  const drillLanes = new Map<string, number>();
  /** Until when what could not be kept is left alone. */
  const troubled = new Map<string, number>();
  const stopped = new AbortController();
  let cancel: Cancel = () => undefined;
  let cancelStir: Cancel | null = null;
  let isRunning = false;
  let lastAt: EpochMs | null = null;
  let startedAt = 0;

  const urgencyOf = ({ summons }: KeptDelivery): OutgoingMessage["urgency"] =>
    summons !== null && critical.get(summons.id) !== undefined ? "critical" : "ordinary";

  const send = async (channel: Channel, delivery: KeptDelivery, isRepeat: boolean): Promise<void> => {
    const { id, state, language, thread } = delivery;
    const row = texts.get(id);
    const given = row?.["others"];
    const others = typeof given === "string" ? (JSON.parse(given) as OtherTexts) : {};
    const fill = (text: string): string => parts.fill?.(text, delivery) ?? text;
    const route = state.routes[state.route];
    const message = {
      id,
      isRepeat,
      address: route?.address ?? "",
      subject: fill(String(row?.["subject"])),
      text: fill((route === undefined ? undefined : others[route.medium]) ?? String(row?.["body"])),
      language,
      thread,
      ...(delivery.summons === null ? { asksNothing: true as const } : {}),
      attachments: parts.attachmentsOf?.(id) ?? [],
      urgency: urgencyOf(delivery),
    };
    const result = await guarded(channel, message);
    const news = newsOf(delivery, channel.id, result);
    take(news, () => {
      if (!mayHaveBeenTaken(result)) unmark.run(id);
    });
    if (result.ok) metrics.mailSent();
    else {
      metrics.mailFailed();
      const { code, reason } = result;
      const facts = { notification: id, channel: channel.id, tries: state.tries + 1, code, reason };
      warn(facts, "a message could not be handed over; it is tried again or by another way");
    }
  };

  /** Ends in a result whatever the channel does. */
  const guarded = async (channel: Channel, message: Parameters<Channel["send"]>[0]): Promise<SendResult> => {
    const tooLong = new AbortController();
    let disarm: Cancel = () => undefined;
    const guard = new Promise<SendResult>((resolve) => {
      disarm = clock.after(sendGuardMs, () => {
        tooLong.abort();
        resolve(failure(noAnswer, `the channel did not end within ${sendGuardMs / secondMs} s`));
      });
    });
    try {
      const signal = AbortSignal.any([tooLong.signal, stopped.signal]);
      return await Promise.race([channel.send(message, signal), guard]);
    } catch (error) {
      return failure("channel.failed", error instanceof Error ? error.message : String(error));
    } finally {
      disarm();
    }
  };

  const begin = (channel: Channel, delivery: KeptDelivery): void => {
    const { id, drill } = delivery;
    const count = (by: 1 | -1): void => {
      lanes.set(channel.id, (lanes.get(channel.id) ?? 0) + by);
      if (drill !== null) drillLanes.set(channel.id, (drillLanes.get(channel.id) ?? 0) + by);
    };
    // What a provider took and has not reported on may be with the person already.
    const isRepeat = marked.get(id) !== undefined || delivery.state.accepted.length > 0;
    mark.run(id, channel.id, clock.epochMs());
    count(1);
    const sending = send(channel, delivery, isRepeat)
      .then(() => void troubled.delete(id))
      .catch((error: unknown) => trouble(id, error))
      .finally(() => {
        inHand.delete(id);
        count(-1);
        stir();
      });
    inHand.set(id, sending);
  };

  const look = (delivery: KeptDelivery): void => {
    const { id, state } = delivery;
    if (inHand.has(id)) return;
    if (state.phase === "awaiting-report") {
      const asks = channels.get(state.routes[state.route]?.channel ?? "")?.takeUp !== undefined;
      if (asks && clock.monotonicMs() - startedAt < askAfterStartMs) return;
      take({ delivery: id, input: { kind: "overdue" } });
      return;
    }
    const name = state.routes[state.route]?.channel ?? "";
    const channel = channels.get(name);
    if (channel === undefined) {
      const reason = `the channel "${name}" is not in the settings any more`;
      take({ delivery: id, input: { kind: "failed", channel: name, reason, isHopeless: true } });
      return;
    }
    const { isWorking, detail } = channel.status();
    if (!isWorking && state.routes.length > 1) {
      const input = { kind: "failed", channel: name, reason: detail, isHopeless: true } as const;
      take({ delivery: id, input, isChannelAtFault: true });
      return;
    }
    if (delivery.drill !== null && (drillLanes.get(name) ?? 0) >= drillLaneMax) return;
    if ((lanes.get(name) ?? 0) < channel.concurrency) begin(channel, delivery);
  };

  /** What cannot be kept of one message is tried again later, and holds up no other. */
  const trouble = (id: string, error: unknown): void => {
    warn({ err: error, notification: id }, "what became of a message could not be kept");
    troubled.delete(id);
    troubled.set(id, clock.monotonicMs() + troublePauseMs);
    const [oldest] = troubled.keys();
    if (troubled.size > troubledMax && oldest !== undefined) troubled.delete(oldest);
  };

  const lookSafely = (delivery: KeptDelivery): void => {
    if ((troubled.get(delivery.id) ?? 0) > clock.monotonicMs()) return;
    try {
      look(delivery);
    } catch (error) {
      trouble(delivery.id, error);
    }
  };

  const isFull = ({ id, concurrency }: Channel): boolean => (lanes.get(id) ?? 0) >= concurrency;

  const round = (): void => {
    if (!isRunning) return;
    try {
      const now = clock.epochMs();
      let after: KeptDelivery | undefined;
      // A provider that has more waiting than one page keeps no other provider's messages from being seen.
      for (let page = 0; page < pagesMax; page += 1) {
        const due = deliveries.due(now, roundMax, after);
        for (const delivery of criticalFirst(due, (each) => urgencyOf(each) === "critical"))
          lookSafely(delivery);
        const real = due.filter(({ drill }) => drill === null);
        after = real[real.length - 1];
        if (real.length < roundMax || parts.channels.every(isFull)) break;
      }
      lastAt = clock.epochMs();
    } catch (error) {
      warn({ err: error }, "the outbox could not be read; trying again");
    }
  };

  const stir = (): void => {
    if (!isRunning || cancelStir !== null) return;
    cancelStir = clock.after(0, () => {
      cancelStir = null;
      round();
    });
  };

  const poll = (): void => {
    cancel = clock.after(pollMs, () => {
      round();
      if (isRunning) poll();
    });
  };

  return {
    start: () => {
      isRunning = true;
      startedAt = clock.monotonicMs();
      deliveries.whenOwed(stir);
      poll();
      stir();
    },
    stop: async () => {
      isRunning = false;
      cancel();
      cancelStir?.();
      const endGrace = clock.after(stopGraceMs, () => stopped.abort());
      await Promise.all(inHand.values());
      endGrace();
    },
    owed: deliveries.owed,
    lastAt: () => lastAt,
  };
}

/** The same messages, critical ones first. One alone is not asked about. */
function criticalFirst(
  due: readonly KeptDelivery[],
  isCritical: (delivery: KeptDelivery) => boolean,
): readonly KeptDelivery[] {
  if (due.length < 2) return due;
  const known = new Map<string, boolean>();
  const ask = (delivery: KeptDelivery): boolean => {
    const { summons } = delivery;
    if (summons === null) return false;
    const answer = known.get(summons.id) ?? isCritical(delivery);
    known.set(summons.id, answer);
    return answer;
  };
  const marked = due.map((delivery) => ({ delivery, first: ask(delivery) }));
  return [...marked.filter(({ first }) => first), ...marked.filter(({ first }) => !first)].map(
    ({ delivery }) => delivery,
  );
}

/** The code of a channel that did not end in time. */
const noAnswer = "channel.no-answer";

function failure(code: string, reason: string): SendResult {
  return { ok: false, isPermanent: false, code, reason };
}

function newsOf({ id }: KeptDelivery, channel: string, result: SendResult): DeliveryNews {
  if (!result.ok) {
    const { isPermanent, code, reason } = result;
    // One that hangs would take up all of the time in which the next way can still be gone.
    const isHopeless = isPermanent || code === noAnswer;
    const input = { kind: "failed", channel, reason: `${reason} (${code})`, isHopeless } as const;
    return { delivery: id, input, isChannelAtFault: !isPermanent };
  }
  if (result.proof === "delivered") return { delivery: id, input: { kind: "delivered", channel } };
  return { delivery: id, input: { kind: "accepted", channel, reference: result.reference } };
}
