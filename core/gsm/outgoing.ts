import type { DurationMs } from "../time/millis.ts";
import {
  answerMaxMs,
  type Command,
  type Outgoing,
  type OutgoingPart,
  type Pending,
  promptMaxMs,
  submitMaxMs,
} from "./modem-state.ts";
import { toHex } from "./octets.ts";
import { encodeSubmit } from "./submit.ts";
import { partsMax, toUserData } from "./user-data.ts";

/** Ends the text of a message to the modem. */
export const endOfMessage = "\u001a";

/** Leaves the prompt without sending. */
export const escapePrompt = "\u001b";

/** Characters of one message in text mode: plain ones, and those written as UCS-2; room is left for `(1/9) ` in front. */
const textModeCharacters = 150;
const textModeUnits = 60;

/** A plain command. */
export function command(
  name: Command["name"],
  text: string,
  more: Partial<Pick<Command, "timeoutMs" | "expects" | "body" | "slot">> = {},
): Command {
  return { name, text, timeoutMs: answerMaxMs, expects: null, body: null, slot: null, ...more };
}

/** What stands in front of a text that may have gone out before: `[2] ` for the second try. */
export const markOf = (unknownTries: number): string => (unknownTries === 0 ? "" : `[${unknownTries + 1}] `);

/** The parts of a message with what is to be written for each, or null where it would need more than `partsMax`. */
export function partsOf(
  message: Pick<Outgoing, "to" | "text" | "unknown" | "isRepeat">,
  mode: "pdu" | "text",
  report: boolean,
  validityMs: DurationMs,
  reference: number,
): readonly OutgoingPart[] | null {
  const text = `${markOf(message.unknown + (message.isRepeat ? 1 : 0))}${message.text}`;
  const scripts =
    mode === "pdu"
      ? pduScripts(message.to, text, report, validityMs, reference)
      : textScripts(message.to, text, report);
  return scripts === null
    ? null
    : scripts.map((commands) => ({ commands, reference: null, delivered: false }));
}

function pduScripts(
  to: string,
  text: string,
  report: boolean,
  validityMs: DurationMs,
  reference: number,
): Command[][] | null {
  const parts = toUserData(text, reference);
  if (parts === null) return null;
  return parts.map((data) => {
    const { pdu, octets } = encodeSubmit({ to, data, validityMs, report });
    return [submitCommand(`AT+CMGS=${octets}`, pdu)];
  });
}

const submitCommand = (text: string, content: string): Command =>
  command("submit", text, {
    timeoutMs: promptMaxMs,
    expects: "+CMGS",
    body: `${content}${endOfMessage}`,
  });

/** Text mode has no parts that a phone would put together: each is a message of its own that says which it is. */
function textScripts(to: string, text: string, report: boolean): Command[][] | null {
  // What the 7-bit alphabet and ASCII write the same, and no modem takes for an end or an escape.
  const plain = /^[A-Za-z0-9 !"#%&'()*+,\-./:;<=>?]*$/.test(text.replaceAll("\n", " "));
  const pieces = cut(plain ? text.replaceAll("\n", " ") : text, plain ? textModeCharacters : textModeUnits);
  if (pieces.length > partsMax) return null;
  const first = report ? 49 : 17;
  return pieces.map((piece, index) => {
    const said = pieces.length === 1 ? piece : `(${index + 1}/${pieces.length}) ${piece}`;
    const written = (value: string): string => (plain ? value : ucs2Hex(value));
    return [
      command("charset", `AT+CSCS="${plain ? "IRA" : "UCS2"}"`),
      command("parameters", `AT+CSMP=${first},167,0,${plain ? 0 : 8}`),
      submitCommand(`AT+CMGS="${written(to)}"`, written(said)),
    ];
  });
}

function cut(text: string, size: number): string[] {
  const pieces = [""];
  for (const character of text) {
    const last = pieces.length - 1;
    const piece = pieces[last] ?? "";
    if (piece.length + character.length <= size) pieces[last] = piece + character;
    else pieces.push(character);
  }
  return pieces;
}

const ucs2Hex = (text: string): string =>
  toHex(
    Uint8Array.from(
      Array.from({ length: text.length }, (_, index) => text.charCodeAt(index)).flatMap((unit) => [
        unit >> 8,
        unit & 0xff,
      ]),
    ),
  );

/** Longest time from the moment a message's life is over until it has gone out or not: one part may be under way. Unit ms. */
export const endsWithinMs: DurationMs = 2 * answerMaxMs + promptMaxMs + submitMaxMs;

/** Whether a line is what was just written, said back. */
export const isEcho = (given: Command, text: string): boolean =>
  text === given.text || (given.body !== null && text === given.body.slice(0, -1));

/** Whether the line without which an answer belongs to something else has not come yet. */
export const isUnasked = (pending: Pending): boolean =>
  pending.command.expects !== null && pending.seen === null;
