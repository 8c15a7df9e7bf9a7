import { atSplitter } from "../gsm/at-lines.ts";
import { nextWakeMs, noModem, stepModem } from "../gsm/modem.ts";
import { type MessageOutcome, type ModemInput, type ModemRules, persistentUse } from "../gsm/modem-state.ts";
import type { Cancel } from "../time/clock.ts";
import { virtualClock } from "../time/virtual-clock.ts";
import { simulatedModem, type SimulatedModemParts } from "./simulated-modem.ts";

/** A number for tests. */
export const phone = "+32470123456";
/** How the bench uses its modem unless told otherwise. */
export const standard: ModemRules = {
  pin: null,
  serviceCentre: null,
  mode: "pdu",
  reportWaitMs: 600_000,
  ...persistentUse,
};

/** The dialogue against a simulated modem under a virtual clock. `chunk` says how many bytes of the modem come at a time. */
export function bench(
  more: Partial<SimulatedModemParts> & {
    rules?: Partial<ModemRules>;
    chunk?: () => number;
    reopenAfterMs?: number;
  } = {},
) {
  const clock = virtualClock(1_790_000_000_000);
  const rules = { ...standard, ...more.rules };
  const outcomes: { id: string; to: string; atMs: number; outcome: MessageOutcome }[] = [];
  const counts: string[] = [];
  const written: string[] = [];
  let state = noModem(rules);
  let splitter = atSplitter();
  let cancel: Cancel = () => {};
  const queue: ModemInput[] = [];
  let busy = false;
  const step = (input: ModemInput): void => {
    queue.push(input);
    if (busy) return;
    busy = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const stepped = stepModem(rules, state, next, clock.monotonicMs());
      state = stepped.state;
      for (const effect of stepped.effects) {
        if (effect.kind === "write") {
          written.push(effect.text);
          modem.hear(effect.text);
        } else if (effect.kind === "reset") modem.reset(effect.active);
        else if (effect.kind === "outcome") outcomes.push({ ...effect, atMs: clock.monotonicMs() });
        else if (effect.kind === "count") counts.push(effect.code);
        else if (effect.kind === "reopen") reopen();
        else if (effect.kind === "incoming") step({ kind: "taken", id: effect.id });
      }
    }
    busy = false;
    cancel();
    const wakeMs = nextWakeMs(state);
    if (wakeMs !== null)
      cancel = clock.after(Math.max(1, wakeMs - clock.monotonicMs()), () => step({ kind: "tick" }));
  };
  const reopen = (): void => {
    step({ kind: "closed" });
    clock.after(more.reopenAfterMs ?? 5_000, () => {
      splitter = atSplitter();
      step({ kind: "opened" });
    });
  };
  const modem = simulatedModem({
    clock,
    fault: () => null,
    ...more,
    say: (text) => {
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      const size = more.chunk?.() ?? bytes.length;
      for (let place = 0; place < bytes.length; place += size)
        for (const token of splitter.push(bytes.subarray(place, place + size)).tokens)
          step({ kind: "heard", token });
    },
  });
  step({ kind: "opened" });
  const send = (id: string, text = id, expiresInMs = 600_000, to = phone): void =>
    step({ kind: "send", id, to, text, expiresInMs });
  const kinds = (id: string): string[] =>
    outcomes
      .filter((one) => one.id === id)
      .map(({ outcome }) => ("code" in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind));
  return { clock, modem, send, step, kinds, outcomes, counts, written, reopen, state: () => state };
}
