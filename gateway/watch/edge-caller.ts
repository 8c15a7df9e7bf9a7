import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { dayMs, type DurationMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { type CallOutcome, type CallOutput, callTextCharactersMax, isFinal } from "../calls/call-output.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { AlarmSet, OwedCall } from "./alarm-set.ts";
import type { CallLeg, KeptCall, LegOutcome } from "./watch-records.ts";

/** An output that the watch calls through, with those whom it reaches: numbers for a modem, "" for a siren. */
export interface LocalOutput {
  readonly output: CallOutput;
  readonly way: CallLeg["way"];
  readonly recipients: readonly string[];
}

/** How long a message is worth being sent: about as long as until people are called again. */
export const messageWorthMs: DurationMs = 30 * minuteMs;

/** How long a siren may sound if nobody answers and nothing ends. */
export const sirenWorthMs: DurationMs = 7 * dayMs;

/** Most calls that are remembered until the server has them; beyond it the oldest that have ended are forgotten, and counted. */
export const callsKeptMax = 5_000;

/** What a repeated message begins with. */
export const repeatMark = "Repeated: ";

/** How a call that was given to an output before a restart ends where it may not be given again. */
export type CallerCode = "watch.call-uncertain" | "watch.call-too-late" | "watch.call-cancelled";

/** Gives owed calls to the outputs and remembers what became of them. Each recipient of a call ends in exactly one outcome. */
export interface EdgeCaller {
  /** The call with its recipients, for the transaction that owes it. */
  readonly addressed: (call: OwedCall) => KeptCall;
  /** Gives calls to the outputs; they are on disk. */
  readonly make: (calls: readonly KeptCall[]) => void;
  /** Goes on after a restart: what was given and has no outcome is given once more at most, marked as repeated. */
  readonly resume: (set: AlarmSet) => void;
  /** Silences sirens about which nobody has to be called any more. */
  readonly quieten: (set: AlarmSet) => void;
  /** The server calls from now on: what has not gone out does not. */
  readonly cancel: () => void;
  /** After a restart: nobody will hear what became of what was given before. */
  readonly abandon: () => void;
  /** True while an output may still say something of a call. */
  readonly isWaiting: () => boolean;
  readonly calls: () => ReadonlyMap<string, KeptCall>;
  /** Forgets all calls. */
  readonly clear: () => void;
}

/** What the caller is made of. `save` puts a call on disk. */
export interface EdgeCallerParts {
  readonly outputs: readonly LocalOutput[];
  readonly kept: readonly KeptCall[];
  readonly save: (calls: readonly KeptCall[], dropped: readonly string[]) => void;
  /** Somebody has pressed the button of a siren. */
  readonly answered: () => void;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
}

/** Makes a caller over what is on disk. */
export function edgeCaller({
  outputs,
  kept,
  save,
  answered,
  clock,
  counters,
  log,
}: EdgeCallerParts): EdgeCaller {
  const calls = new Map<string, KeptCall>(kept.map((call) => [call.id, call]));
  /** Calls because of which a siren may sound now. */
  const sounding = new Set<string>();

  const outputOf = (id: string): LocalOutput | undefined => outputs.find(({ output }) => output.id === id);

  const withdraw = (call: KeptCall, way?: CallLeg["way"]): void => {
    for (const id of new Set(
      call.legs.flatMap((leg) => (way === undefined || leg.way === way ? [leg.output] : [])),
    ))
      for (const name of namesOf(call)) outputOf(id)?.output.withdraw(name);
  };

  function change(call: KeptCall, legs: readonly CallLeg[]): KeptCall {
    const next = { ...call, legs };
    calls.set(call.id, next);
    return next;
  }

  function end(id: string, picks: (leg: CallLeg) => boolean, code: CallerCode): void {
    const call = calls.get(id);
    if (call === undefined || !call.legs.some(picks)) return;
    const outcome: LegOutcome = { at: clock.epochMs(), result: "failed", code, isFinal: true };
    save(
      [
        change(
          call,
          call.legs.map((leg) => (picks(leg) ? { ...leg, outcome } : leg)),
        ),
      ],
      [],
    );
    counters.add(code, "watch", call.legs.filter(picks).length);
  }

  /** Gives some recipients of a call to their output, after that is on disk. */
  function give(id: string, target: LocalOutput, picks: (leg: CallLeg) => boolean): void {
    const call = calls.get(id);
    if (call === undefined) return;
    const isMeant = (leg: CallLeg): boolean => leg.output === target.output.id && picks(leg);
    const meant = call.legs.filter(isMeant);
    if (meant.length === 0) return;
    const given = Math.max(...meant.map((leg) => leg.given)) + 1;
    save(
      [
        change(
          call,
          call.legs.map((leg) => (isMeant(leg) ? { ...leg, given } : leg)),
        ),
      ],
      [],
    );
    const isRepeat = given > 1 && target.way === "sms";
    if (target.way === "siren") sounding.add(id);
    if (isRepeat) counters.add("watch.call-repeated", target.output.id, meant.length);
    target.output.call(
      {
        id: isRepeat ? repeatName(id) : id,
        text: (isRepeat ? repeatMark + call.text : call.text).slice(0, callTextCharactersMax),
        to: target.way === "siren" ? [] : meant.map(({ to }) => to),
        expiresAfter: target.way === "siren" ? sirenWorthMs : messageWorthMs,
      },
      (outcome, to) => settle(id, target, outcome, to),
    );
  }

  function settle(id: string, { output, way }: LocalOutput, outcome: CallOutcome, to: string): void {
    const call = calls.get(id);
    if (call === undefined || outcome.kind === "started") return;
    // What the gateway's own end cuts short is given again at its next start.
    if (outcome.kind === "expired" && stopCodes.has(outcome.code)) return;
    const legs = call.legs.map((leg) =>
      leg.output === output.id && (leg.to === to || way === "siren")
        ? { ...leg, outcome: nextOutcome(leg, outcome) }
        : leg,
    );
    const changed = legs.filter((leg, index) => leg.outcome !== call.legs[index]?.outcome);
    if (changed.length === 0) return;
    save([change(call, legs)], []);
    if (way === "siren" && outcome.kind === "delivered") answered();
    for (const leg of changed) {
      if (leg.outcome === null) continue;
      counters.add(`watch.call-${leg.outcome.result}`, output.id);
      if (leg.outcome.result === "failed")
        log.error({ code: leg.outcome.code, output: output.id, call: id }, "A call did not go out.");
    }
  }

  function nextOutcome({ outcome: before, way }: CallLeg, outcome: CallOutcome): LegOutcome | null {
    if (before?.isFinal === true || outcome.kind === "started") return before;
    const { at } = outcome;
    switch (outcome.kind) {
      case "sent":
        return { at, result: way === "siren" ? "sounded" : "sent", code: null, isFinal: isFinal(outcome) };
      case "delivered":
        return { at, result: way === "siren" ? "sounded" : "delivered", code: null, isFinal: true };
      case "failed":
        return way === "siren" && before !== null
          ? { ...before, isFinal: true }
          : { at, result: "failed", code: outcome.code, isFinal: true };
      case "expired":
        return before === null
          ? { at, result: "failed", code: outcome.code, isFinal: true }
          : { ...before, isFinal: true };
    }
  }

  /** True where somebody still has to answer to a call. */
  function isPressing(call: KeptCall, set: AlarmSet): boolean {
    return call.members.some(({ alarm, about }) => {
      const state = set.alarms.get(alarm)?.state;
      return about !== "return" && state !== undefined && phaseOf(state) === "unacknowledged";
    });
  }

  /** Keeps no more calls than `callsKeptMax`. */
  function forget(): void {
    if (calls.size <= callsKeptMax) return;
    const ended = [...calls.values()].filter(({ id, legs }) => !sounding.has(id) && legs.every(hasEnded));
    const oldest = ended.slice(0, calls.size - callsKeptMax).map(({ id }) => id);
    for (const id of oldest) calls.delete(id);
    if (oldest.length > 0) save([], oldest);
    counters.add("watch.call-forgotten", "watch", oldest.length);
  }

  return {
    addressed: (call) => ({
      ...call,
      legs: outputs
        .filter(({ way }) => way === "sms" || call.isPressing)
        .flatMap(({ output, way, recipients }) =>
          recipients.map((to): CallLeg => ({ output: output.id, way, to, given: 0, outcome: null })),
        ),
    }),
    make: (fresh) => {
      for (const call of fresh) calls.set(call.id, call);
      for (const { id } of fresh)
        for (const target of outputs) give(id, target, ({ outcome }) => outcome === null);
      forget();
    },
    resume: (set) => {
      for (const call of calls.values()) {
        const isLate = call.at + messageWorthMs <= clock.epochMs();
        const isOpen = (leg: CallLeg): boolean => leg.way === "sms" && leg.outcome === null;
        end(call.id, (leg) => isOpen(leg) && leg.given > 1, "watch.call-uncertain");
        if (isLate) end(call.id, isOpen, "watch.call-too-late");
        const presses = isPressing(call, set);
        if (!presses)
          end(call.id, (leg) => leg.way === "siren" && leg.outcome === null, "watch.call-too-late");
        for (const target of outputs) {
          if (target.way === "siren" && presses) give(call.id, target, () => true);
          if (target.way === "sms") {
            // In this order: what is given for the first time is not to be given again at once.
            give(call.id, target, (leg) => isOpen(leg) && leg.given === 1);
            give(call.id, target, (leg) => isOpen(leg) && leg.given === 0);
          }
        }
      }
    },
    quieten: (set) => {
      for (const id of sounding) {
        const call = calls.get(id);
        if (call !== undefined && isPressing(call, set)) continue;
        sounding.delete(id);
        if (call !== undefined) withdraw(call, "siren");
      }
    },
    cancel: () => {
      sounding.clear();
      for (const call of calls.values()) {
        if (call.legs.every(hasEnded) && !call.legs.some(({ way }) => way === "siren")) continue;
        withdraw(call);
        end(call.id, ({ outcome, given }) => outcome === null && given === 0, "watch.call-cancelled");
      }
    },
    abandon: () => {
      for (const { id } of calls.values()) end(id, ({ outcome }) => outcome === null, "watch.call-uncertain");
      for (const call of calls.values())
        change(
          call,
          call.legs.map((leg) =>
            leg.outcome === null ? leg : { ...leg, outcome: { ...leg.outcome, isFinal: true } },
          ),
        );
    },
    isWaiting: () => [...calls.values()].some(({ legs }) => !legs.every(hasEnded)),
    calls: () => calls,
    clear: () => {
      calls.clear();
      sounding.clear();
    },
  };
}

const stopCodes: ReadonlySet<string> = new Set(["siren.stopped", "modem.stopped"]);

function hasEnded({ outcome, way }: CallLeg): boolean {
  return outcome !== null && (outcome.isFinal || way === "siren");
}

function repeatName(id: string): string {
  return `${id}.again`;
}

function namesOf({ id, legs }: KeptCall): string[] {
  return legs.some(({ given }) => given > 1) ? [id, repeatName(id)] : [id];
}
