import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { callBook } from "../calls/call-book.ts";
import type { CallOutcome, CallOutput } from "../calls/call-output.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Contact, ReadButton } from "./contact.ts";
import {
  nextSirenMs,
  silentSiren,
  type SirenEffect,
  type SirenInput,
  type SirenOutcome,
  type SirenRules,
  stepSiren,
} from "./siren-state.ts";

/** How often a button is looked at while the siren has a call. Unit ms. */
export const buttonLookMs = 200;

/** What a siren is made of. */
export interface SirenOutputParts {
  readonly id: string;
  readonly rules: SirenRules;
  readonly contact: Contact;
  readonly button: ReadButton | null;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
}

/** Calls people by a contact that sounds until somebody answers. A siren has one recipient, "". */
export function sirenOutput(parts: SirenOutputParts): CallOutput {
  const { id, rules, contact, clock, counters, log } = parts;
  const book = callBook();
  const inputs: SirenInput[] = [];
  let state = silentSiren;
  let trouble: string | null = null;
  let stepping = false;
  let stopped = false;
  let cancelWake: Cancel | null = null;
  let cancelLook: Cancel | null = null;

  function advance(input: SirenInput): void {
    inputs.push(input);
    if (stepping) return;
    stepping = true;
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      const step = stepSiren(rules, state, next, clock.monotonicMs());
      state = step.state;
      for (const effect of step.effects) perform(effect);
    }
    stepping = false;
    cancelWake?.();
    const wakeMs = stopped ? null : nextSirenMs(rules, state, clock.monotonicMs());
    cancelWake =
      wakeMs === null
        ? null
        : clock.after(Math.max(1, Math.ceil(wakeMs - clock.monotonicMs())), () => advance({ kind: "tick" }));
    look();
  }

  function perform(effect: SirenEffect): void {
    if (effect.kind === "outcome") {
      counters.add(`call.${effect.outcome.kind}`, id);
      log.info({ output: id, call: effect.id, ...effect.outcome }, `The siren's call ${effect.id}.`);
      book.tell(effect.id, "", timed(effect.outcome, clock.epochMs()));
      return;
    }
    contact.set(effect.on, (told) => {
      const isNew = told !== null && trouble === null;
      trouble = told;
      if (told !== null) counters.add("siren.contact-failed", id);
      if (isNew) log.error({ output: id, reason: told }, `The siren's contact cannot be put: ${told}.`);
      advance({ kind: "contact", on: effect.on, works: told === null });
    });
  }

  /** Looks at the button while there is something to answer; the first look tells only how it stands. */
  function look(): void {
    const { button } = parts;
    if (button === null || cancelLook !== null || state.calls.length === 0 || stopped) return;
    cancelLook = clock.after(buttonLookMs, () => void lookAt(button));
  }

  async function lookAt(button: ReadButton): Promise<void> {
    const pressed = await button();
    cancelLook = null;
    if (pressed === null) counters.add("siren.button-unreadable", id);
    else advance({ kind: "button", pressed });
    look();
  }

  return {
    id,
    call: (call, outcome) => {
      if (book.open(call.id, "", outcome))
        advance({ kind: "call", id: call.id, expiresInMs: call.expiresAfter });
    },
    withdraw: (call) => advance({ kind: "withdraw", id: call }),
    status: () => ({
      id,
      kind: "siren",
      ready: trouble === null && !stopped,
      trouble: trouble === null ? null : "siren.contact-failed",
      waiting: book.waiting(),
      details: { sounding: state.contact.on, contactTrouble: trouble },
    }),
    start: () => contact.start(),
    stop: async () => {
      stopped = true;
      advance({ kind: "stop" });
      cancelLook?.();
      await contact.stop();
    },
  };
}

function timed(outcome: SirenOutcome, at: number): CallOutcome {
  if (outcome.kind === "sent") return { kind: "sent", at, reference: null, repeated: false, final: false };
  return { ...outcome, at };
}
