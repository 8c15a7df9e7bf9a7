import type { DurationMs } from "../time/millis.ts";
import type { AtToken } from "./at-lines.ts";
import type { EpochMs } from "../time/millis.ts";
import type { Inbox, Slot } from "./inbox-state.ts";
import type { PduErrorCode } from "./incoming.ts";

/** How long a modem may take to answer a plain command. Unit ms. */
export const answerMaxMs = 5_000;
/** How long it may take to ask the network (`AT+COPS?`, PIN). Unit ms. */
export const networkAnswerMaxMs = 20_000;
/** How long it may take to give the prompt for a message. Unit ms. */
export const promptMaxMs = 10_000;
/** How long it may take to hand a message to the network. Unit ms. */
export const submitMaxMs = 60_000;
/** How long a modem is left alone after the line was opened. Unit ms. */
export const openSettleMs = 300;
/** How long it is left alone after a soft reset, or after it started by itself. Unit ms. */
export const softSettleMs = 10_000;
/** How long it is left alone after its PIN was taken. Unit ms. */
export const pinSettleMs = 5_000;
/** How long the hard reset's line is held. Unit ms. */
export const hardResetMs = 2_000;
/** How long it is left alone after a hard reset. Unit ms. */
export const hardSettleMs = 20_000;
/** Unanswered commands in a row after which it is reset. */
export const strikesMax = 3;
/** How often a modem that works is asked how it is. Unit ms. */
export const pollMs = 30_000;
/** How often one without network or SIM is asked. Unit ms. */
export const impatientPollMs = 10_000;
/** Most messages on the way, those included whose report is awaited. */
export const messagesMax = 128;
/** Most tries of a gateway's message whose outcome nobody knows; each but the first says in its text that it is a repetition. */
export const unknownTriesMax = 3;
/** How often a modem's memory is looked through for messages that nobody spoke of. Unit ms. */
export const listEveryMs: DurationMs = 5 * 60_000;
/** Most messages of unknown outcome that are remembered, so that their reports are not taken for those of others. */
export const ghostsMax = 32;
/** How long after a message was read lines may still be of its text. Unit ms. */
export const contentTailMs: DurationMs = 1_000;
/** The time over which `perMinuteMax` counts. Unit ms. */
export const throttleMs: DurationMs = 60_000;
/** First and longest pause after a refusal that may pass. Unit ms. */
export const refusalPauseMinMs = 5_000;
export const refusalPauseMaxMs = 60_000;
/** Longest life that a message may be given before it must have gone out. Unit ms. */
export const messageLifeMaxMs: DurationMs = 24 * 3_600_000;
/** Most commands that wait because of what the modem said by itself. */
export const choresMax = 64;
/** Most status reports kept that came before the modem said under which number it had sent. */
export const earlyReportsMax = 8;

/** How a modem is to be used. */
export interface ModemRules {
  /** Never entered again once it was not accepted; null where the SIM needs none. */
  readonly pin: string | null;
  /** The service centre's number, or null for the SIM's own. */
  readonly serviceCentre: string | null;
  /** `pdu` falls back to `text` where the modem refuses it. */
  readonly mode: "pdu" | "text";
  /** How long a status report is awaited. Unit ms. */
  readonly reportWaitMs: DurationMs;
  /** How long the network is to try to deliver; null for what remains of the message's time. Unit ms. */
  readonly validityMs: DurationMs | null;
  /** Most tries of a message whose outcome nobody knows; each but the first is marked. At least 1. */
  readonly unknownTriesMax: number;
  /** Most tries of a message that was refused for now, within its time. At least 1. */
  readonly refusedTriesMax: number;
  /** Most messages (parts count) that are handed over within a minute; a long message that was begun is finished. */
  readonly perMinuteMax: number;
  /** Looks through the modem's memory for what people sent. */
  readonly readsMemory: boolean;
  /** Asks the network what is left of a prepaid card, with this code (`*123#`), so often; null for not. */
  readonly credit: { readonly code: string; readonly everyMs: DurationMs } | null;
}

/** How a gateway, which has no other way to call, uses a modem: again and again while the message's time lasts. */
export const persistentUse = {
  validityMs: null,
  unknownTriesMax,
  refusedTriesMax: Infinity,
  perMinuteMax: Infinity,
  readsMemory: false,
  credit: null,
} as const;

/** A step of the dialogue that is to be taken. `expects` is the line without which an OK belongs to something else. */
export interface Command {
  readonly name: CommandName;
  readonly text: string;
  readonly timeoutMs: DurationMs;
  readonly expects: string | null;
  /** What follows the prompt. */
  readonly body: string | null;
  /** What it reads or removes: passed over where that memory is not the one that is open. Of a list only the memory counts. */
  readonly slot: Slot | null;
}

/** What the commands are for. */
export type CommandName =
  | "attention"
  | "echo-off"
  | "errors"
  | "pin-state"
  | "pin-tries"
  | "pin"
  | "mode"
  | "mode-state"
  | "service-centre"
  | "service-centre-state"
  | "reports"
  | "reports-state"
  | "registration"
  | "packet-registration"
  | "signal"
  | "operator"
  | "charset"
  | "parameters"
  | "submit"
  | "storage"
  | "read"
  | "remove"
  | "list"
  | "headers"
  | "credit"
  | "credit-end"
  | "hang-up";

/** A command that is under way. */
export interface Pending {
  readonly command: Command;
  readonly stage: "answer" | "prompt" | "body";
  readonly deadlineMs: number;
  /** Fields of the expected line, once it came. */
  readonly seen: readonly string[] | null;
}

/** A part of a message: what to write, and what became of it. */
export interface OutgoingPart {
  readonly commands: readonly Command[];
  readonly reference: number | null;
  readonly delivered: boolean;
}

/** A message to one number. */
export interface Outgoing {
  readonly id: string;
  readonly to: string;
  readonly text: string;
  readonly expiresAtMs: number;
  readonly parts: readonly OutgoingPart[];
  /** How many parts the network has taken. */
  readonly taken: number;
  /** Tries whose outcome nobody knows. */
  readonly unknown: number;
  /** Its first try is marked too: it may have been sent before this dialogue knew of it. */
  readonly isRepeat: boolean;
  readonly refusals: number;
  readonly notBeforeMs: number;
  readonly withdrawn: boolean;
  /** Monotonic; null until the network has all of it. */
  readonly reportUntilMs: number | null;
}

/** What becomes of a message. All but `started` and a `sent` that is not final end it. */
export type MessageOutcome =
  | { readonly kind: "started" }
  | {
      readonly kind: "sent";
      readonly reference: string | null;
      readonly repeated: boolean;
      readonly final: boolean;
    }
  | { readonly kind: "delivered" }
  | { readonly kind: "failed"; readonly code: ModemCode; readonly cause: number | null }
  | { readonly kind: "expired"; readonly code: ModemCode };

/** What is wrong with a modem or became of a message; listed in docs/errors.md. */
export type ModemCode =
  | "modem.line-closed"
  | "modem.starting"
  | "modem.not-answering"
  | "modem.sim-missing"
  | "modem.sim-locked"
  | "modem.sim-faulty"
  | "modem.pin-missing"
  | "modem.pin-refused"
  | "modem.pin-last-try"
  | "modem.service-centre-missing"
  | "modem.no-network"
  | "modem.registration-denied"
  | "modem.queue-full"
  | "modem.number-invalid"
  | "modem.text-too-long"
  | "modem.message-refused"
  | "modem.not-delivered"
  | "modem.delivery-unconfirmed"
  | "modem.report-missing"
  | "modem.outcome-unknown"
  | "modem.partly-sent"
  | "modem.not-sent-in-time"
  | "modem.withdrawn"
  | "modem.stopped";

/** What is counted of the dialogue; listed in docs/errors.md. */
export type ModemCount =
  | "modem.timeout"
  | "modem.stray-answer"
  | "modem.restarted"
  | "modem.reset-soft"
  | "modem.reset-hard"
  | "modem.reopened"
  | "modem.report-unmatched"
  | "modem.report-ambiguous"
  | "modem.incoming"
  | "modem.rang"
  | "modem.repeated"
  | "modem.refused";

/** What is known of the modem. */
export interface ModemFacts {
  /** dBm, or null. */
  readonly signal: number | null;
  readonly operator: string | null;
  readonly registration: number | null;
  readonly packetRegistration: number | null;
  readonly simTrouble: ModemCode | null;
  /** How status reports come: at once, by way of its memory, not at all, or not known yet. */
  readonly reports: "direct" | "stored" | "none" | null;
  readonly mode: "pdu" | "text";
  /** "" where the SIM has none; null where the modem does not tell. */
  readonly serviceCentre: string | null;
  /** How full its fullest memory for messages is, as it was last told. */
  readonly memory: { readonly used: number; readonly total: number } | null;
}

/** A message that may have gone out under a number that nobody knows. */
export interface Ghost {
  readonly to: string;
  readonly text: string;
  /** The number that it would have got next, or null where the modem may have counted anew. */
  readonly reference: number | null;
  readonly untilMs: number;
}

/** What the next lines belong to. */
export type Awaited =
  /** A message in hexadecimal digits. */
  | { readonly kind: "pdu"; readonly slot: Slot | null }
  /** The text of a message in text mode; null until its first line, which is text whatever it looks like. */
  | {
      readonly kind: "text";
      readonly slot: Slot | null;
      readonly from: string;
      readonly at: EpochMs | null;
      /** Written as UCS-2 in hexadecimal digits. */
      readonly isUcs2: boolean;
      readonly text: string | null;
    }
  /** The content of a message in a list, which is read one by one later. */
  | { readonly kind: "passed-over"; readonly isFirst: boolean }
  /** A line whose quotes are still open. */
  | { readonly kind: "quoted"; readonly line: string };

/** A status report that nobody has claimed yet. */
export interface EarlyReport {
  readonly reference: number;
  readonly to: string;
  readonly delivery: "delivered" | "unconfirmed" | "failed";
  readonly status: number;
}

/** Everything that the dialogue remembers. All instants are monotonic milliseconds. */
export interface ModemState {
  readonly phase: "closed" | "resetting" | "settling" | "setup" | "ready";
  /** When `resetting` or `settling` is over. */
  readonly phaseUntilMs: number;
  readonly pending: Pending | null;
  readonly todo: readonly Command[];
  readonly strikes: number;
  /** How far it was reset since it last worked: 0 not, 1 softly, 2 hard. */
  readonly rung: number;
  readonly awaits: Awaited | null;
  readonly echoOff: boolean;
  readonly reconfigure: boolean;
  /** The PIN was entered, and nothing has shown since that it was right. */
  readonly pinUsed: boolean;
  readonly pollAtMs: number;
  /** When its memory is looked through, and the credit asked for, next. */
  readonly listAtMs: number;
  readonly creditAtMs: number;
  /** The memory that is open for reading, or null where that is not known. */
  readonly memory: string | null;
  readonly inbox: Inbox;
  /** Until then lines may be what is left of a person's text, and none counts as a start of the modem. */
  readonly contentUntilMs: number;
  /** When the latest parts were handed over, within the last minute. */
  readonly handedAtMs: readonly number[];
  readonly ghosts: readonly Ghost[];
  /** The number of the part that the network took last, or null where the modem has started since. */
  readonly lastReference: number | null;
  readonly facts: ModemFacts;
  readonly messages: readonly Outgoing[];
  /** Id and number of the message whose part is under way. */
  readonly sending: { readonly id: string; readonly to: string } | null;
  readonly early: readonly EarlyReport[];
  /** Of the next long message, 0 to 255. */
  readonly nextReference: number;
  readonly stopped: boolean;
}

/** What happens to the dialogue. */
export type ModemInput =
  | { readonly kind: "opened" }
  | { readonly kind: "closed" }
  | { readonly kind: "heard"; readonly token: AtToken }
  | { readonly kind: "tick" }
  | {
      readonly kind: "send";
      readonly id: string;
      readonly to: string;
      readonly text: string;
      readonly expiresInMs: DurationMs;
      /** It may have been sent before: its first try is marked. */
      readonly isRepeat?: boolean;
    }
  /** What a person sent is in safe hands: it may be removed. */
  | { readonly kind: "taken"; readonly id: number }
  /** It is not: it stays, and is told again when the memory is looked through next. */
  | { readonly kind: "not-taken"; readonly id: number }
  | { readonly kind: "withdraw"; readonly id: string }
  | { readonly kind: "stop" };

/** What is to be done. */
export type ModemEffect =
  | { readonly kind: "write"; readonly text: string }
  /** Hold the hard reset's line, or let it go. */
  | { readonly kind: "reset"; readonly active: boolean }
  | { readonly kind: "reopen" }
  | {
      readonly kind: "outcome";
      readonly id: string;
      readonly to: string;
      readonly outcome: MessageOutcome;
    }
  | { readonly kind: "count"; readonly code: ModemCount | PduErrorCode }
  /** What a person sent, put together. `at` as the network says, null where it does not; `text` null where it was data. Answered by `taken` or `not-taken`. */
  | {
      readonly kind: "incoming";
      readonly id: number;
      readonly from: string;
      readonly at: EpochMs | null;
      readonly text: string | null;
    }
  /** A message that cannot be read, as it came; it is removed. */
  | { readonly kind: "unreadable"; readonly code: PduErrorCode; readonly pdu: string }
  /** What the network says of the credit. */
  | { readonly kind: "credit"; readonly text: string };
