import { canaryCelsius, canaryId } from "@coldkeep/core/canary/canary-section.ts";
import { isBreachDue, isCanaryDue } from "@coldkeep/core/canary/canary-run.ts";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, formatInstant, secondMs } from "@coldkeep/core/time/millis.ts";
import { acknowledgement, actOnAlarm } from "../alarms/alarm-commands.ts";
import { isOfCanary } from "../alarms/policy-of.ts";
import type { Services } from "../http/services.ts";
import { batchOf } from "./canary-reads.ts";

/** How often the canary looks what there is to do. */
export const canaryLookEveryMs: DurationMs = secondMs;

/** A clock that is off by more than this against time that passed was set: the breach under way measures nothing. */
export const clockSetMs: DurationMs = 5 * secondMs;

/** A process that did nothing for longer stood still, and cannot say when something came in. */
export const stoodStillMs: DurationMs = 20 * secondMs;

/** Pause after a reading was not taken. */
export const takeAgainMs: DurationMs = 5 * secondMs;

/** How a batch was answered: as a gateway sees it. */
export type SendBatch = (
  batch: Readonly<Record<string, unknown>>,
) => Promise<{ readonly status: number; readonly text: string }>;

/** What the runner works with. */
export interface CanaryRunnerParts {
  readonly services: Pick<Services, "clock" | "canary" | "site" | "engine" | "alarms" | "committer">;
  /** Sends a batch through the same door as a gateway. */
  readonly send: SendBatch;
  /** True while the canary answers its own call: the alarm is left to that. */
  readonly isAnswering: () => boolean;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
}

/** Lets the virtual refrigerator breach, and notices when that did not reach anybody. */
export interface CanaryRunner {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** Makes the runner. All that it decides by is on record, so that a restart goes on where it was. */
export function makeCanaryRunner({ services, send, isAnswering, warn }: CanaryRunnerParts): CanaryRunner {
  const { clock, canary, site, engine, alarms } = services;
  let cancel: Cancel = () => undefined;
  let sending: Promise<void> | null = null;
  let sendsAgainAt = 0;
  let lastLook = timesOf(clock);

  /** True where something is wrong with the time since the last look: it cannot be said when things happened. */
  const isTimeBroken = (): boolean => {
    const now = timesOf(clock);
    const passed = now.monotonic - lastLook.monotonic;
    const isSet = Math.abs(now.epoch - lastLook.epoch - passed) > clockSetMs;
    lastLook = now;
    return isSet || passed > stoodStillMs;
  };

  const post = (sequence: number, readings: readonly { at: EpochMs; celsius: number }[]): void => {
    if (sending !== null || clock.monotonicMs() < sendsAgainAt) return;
    const wire = readings.map(({ at, celsius }) => ({ probe: canaryId, at: formatInstant(at), celsius }));
    sending = sent({ gateway: canaryId, sequence, readings: wire }).finally(() => {
      sending = null;
    });
  };

  const sent = async (batch: Parameters<SendBatch>[0]): Promise<void> => {
    try {
      const { status, text } = await send(batch);
      if (status === 200) return;
      warn({ status, text: text.slice(0, 200) }, "a reading of the canary was refused; trying again");
    } catch (error) {
      warn({ err: error }, "a reading of the canary was not taken; trying again");
    }
    sendsAgainAt = clock.monotonicMs() + takeAgainMs;
  };

  /** Sends what the refrigerator is to measure by now. What lies ahead of a clock that was set back is waited for. */
  const measure = (now: EpochMs): void => {
    const { current, runs } = canary.state();
    const last = engine.probe(canaryId)?.state.last ?? null;
    if (last !== null && last.at > now) return;
    if (current !== null && (last === null || last.at < current.sampleAt)) {
      const { sampleAt, number } = current;
      post(batchOf(number).hot, [
        { at: sampleAt - 1, celsius: canaryCelsius.good },
        { at: sampleAt, celsius: canaryCelsius.hot },
      ]);
    } else if (current === null && last !== null && last.celsius === canaryCelsius.hot)
      post(batchOf(runs).cool, [{ at: Math.max(now, last.at + 1), celsius: canaryCelsius.good }]);
  };

  /** The alarm of a breach that ended waits for nobody. */
  const settle = (): void => {
    for (const alarm of alarms.underWay()) {
      if (!isOfCanary(alarm) || alarm.state.acknowledged) continue;
      const who = { actor: canaryId, name: canaryId, role: null };
      actOnAlarm(services, "acknowledge", canaryId, acknowledgement(alarm.id, who, "the test is over", null));
    }
  };

  const look = (): void => {
    const now = clock.epochMs();
    const isBroken = isTimeBroken();
    const section = site()?.site.canary;
    const state = canary.state();
    if (section === undefined) {
      if (state.current !== null || state.isLate) canary.take({ kind: "stop" });
    } else if (isBroken && state.current !== null) canary.take({ kind: "interrupt" });
    else if (isCanaryDue(state, now)) canary.take({ kind: "tick" });
    else if (isBreachDue(state, section.every, now) && isCold(now)) canary.take({ kind: "begin" });
    if (canary.state().current === null && !isAnswering()) settle();
    measure(now);
  };

  /** True where the next breach can be told from the last one. */
  const isCold = (now: EpochMs): boolean => {
    const last = engine.probe(canaryId)?.state.last ?? null;
    const isUnderWay = alarms.underWay().some(isOfCanary);
    return !isUnderWay && (last === null || (last.at < now - 1 && last.celsius !== canaryCelsius.hot));
  };

  const schedule = (): void => {
    cancel = clock.after(canaryLookEveryMs, () => {
      try {
        look();
      } catch (error) {
        warn({ err: error }, "the canary could not go on; trying again in a second");
      }
      schedule();
    });
  };

  return {
    start: () => {
      lastLook = timesOf(clock);
      if (canary.state().current !== null) canary.take({ kind: "interrupt" });
      schedule();
    },
    stop: async () => {
      cancel();
      await sending;
    },
  };
}

function timesOf(clock: Clock): { readonly epoch: EpochMs; readonly monotonic: number } {
  return { epoch: clock.epochMs(), monotonic: clock.monotonicMs() };
}
