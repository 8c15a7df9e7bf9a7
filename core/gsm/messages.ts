import { numberPattern, sameNumber } from "./address.ts";
import { count, type Draft } from "./draft.ts";
import type { Incoming } from "./incoming.ts";
import {
  earlyReportsMax,
  type EarlyReport,
  messageLifeMaxMs,
  messagesMax,
  type MessageOutcome,
  type ModemCode,
  type ModemInput,
  type Outgoing,
  refusalPauseMaxMs,
  ghostsMax,
  refusalPauseMinMs,
  throttleMs,
} from "./modem-state.ts";
import { partsOf } from "./outgoing.ts";

/** Takes a message into the queue, or ends it at once. The same id to the same number is the same message. */
export function enqueue(draft: Draft, input: Extract<ModemInput, { kind: "send" }>): void {
  const { state, nowMs } = draft;
  const { id, to, text } = input;
  if (state.messages.some((one) => one.id === id && one.to === to)) return;
  const message: Outgoing = {
    id,
    to,
    text,
    expiresAtMs: nowMs + Math.min(Math.max(0, input.expiresInMs), messageLifeMaxMs),
    parts: [],
    taken: 0,
    unknown: 0,
    isRepeat: input.isRepeat ?? false,
    refusals: 0,
    notBeforeMs: nowMs,
    withdrawn: false,
    reportUntilMs: null,
  };
  const refused = (code: ModemCode): void => tell(draft, message, { kind: "failed", code, cause: null });
  if (state.stopped) tell(draft, message, { kind: "expired", code: "modem.stopped" });
  else if (!numberPattern.test(to)) refused("modem.number-invalid");
  else if (state.messages.length >= messagesMax) refused("modem.queue-full");
  else if (
    partsOf(
      { to, text, unknown: draft.rules.unknownTriesMax, isRepeat: true },
      state.facts.mode,
      true,
      0,
      0,
    ) === null
  )
    refused("modem.text-too-long");
  else state.messages = [...state.messages, message];
}

/** Whether its part is just being handed over. */
const isUnderWay = ({ state }: Draft, { id, to }: Pick<Outgoing, "id" | "to">): boolean =>
  state.sending?.id === id && state.sending.to === to;

/** The message that may be handed over now, the one that waits longest first. A long one that was begun is finished whatever the limit. */
export const sendable = (draft: Draft): Outgoing | undefined =>
  draft.state.messages.find(
    (one) =>
      one.reportUntilMs === null &&
      one.notBeforeMs <= draft.nowMs &&
      one.expiresAtMs > draft.nowMs &&
      (one.taken > 0 || draft.state.handedAtMs.length < draft.rules.perMinuteMax),
  );

/** Forgets what was handed over more than a minute ago, and messages of unknown outcome whose reports cannot come any more. */
export function forgetOld(draft: Draft): void {
  const { state, nowMs } = draft;
  if (state.handedAtMs.some((at) => at + throttleMs <= nowMs))
    state.handedAtMs = state.handedAtMs.filter((at) => at + throttleMs > nowMs);
  if (state.ghosts.some(({ untilMs }) => untilMs <= nowMs))
    state.ghosts = state.ghosts.filter(({ untilMs }) => untilMs > nowMs);
}

/** The message whose part is under way. */
export const underWay = (draft: Draft): Outgoing | undefined =>
  draft.state.messages.find((one) => isUnderWay(draft, one));

/** Begins the next part of a message. */
export function beginPart(draft: Draft, message: Outgoing): void {
  const { state, nowMs } = draft;
  let { parts } = message;
  if (parts.length === 0) {
    const report = state.facts.reports !== "none";
    const validityMs = draft.rules.validityMs ?? message.expiresAtMs - nowMs;
    const made = partsOf(message, state.facts.mode, report, validityMs, state.nextReference);
    if (made === null) {
      end(draft, message, { kind: "failed", code: "modem.text-too-long", cause: null });
      return;
    }
    parts = made;
    state.nextReference = (state.nextReference + 1) % 256;
    if (message.unknown > 0) count(draft, "modem.repeated");
    else if (message.refusals === 0) tell(draft, message, { kind: "started" });
  }
  replace(draft, { ...message, parts });
  state.sending = { id: message.id, to: message.to };
  state.early = [];
  if (draft.rules.perMinuteMax !== Infinity) state.handedAtMs = [...state.handedAtMs, nowMs];
  state.todo = parts[message.taken]?.commands ?? [];
}

/** The network has taken the part under way; `reference` is its number, or null where the modem gave none that can be read. */
export function partTaken(draft: Draft, reference: number | null): void {
  const { state, nowMs, rules } = draft;
  const message = underWay(draft);
  state.sending = null;
  state.lastReference = reference;
  if (message === undefined) return;
  const parts = message.parts.map((part, index) => (index === message.taken ? { ...part, reference } : part));
  const taken = message.taken + 1;
  const whole = taken === parts.length;
  const next = { ...message, parts, taken, reportUntilMs: whole ? nowMs + rules.reportWaitMs : null };
  replace(draft, next);
  if (whole) {
    const final = state.facts.reports === "none";
    const outcome: MessageOutcome = {
      kind: "sent",
      reference: reference === null ? null : String(reference),
      repeated: message.unknown > 0 || message.isRepeat,
      final,
    };
    if (final) end(draft, next, outcome);
    else tell(draft, next, outcome);
  }
  const early = state.early;
  state.early = [];
  for (const report of early) reported(draft, report);
}

/** The part under way was not taken, and it is known that it was not. */
export function partRefused(draft: Draft, permanent: boolean, cause: number | null): void {
  const { state, nowMs, rules } = draft;
  const message = underWay(draft);
  state.sending = null;
  if (message === undefined) return;
  count(draft, "modem.refused");
  if (permanent)
    end(draft, message, { kind: "failed", code: notSentCode(message, "modem.message-refused"), cause });
  else if (message.withdrawn)
    end(draft, message, { kind: "expired", code: notSentCode(message, "modem.withdrawn") });
  else if (message.refusals + 1 >= rules.refusedTriesMax)
    end(draft, message, { kind: "failed", code: notSentCode(message, "modem.message-refused"), cause });
  else {
    const pauseMs = Math.min(refusalPauseMaxMs, refusalPauseMinMs * 2 ** Math.min(message.refusals, 10));
    replace(draft, { ...message, refusals: message.refusals + 1, notBeforeMs: nowMs + pauseMs });
  }
}

/** Nobody knows whether the network took the part under way: the whole is tried again, marked. */
export function partUnknown(draft: Draft): void {
  const { state, nowMs, rules } = draft;
  const message = underWay(draft);
  state.sending = null;
  if (message === undefined) return;
  const reference = state.lastReference === null ? null : (state.lastReference + 1) % 256;
  const ghost = { to: message.to, text: message.text, reference, untilMs: nowMs + rules.reportWaitMs };
  state.ghosts = [...state.ghosts, ghost].slice(-ghostsMax);
  const unknown = message.unknown + 1;
  if (unknown >= rules.unknownTriesMax)
    end(draft, message, { kind: "failed", code: "modem.outcome-unknown", cause: null });
  else if (message.withdrawn) end(draft, message, { kind: "expired", code: "modem.outcome-unknown" });
  else replace(draft, { ...message, unknown, parts: [], taken: 0, notBeforeMs: nowMs + refusalPauseMinMs });
}

/** A status report came. */
export function hearReport(draft: Draft, incoming: Extract<Incoming, { kind: "report" }>): void {
  if (incoming.delivery === "trying") return;
  reported(draft, { ...incoming, delivery: incoming.delivery });
}

function reported(draft: Draft, report: EarlyReport): void {
  const { state } = draft;
  const index = (one: Outgoing): number =>
    one.parts.findIndex((part) => part.reference === report.reference && !part.delivered);
  const candidates = state.messages.filter((one) => sameNumber(one.to, report.to) && index(one) >= 0);
  const [message] = candidates;
  // Numbers come round after 256 messages, and may begin anew after a start of the modem: a report that could be of two messages proves neither.
  const isAmbiguous =
    candidates.length > 1 ||
    state.ghosts.some(
      (ghost) =>
        message !== undefined &&
        sameNumber(ghost.to, report.to) &&
        ghost.text !== message.text &&
        (ghost.reference === null || ghost.reference === report.reference),
    );
  if (isAmbiguous) {
    count(draft, "modem.report-ambiguous");
    return;
  }
  if (message === undefined) {
    if (state.sending === null) count(draft, "modem.report-unmatched");
    else state.early = [...state.early, report].slice(-earlyReportsMax);
    return;
  }
  if (report.delivery === "failed") {
    end(draft, message, { kind: "failed", code: "modem.not-delivered", cause: report.status });
    return;
  }
  if (report.delivery === "unconfirmed") {
    end(draft, message, { kind: "expired", code: "modem.delivery-unconfirmed" });
    return;
  }
  const place = index(message);
  const parts = message.parts.map((part, at) => (at === place ? { ...part, delivered: true } : part));
  const next = { ...message, parts };
  if (parts.every((part) => part.delivered)) end(draft, next, { kind: "delivered" });
  else replace(draft, next);
}

/** Ends what is no longer worth its while. What is just being handed over is let be. */
export function expire(draft: Draft): void {
  for (const message of draft.state.messages) {
    if (isUnderWay(draft, message)) continue;
    if (message.reportUntilMs !== null) {
      if (message.reportUntilMs <= draft.nowMs)
        end(draft, message, { kind: "expired", code: "modem.report-missing" });
    } else if (message.expiresAtMs <= draft.nowMs)
      end(draft, message, {
        kind: "expired",
        code: message.unknown > 0 ? "modem.outcome-unknown" : notSentCode(message, "modem.not-sent-in-time"),
      });
  }
}

/** A person has answered: what has not gone out need not any more. */
export function withdraw(draft: Draft, id: string): void {
  for (const message of draft.state.messages) {
    if (message.id !== id || message.reportUntilMs !== null) continue;
    if (isUnderWay(draft, message)) replace(draft, { ...message, withdrawn: true });
    else end(draft, message, { kind: "expired", code: notSentCode(message, "modem.withdrawn") });
  }
}

/** Of a message some of whose parts are out that says more than why the others are not. */
const notSentCode = (message: Outgoing, code: ModemCode): ModemCode =>
  message.taken > 0 ? "modem.partly-sent" : code;

/** Ends everything. */
export function stopMessages(draft: Draft): void {
  for (const message of draft.state.messages) end(draft, message, { kind: "expired", code: "modem.stopped" });
  draft.state.sending = null;
}

function replace(draft: Draft, message: Outgoing): void {
  draft.state.messages = draft.state.messages.map((one) =>
    one.id === message.id && one.to === message.to ? message : one,
  );
}

function end(draft: Draft, message: Outgoing, outcome: MessageOutcome): void {
  draft.state.messages = draft.state.messages.filter((one) => one.id !== message.id || one.to !== message.to);
  tell(draft, message, outcome);
}

function tell(draft: Draft, { id, to }: Outgoing, outcome: MessageOutcome): void {
  draft.effects.push({ kind: "outcome", id, to, outcome });
}
