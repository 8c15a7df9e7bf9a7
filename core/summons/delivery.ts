import type { Medium } from "../duty/media.ts";
import { type DurationMs, type EpochMs, hourMs, minuteMs, secondMs } from "../time/millis.ts";

/** One way to a person: a provider and an address there. */
export interface Route {
  readonly channel: string;
  readonly medium: Medium;
  readonly address: string;
  /** What the channel can prove at best: that the provider has the message, or that the person's device has it. */
  readonly proves: "acceptance" | "delivery";
}

/**
 * How a delivery ended. `delivered`: the person's device has it; `handed-over`: the provider has it and cannot say more, unless it sends it back; `unconfirmed`: the provider had it, no
 * report came, and nobody needs it any more; `withdrawn`: nobody needed it any more before it went out; `returned`: the provider had it and sent it back when nobody needed it any more;
 * `given-up`: no way worked for `giveUpAfterMs`, or there was none.
 */
export type Outcome = "delivered" | "handed-over" | "unconfirmed" | "withdrawn" | "returned" | "given-up";

/** A message that a provider accepted, and that it may report on. */
export interface Acceptance {
  readonly channel: string;
  readonly reference: string;
}

/** The obligation to get one message to one person. Plain data; all its timers are deadlines in here. */
export interface DeliveryState {
  /** In the order in which they are tried. Empty where there is no way to the person at all. */
  readonly routes: readonly Route[];
  /** How long a provider may leave it unreported before the next way is tried. */
  readonly deliverWithinMs: DurationMs;
  readonly owedAt: EpochMs;
  /** False where it is tried for as long as it takes, as evidence such as a daily head is. */
  readonly isGivenUp: boolean;
  /** True for a short note that asks for nothing: given up soon, sent once by whatever takes it, and whether it arrives is no news about the person. Left out elsewhere. */
  readonly isNote?: true;
  /** Which of the routes is used. */
  readonly route: number;
  readonly phase: "to-send" | "awaiting-report" | "nowhere" | "ended";
  /** When it is to be sent, or when the report is overdue; null where nothing is to come. */
  readonly dueAt: EpochMs | null;
  /** Tries on this route since it was turned to, and all tries. */
  readonly triesHere: number;
  readonly tries: number;
  /** The newest acceptances, so that a late report still finds its message. */
  readonly accepted: readonly Acceptance[];
  /** True where nobody needs it any more: what is under way may still be reported, nothing else is tried. */
  readonly isWithdrawn: boolean;
  /** True once all ways have failed or stayed unconfirmed. */
  readonly isUnreached: boolean;
  /** How often it came back after it was handed over; left out where it never did, as in records from before this was known. */
  readonly returns?: number;
  /** Names of the newest reports that were taken, so that each counts once; left out where none had a name. */
  readonly reports?: readonly string[];
  readonly outcome: Outcome | null;
}

/** What can happen to a delivery. */
export type DeliveryInput =
  | { readonly kind: "accepted"; readonly channel: string; readonly reference: string | null }
  | { readonly kind: "delivered"; readonly channel: string }
  | {
      readonly kind: "failed";
      readonly channel: string;
      readonly reason: string;
      /** True where another try by this channel is no use, or the channel says that it is not working. */
      readonly isHopeless: boolean;
    }
  | {
      readonly kind: "reported";
      readonly channel: string;
      readonly reference: string;
      /** Null: the provider has done what it can, and can say no more. */
      readonly isDelivered: boolean | null;
      readonly reason: string | null;
      /** Its own name, where it may be told twice. */
      readonly name?: string;
    }
  /** Decides nothing: that it waits, or that the person is away. */
  | {
      readonly kind: "noted";
      readonly channel: string;
      readonly reference: string;
      readonly reason: string;
      /** Its own name, as it may be told twice. */
      readonly name: string;
    }
  | { readonly kind: "overdue" }
  | { readonly kind: "withdraw" }
  | { readonly kind: "reroute"; readonly routes: readonly Route[] }
  /** The server takes up work again: what is too old to be of use is let go of. */
  | { readonly kind: "resume" };

/** What follows, for the delivery's record. `unreached` also brings the next step forward and raises an alarm; after `returned` what ended has been taken up again. */
export type DeliveryEffect =
  | {
      readonly kind: "accepted" | "failed" | "moved-on" | "overdue" | "not-delivered" | "noted";
      readonly channel: string;
      readonly reason: string | null;
    }
  | {
      readonly kind: "returned";
      readonly channel: string;
      readonly address: string;
      readonly reason: string | null;
    }
  | { readonly kind: "unreached"; readonly reason: string }
  | { readonly kind: "ended"; readonly outcome: Outcome; readonly channel: string | null };

/** A delivery's state after an input, and what follows. The same state object where nothing changed. */
export interface DeliveryStep {
  readonly state: DeliveryState;
  readonly effects: readonly DeliveryEffect[];
}

/**
 * Pause after the n-th failed try on a way, so that the next way is not held up; and after all ways have failed, of as many tries as there were in all: up to the last one, which then
 * repeats.
 */
export const retryPausesMs: readonly DurationMs[] = [2, 5, 15, 30, 60, 120, 300].map(
  (seconds) => seconds * secondMs,
);

/** Pause after a message came back for the n-th time and there is no other way; the last one repeats. What a mail server refused it will hardly take soon. */
export const returnPausesMs: readonly DurationMs[] = [15 * minuteMs, hourMs, 4 * hourMs, 12 * hourMs];

/** Failed tries on one route before the next one is turned to. */
export const triesPerRouteMax = 3;

/** How long a message of an alarm is tried before it is given up: by then others have been called many times. */
export const giveUpAfterMs: DurationMs = 24 * hourMs;

/** How long a note is tried: later it would say nothing new. */
export const noteGiveUpAfterMs: DurationMs = 15 * minuteMs;

/** Acceptances that are remembered for late reports. */
export const acceptancesMax = 20;

/** Names of reports that are remembered; once there are so many, what only is to be noted is noted no more. */
export const reportsMax = 10;

/** A delivery that is owed from now on. */
export function oweDelivery(
  routes: readonly Route[],
  deliverWithinMs: DurationMs,
  at: EpochMs,
  isGivenUp = true,
  isNote = false,
): DeliveryState {
  return {
    ...(isNote ? { isNote } : {}),
    routes,
    deliverWithinMs,
    owedAt: at,
    isGivenUp,
    route: 0,
    phase: routes.length === 0 ? "nowhere" : "to-send",
    dueAt: routes.length === 0 ? null : at,
    triesHere: 0,
    tries: 0,
    accepted: [],
    isWithdrawn: false,
    isUnreached: false,
    outcome: null,
  };
}

/**
 * Advances a delivery by one input. Pure. Whatever comes after the end changes nothing: there is exactly one outcome. Only what was handed over to a provider that can prove no more is
 * taken up again where it comes back: then that was not the end.
 */
export function stepDelivery(state: DeliveryState, input: DeliveryInput, at: EpochMs): DeliveryStep {
  if (state.phase === "ended") return afterEnd(state, input, at);
  switch (input.kind) {
    case "accepted":
      return accept(state, input.channel, input.reference, at);
    case "delivered":
      return end(counted(state), "delivered", input.channel);
    case "failed":
      return fail(state, input, at);
    case "reported":
      return hear(state, input, at);
    case "noted":
      return note(state, input);
    case "overdue":
      return overdue(state, at);
    case "withdraw":
      return withdraw(state);
    case "reroute":
      return reroute(state, input.routes, at);
    case "resume":
      return resume(state, at);
  }
}

function afterEnd(state: DeliveryState, input: DeliveryInput, at: EpochMs): DeliveryStep {
  if (state.outcome !== "handed-over") return { state, effects: [] };
  if (input.kind === "reported" && input.isDelivered === false) return hear(state, input, at);
  if (input.kind === "noted") return note(state, input);
  if (input.kind === "withdraw" && !state.isWithdrawn)
    return { state: { ...state, isWithdrawn: true }, effects: [] };
  return { state, effects: [] };
}

function counted(state: DeliveryState): DeliveryState {
  return { ...state, tries: state.tries + 1, triesHere: state.triesHere + 1 };
}

function accept(state: DeliveryState, channel: string, reference: string | null, at: EpochMs): DeliveryStep {
  const tried = counted(state);
  const effects: DeliveryEffect[] = [{ kind: "accepted", channel, reason: null }];
  if (reference === null) return joined(effects, end(tried, "handed-over", channel));
  const accepted = [...tried.accepted, { channel, reference }].slice(-acceptancesMax);
  const proves = state.routes.find((route) => route.channel === channel)?.proves;
  if (proves !== "delivery") return joined(effects, end({ ...tried, accepted }, "handed-over", channel));
  const dueAt = at + state.deliverWithinMs;
  return { state: { ...tried, accepted, phase: "awaiting-report", dueAt }, effects };
}

function fail(
  state: DeliveryState,
  { channel, reason, isHopeless }: Extract<DeliveryInput, { kind: "failed" }>,
  at: EpochMs,
): DeliveryStep {
  const tried = counted(state);
  const effects: DeliveryEffect[] = [{ kind: "failed", channel, reason }];
  if (isHopeless || tried.triesHere >= triesPerRouteMax) return joined(effects, moveOn(tried, reason, at));
  return { state: { ...tried, phase: "to-send", dueAt: at + pauseAfter(tried.triesHere) }, effects };
}

function hear(
  state: DeliveryState,
  { channel, reference, isDelivered, reason, name }: Extract<DeliveryInput, { kind: "reported" }>,
  at: EpochMs,
): DeliveryStep {
  const index = state.accepted.findLastIndex(
    (each) => each.channel === channel && each.reference === reference,
  );
  const { reports = [] } = state;
  if (index < 0 || (name !== undefined && reports.includes(name))) return { state, effects: [] };
  if (isDelivered === true) return end(state, "delivered", channel);
  if (isDelivered === null) return end(state, "handed-over", channel);
  const known = name === undefined ? state : { ...state, reports: [...reports, name].slice(-reportsMax) };
  const isNewest = index === state.accepted.length - 1;
  const heard = { ...known, accepted: state.accepted.filter((_, place) => place !== index) };
  const route = state.routes[state.route];
  const isReturn = state.phase === "ended" && route?.channel === channel && route.proves === "acceptance";
  if (isReturn && isNewest) return takeUp(heard, channel, reason, at);
  const effects: DeliveryEffect[] = [{ kind: "not-delivered", channel, reason }];
  if (state.phase !== "awaiting-report" || !isNewest) return { state: heard, effects };
  if (state.isWithdrawn) return joined(effects, end(heard, "unconfirmed", null));
  return joined(effects, moveOn(heard, reason ?? "reported as not delivered", at));
}

function note(
  state: DeliveryState,
  { channel, reference, reason, name }: Extract<DeliveryInput, { kind: "noted" }>,
): DeliveryStep {
  const { reports = [] } = state;
  const isOurs = state.accepted.some((each) => each.channel === channel && each.reference === reference);
  if (!isOurs || reports.includes(name) || reports.length >= reportsMax) return { state, effects: [] };
  return { state: { ...state, reports: [...reports, name] }, effects: [{ kind: "noted", channel, reason }] };
}

/** What was handed over came back. The way by which it did is not gone again, unless it is the only one; what is too old to help is not sent again at all. */
function takeUp(state: DeliveryState, channel: string, reason: string | null, at: EpochMs): DeliveryStep {
  const why = reason ?? "it came back";
  const returns = (state.returns ?? 0) + 1;
  const address = state.routes[state.route]?.address ?? "";
  const back: DeliveryState = { ...state, returns };
  const effects: DeliveryEffect[] = [{ kind: "returned", channel, address, reason }];
  if (state.isWithdrawn || (state.isGivenUp && at - state.owedAt >= patienceOf(state))) {
    const isNews = state.isNote !== true;
    if (isNews) effects.push({ kind: "unreached", reason: why });
    return joined(effects, end({ ...back, isUnreached: isNews }, "returned", null));
  }
  const open: DeliveryState = { ...back, phase: "to-send", outcome: null };
  const others = state.routes.filter((_, place) => place !== state.route);
  if (others.length > 0) {
    const left: DeliveryState = { ...open, routes: others };
    return joined(effects, turnTo(left, state.route, why, at, pauseAfter(state.tries)));
  }
  const pause = returnPausesMs[Math.min(returns, returnPausesMs.length) - 1] ?? 0;
  return joined(effects, turnTo(open, state.route + 1, why, at, pause));
}

function overdue(state: DeliveryState, at: EpochMs): DeliveryStep {
  if (state.phase !== "awaiting-report" || state.dueAt === null || state.dueAt > at)
    return { state, effects: [] };
  const channel = state.routes[state.route]?.channel ?? "";
  const reason = "its delivery was not confirmed in time";
  const effects: DeliveryEffect[] = [{ kind: "overdue", channel, reason }];
  if (state.isWithdrawn || state.isNote === true) return joined(effects, end(state, "unconfirmed", null));
  return joined(effects, moveOn(state, reason, at));
}

/** Nobody needs it any more. What a provider has already is waited for, so that its outcome is told as it was. */
function withdraw(state: DeliveryState): DeliveryStep {
  if (state.isWithdrawn) return { state, effects: [] };
  if (state.phase === "awaiting-report") return { state: { ...state, isWithdrawn: true }, effects: [] };
  return end(state, state.accepted.length > 0 ? "unconfirmed" : "withdrawn", null);
}

/** Other ways have come to be in force: it begins anew with them, unless a provider has it in hand. */
function reroute(state: DeliveryState, routes: readonly Route[], at: EpochMs): DeliveryStep {
  if (state.phase === "awaiting-report" || (state.phase === "nowhere" && routes.length === 0))
    return { state, effects: [] };
  const phase = routes.length === 0 ? "nowhere" : "to-send";
  const dueAt = routes.length === 0 ? null : at;
  return { state: { ...state, routes, route: 0, triesHere: 0, phase, dueAt }, effects: [] };
}

/** A message of an alarm that has waited for `giveUpAfterMs` would tell of a night long past: only what a provider has in hand is still waited for. */
function resume(state: DeliveryState, at: EpochMs): DeliveryStep {
  const isTooOld = state.isGivenUp && at - state.owedAt >= patienceOf(state);
  if (!isTooOld || state.phase === "awaiting-report") return { state, effects: [] };
  return end(state, "given-up", null);
}

/** How long it is tried where it is given up at all. */
function patienceOf({ isNote }: DeliveryState): DurationMs {
  return isNote === true ? noteGiveUpAfterMs : giveUpAfterMs;
}

/** Turns to the next way; after the last one, to the first again, after a pause. */
function moveOn(state: DeliveryState, reason: string, at: EpochMs): DeliveryStep {
  return turnTo(state, state.route + 1, reason, at, pauseAfter(state.tries));
}

function turnTo(
  state: DeliveryState,
  place: number,
  reason: string,
  at: EpochMs,
  pauseMs: DurationMs,
): DeliveryStep {
  const isRoundOver = place >= state.routes.length;
  const next = isRoundOver ? 0 : place;
  const moved: DeliveryState = {
    ...state,
    route: next,
    phase: "to-send",
    triesHere: 0,
    dueAt: isRoundOver ? at + pauseMs : at,
    isUnreached: state.isUnreached || (isRoundOver && state.isNote !== true),
  };
  const effects: DeliveryEffect[] =
    isRoundOver && state.isNote !== true
      ? [{ kind: "unreached", reason }]
      : [{ kind: "moved-on", channel: state.routes[next]?.channel ?? "", reason }];
  if (state.isGivenUp && at - state.owedAt >= patienceOf(state))
    return joined(effects, end(moved, "given-up", null));
  return { state: moved, effects };
}

function end(state: DeliveryState, outcome: Outcome, channel: string | null): DeliveryStep {
  const ended: DeliveryState = { ...state, phase: "ended", dueAt: null, outcome };
  return { state: ended, effects: [{ kind: "ended", outcome, channel }] };
}

function joined(effects: readonly DeliveryEffect[], step: DeliveryStep): DeliveryStep {
  return { state: step.state, effects: [...effects, ...step.effects] };
}

function pauseAfter(tries: number): DurationMs {
  return retryPausesMs[Math.min(Math.max(tries, 1), retryPausesMs.length) - 1] ?? secondMs;
}
