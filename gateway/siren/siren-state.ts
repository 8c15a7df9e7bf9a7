import type { DurationMs } from "@coldkeep/core/time/millis.ts";

/** Most calls that sound at once; one siren is no louder for more. */
export const sirenCallsMax = 64;

/** How long until a contact that could not be put is tried again. Unit ms. */
export const contactRetryMs = 2_000;

/** How a siren sounds. */
export interface SirenRules {
  /** Null sounds without a break. Unit ms. */
  readonly pulse: { readonly onMs: DurationMs; readonly offMs: DurationMs } | null;
  /** Silent after so long without a new call: neighbours, and batteries. Unit ms. */
  readonly soundMaxMs: DurationMs;
}

/** Why a call ended; listed in docs/errors.md. */
export type SirenCode =
  | "siren.unanswered"
  | "siren.withdrawn"
  | "siren.stopped"
  | "siren.contact-failed"
  | "siren.queue-full";

/** Everything that is remembered. All instants are monotonic milliseconds. */
export interface SirenState {
  readonly calls: readonly { readonly id: string; readonly untilMs: number; readonly heard: boolean }[];
  /** Since when it sounds; null while silent. */
  readonly sinceMs: number | null;
  /** What the contact was last told, and whether it did it; null while that is not known. */
  readonly contact: { readonly on: boolean; readonly works: boolean | null };
  readonly retryAtMs: number | null;
  readonly pressed: boolean;
}

/** What happens to it. */
export type SirenInput =
  | { readonly kind: "call"; readonly id: string; readonly expiresInMs: DurationMs }
  | { readonly kind: "withdraw"; readonly id: string }
  | { readonly kind: "button"; readonly pressed: boolean }
  | { readonly kind: "contact"; readonly on: boolean; readonly works: boolean }
  | { readonly kind: "tick" }
  | { readonly kind: "stop" };

/** What becomes of a call. */
export type SirenOutcome =
  | { readonly kind: "sent" }
  | { readonly kind: "delivered" }
  | { readonly kind: "failed"; readonly code: SirenCode }
  | { readonly kind: "expired"; readonly code: SirenCode };

/** What is to be done. */
export type SirenEffect =
  | { readonly kind: "set"; readonly on: boolean }
  | { readonly kind: "outcome"; readonly id: string; readonly outcome: SirenOutcome };

/** Silent. */
export const silentSiren: SirenState = {
  calls: [],
  sinceMs: null,
  contact: { on: false, works: null },
  retryAtMs: null,
  pressed: false,
};

/** Advances the siren by one input. Pure. It sounds while a call is unanswered, at most `soundMaxMs` after the last new one. */
export function stepSiren(
  rules: SirenRules,
  state: SirenState,
  input: SirenInput,
  nowMs: number,
): { readonly state: SirenState; readonly effects: readonly SirenEffect[] } {
  const effects: SirenEffect[] = [];
  let { calls, sinceMs, contact, retryAtMs, pressed } = state;
  const end = (ids: (one: SirenState["calls"][number]) => boolean, outcome: SirenOutcome): void => {
    for (const one of calls)
      if (ids(one)) {
        const mute = outcome.kind === "expired" && !one.heard && outcome.code === "siren.unanswered";
        const told = mute ? ({ kind: "failed", code: "siren.contact-failed" } as const) : outcome;
        effects.push({ kind: "outcome", id: one.id, outcome: told });
      }
    calls = calls.filter((one) => !ids(one));
  };

  switch (input.kind) {
    case "call":
      if (calls.some(({ id }) => id === input.id)) break;
      if (calls.length >= sirenCallsMax) {
        const outcome = { kind: "failed", code: "siren.queue-full" } as const;
        effects.push({ kind: "outcome", id: input.id, outcome });
        break;
      }
      sinceMs = nowMs;
      calls = [...calls, { id: input.id, untilMs: nowMs + Math.max(0, input.expiresInMs), heard: false }];
      if (contact.on && contact.works === true) tellHeard();
      break;
    case "withdraw":
      end(({ id }) => id === input.id, { kind: "expired", code: "siren.withdrawn" });
      break;
    case "button":
      if (input.pressed && !pressed) end(() => true, { kind: "delivered" });
      pressed = input.pressed;
      break;
    case "contact":
      if (input.on !== contact.on) break;
      contact = { on: contact.on, works: input.works };
      retryAtMs = input.works ? null : nowMs + contactRetryMs;
      if (input.works && input.on) tellHeard();
      break;
    case "stop":
      end(() => true, { kind: "expired", code: "siren.stopped" });
      break;
    case "tick":
      break;
  }

  const soundEndsMs = sinceMs === null ? null : sinceMs + rules.soundMaxMs;
  end(({ untilMs }) => untilMs <= nowMs || (soundEndsMs !== null && soundEndsMs <= nowMs), {
    kind: "expired",
    code: "siren.unanswered",
  });
  if (calls.length === 0) sinceMs = null;
  const on = sinceMs !== null && isLoud(rules, nowMs - sinceMs);
  const again = retryAtMs !== null && retryAtMs <= nowMs;
  if (on !== contact.on || again) {
    contact = { on, works: null };
    retryAtMs = null;
    effects.push({ kind: "set", on });
  }
  return { state: { calls, sinceMs, contact, retryAtMs, pressed }, effects };

  function tellHeard(): void {
    for (const one of calls)
      if (!one.heard) effects.push({ kind: "outcome", id: one.id, outcome: { kind: "sent" } });
    calls = calls.map((one) => (one.heard ? one : { ...one, heard: true }));
  }
}

const isLoud = ({ pulse }: SirenRules, soundedMs: number): boolean =>
  pulse === null || soundedMs % (pulse.onMs + pulse.offMs) < pulse.onMs;

/** The next monotonic instant at which something changes by itself, or null. */
export function nextSirenMs(rules: SirenRules, state: SirenState, nowMs: number): number | null {
  const instants = state.calls.map(({ untilMs }) => untilMs);
  if (state.retryAtMs !== null) instants.push(state.retryAtMs);
  if (state.sinceMs !== null) {
    instants.push(state.sinceMs + rules.soundMaxMs);
    if (rules.pulse !== null) {
      const { onMs, offMs } = rules.pulse;
      const round = (nowMs - state.sinceMs) % (onMs + offMs);
      instants.push(nowMs + (round < onMs ? onMs - round : onMs + offMs - round));
    }
  }
  return instants.length === 0 ? null : Math.min(...instants);
}
