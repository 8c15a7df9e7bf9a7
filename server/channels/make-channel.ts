import type { Medium } from "@coldkeep/core/duty/media.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Channel, ChannelEvents, ChannelStatus, OutgoingMessage, SendResult } from "./channel.ts";
import { advice, type Failed, failedForNow } from "./failures.ts";

/** A channel that failed is called not working for so long after; then it has another try, and is called working until that fails. */
export const downMs: DurationMs = minuteMs;

/** What one adapter brings. */
export interface ChannelParts {
  readonly id: string;
  readonly medium: Medium;
  readonly proves: Channel["proves"];
  readonly concurrency: number;
  readonly clock: Clock;
  /** Appear in nothing that is told, whatever a provider says. */
  readonly secrets: readonly string[];
  /** False where each address is a provider of its own, so that a failure says nothing about the channel. */
  readonly isOneProvider?: boolean;
  readonly attempt: (
    message: OutgoingMessage,
    signal: AbortSignal,
  ) => Promise<Extract<SendResult, { ok: true }> | Failed>;
  readonly facts?: () => ChannelStatus["facts"];
  readonly start?: (events: ChannelEvents) => void;
  readonly takeUp?: Channel["takeUp"];
  readonly stop?: () => Promise<void>;
}

interface Trouble {
  readonly at: EpochMs;
  readonly detail: string;
}

/** Makes a channel of what an adapter brings: how it stands, that it waits where the provider asks to, that no secret is told. */
export function makeChannel(parts: ChannelParts): Channel {
  const { id, medium, proves, concurrency, clock, isOneProvider = true } = parts;
  let trouble: Trouble | null = null;
  let holdUntil: EpochMs = 0;
  let events: ChannelEvents | null = null;

  const hide = (text: string): string =>
    parts.secrets.reduce(
      (hidden, secret) => (secret === "" ? hidden : hidden.replaceAll(secret, "(secret)")),
      text,
    );

  const status = (): ChannelStatus => {
    const facts = parts.facts?.() ?? {};
    if (trouble === null) return { isWorking: true, detail: "Messages are handed over.", facts };
    return { isWorking: clock.epochMs() - trouble.at >= downMs, detail: trouble.detail, facts };
  };

  const note = (result: Extract<SendResult, { ok: true }> | Failed): void => {
    const before = trouble;
    if (result.ok) trouble = null;
    else {
      if (result.holdMs !== undefined && result.holdMs > 0) holdUntil = clock.epochMs() + result.holdMs;
      const what = advice[result.code];
      if (isOneProvider && what !== null)
        trouble = { at: clock.epochMs(), detail: `${what} Last: ${result.reason}.` };
    }
    if ((before?.detail ?? null) !== (trouble?.detail ?? null)) events?.status(status());
  };

  const attempt = async (
    message: OutgoingMessage,
    signal: AbortSignal,
  ): Promise<Extract<SendResult, { ok: true }> | Failed> => {
    if (signal.aborted) return failedForNow("channel.stopped", "it was stopped before it began");
    if (clock.epochMs() < holdUntil)
      return failedForNow("channel.not-now", "the provider asked to wait, and the wait is not over");
    try {
      return await parts.attempt(message, signal);
    } catch (error) {
      return failedForNow("channel.unreadable", error instanceof Error ? error.message : "it failed");
    }
  };

  return {
    id,
    medium,
    proves,
    concurrency,
    status,
    send: async (message, signal) => {
      const result = await attempt(message, signal);
      const told = result.ok ? result : { ...result, reason: hide(result.reason) };
      note(told);
      if (told.ok) return told;
      const { isPermanent, code, reason } = told;
      return { ok: false, isPermanent, code, reason };
    },
    start: (given) => {
      events = given;
      parts.start?.(given);
    },
    ...(parts.takeUp === undefined ? {} : { takeUp: parts.takeUp }),
    stop: async () => parts.stop?.(),
  };
}
