import { decodeIncoming } from "../gsm/incoming.ts";
import { decodeSubmit } from "../gsm/submit.ts";
import { toHex } from "../gsm/octets.ts";
import { encodeAddress } from "../gsm/address.ts";
import { formatServiceTime } from "../gsm/service-time.ts";
import type { PartOf } from "../gsm/user-data.ts";
import type { Cancel, Clock } from "../time/clock.ts";
import type { DurationMs } from "../time/millis.ts";

/** What goes wrong at one command or message text. */
export type ModemFault =
  /** Hears and says nothing for so long. A hard reset wakes it. */
  | { readonly kind: "hang"; readonly forMs: DurationMs }
  /** Does it, and answers so much later. */
  | { readonly kind: "late"; readonly byMs: DurationMs }
  /** Answers with this line and does nothing. */
  | { readonly kind: "refuse"; readonly line: string }
  /** Does it, and its answer is lost. */
  | { readonly kind: "mute" }
  /** Does it, and says this in place of its answer. */
  | { readonly kind: "instead"; readonly text: string }
  /** Noise and lines of its own stand before and within the answer. */
  | { readonly kind: "noise"; readonly text: string }
  /** Starts anew in place of an answer; `silent` without saying so. */
  | { readonly kind: "restart"; readonly silent: boolean }
  /** Has no network for so long from here on. */
  | { readonly kind: "no-network"; readonly forMs: DurationMs }
  /** The status report of this message never comes. */
  | { readonly kind: "no-report" }
  /** It waits for the text without saying so. */
  | { readonly kind: "no-prompt" }
  /** The status report comes twice, or under another number. */
  | { readonly kind: "report-twice" }
  | { readonly kind: "wrong-report" }
  /** The status report comes before the answer that numbers the message. */
  | { readonly kind: "early-report" };

/** A message that the network took. */
export interface TakenMessage {
  readonly to: string;
  readonly text: string;
  readonly partOf: PartOf | null;
  readonly reference: number;
  readonly at: number;
}

/** What a simulated modem is made of. */
export interface SimulatedModemParts {
  readonly clock: Clock;
  /** What goes wrong at the n-th command or message text since the start, from 0. */
  readonly fault: (nth: number, text: string) => ModemFault | null;
  /** Gets what the modem says. */
  readonly say: (text: string) => void;
  readonly taken?: (message: TakenMessage) => void;
  readonly pin?: string | null;
  /** How status reports are told: at once, by way of its memory, or not at all. Default `direct`. */
  readonly reports?: "direct" | "stored" | "none";
  /** Refuses `AT+CMGF=0`. */
  readonly textModeOnly?: boolean;
  /** How long the phone takes to get a message. Default 3 s. */
  readonly deliveryMs?: DurationMs;
  /** The status octet of each report. Default 0, delivered. */
  readonly status?: number;
  /** The number before that of its first message. Default 0. */
  readonly firstReference?: number;
  /** Its service centre; "" for none. */
  readonly serviceCentre?: string;
  /** What the network says of the credit. */
  readonly credit?: string;
}

/** A modem that behaves as real ones do, and as badly. Its only inputs are bytes, time and the reset line. */
export interface SimulatedModem {
  readonly hear: (chunk: string) => void;
  /** The reset line; letting it go starts the modem. */
  readonly reset: (active: boolean) => void;
  readonly taken: readonly TakenMessage[];
  /** Messages that reached their phones, and whose report says so. */
  readonly arrived: readonly TakenMessage[];
  /** What lies in its memory, by place. */
  readonly inbox: ReadonlyMap<number, string>;
  /** The network brings a message, in hexadecimal digits. False where the memory is full. */
  readonly receive: (pdu: string) => boolean;
  /** PINs that were entered. */
  readonly pins: readonly string[];
}

/** How many messages its memory holds. */
export const simulatedPlaces = 10;

/** How long a start takes. Unit ms. */
export const simulatedStartMs = 3_000;

/** How long it takes over a plain answer. Unit ms. */
const answerMs = 20;

/** How long an echo takes. Unit ms. */
const echoMs = 1;

/** Makes one that has started. */
export function simulatedModem(parts: SimulatedModemParts): SimulatedModem {
  const { clock } = parts;
  const taken: TakenMessage[] = [];
  const arrived: TakenMessage[] = [];
  const pins: string[] = [];
  const stored = new Map<number, string>();
  const inbox = new Map<number, string>();
  let nth = 0;
  let input = "";
  let reference = parts.firstReference ?? 0;
  let deafUntilMs = 0;
  let held = false;
  let noNetworkUntilMs = 0;
  let unlocked = parts.pin === undefined || parts.pin === null;
  let waiting: Cancel[] = [];
  let set = {
    echo: true,
    textMode: true,
    reports: "0",
    message: null as string | null,
    ucs2: false,
    memory: "SM",
  };

  const startAnew = (silent: boolean): void => {
    for (const cancel of waiting) cancel();
    waiting = [];
    input = "";
    set = { echo: true, textMode: true, reports: "0", message: null, ucs2: false, memory: "SM" };
    if (parts.pin !== undefined && parts.pin !== null) unlocked = false;
    deafUntilMs = clock.monotonicMs() + simulatedStartMs;
    if (!silent) later(simulatedStartMs, "\r\nRDY\r\n");
  };
  const isDeaf = (): boolean => held || clock.monotonicMs() < deafUntilMs;
  function later(delayMs: number, text: string): void {
    waiting.push(clock.after(delayMs, () => parts.say(text)));
    if (waiting.length > 1_000) waiting = waiting.slice(-500);
  }
  const answer = (lines: readonly string[], fault: ModemFault | null): void => {
    if (fault?.kind === "mute") return;
    if (fault?.kind === "instead") return later(answerMs, fault.text);
    const noise = fault?.kind === "noise" ? fault.text : "";
    const delayMs = answerMs + (fault?.kind === "late" ? fault.byMs : 0);
    later(delayMs, `${noise}${lines.map((line) => `\r\n${line}\r\n${noise}`).join("")}`);
  };

  /** True where the fault leaves nothing to be done. */
  const suffer = (fault: ModemFault | null): boolean => {
    if (fault?.kind === "hang") deafUntilMs = clock.monotonicMs() + fault.forMs;
    else if (fault?.kind === "restart") startAnew(fault.silent);
    else if (fault?.kind === "refuse") answer([fault.line], null);
    else {
      if (fault?.kind === "no-network") noNetworkUntilMs = clock.monotonicMs() + fault.forMs;
      return false;
    }
    return true;
  };

  const obey = (text: string): void => {
    const fault = parts.fault(nth++, text);
    if (suffer(fault)) return;
    const network = clock.monotonicMs() >= noNetworkUntilMs && unlocked;
    const say = (...lines: string[]): void => answer(lines, fault);
    const [, name = "", value = ""] = /^AT(\+[A-Z]+|[A-Z&]*[0-9]?)(.*)$/.exec(text) ?? [];
    const told = value.replace("=", "").replaceAll('"', "");
    if (text === "AT+CFUN=1,1") startAnew(false);
    else if (name === "E0" || name === "Z") {
      set.echo = name === "Z";
      say("OK");
    } else if (name === "+CPIN" && value === "?") say(`+CPIN: ${unlocked ? "READY" : "SIM PIN"}`, "OK");
    else if (name === "+CPIN") {
      pins.push(told);
      unlocked = told === parts.pin;
      say(unlocked ? "OK" : "+CME ERROR: 16");
    } else if (name === "+CPINR") say(`+CPINR: SIM PIN,${3 - pins.length},3`, "OK");
    else if (name === "+CMGF" && value === "?") say(`+CMGF: ${set.textMode ? 1 : 0}`, "OK");
    else if (name === "+CMGF") {
      if (told === "0" && parts.textModeOnly === true) return say("ERROR");
      set.textMode = told === "1";
      say("OK");
    } else if (name === "+CNMI" && value === "?") say(`+CNMI: 2,1,0,${set.reports},0`, "OK");
    else if (name === "+CNMI") {
      const wanted = told.split(",")[3] ?? "0";
      const can = parts.reports ?? "direct";
      if (can === "none" || (can === "stored" && wanted === "1")) return say("+CMS ERROR: 303");
      set.reports = wanted;
      say("OK");
    } else if (name === "+CREG") say(`+CREG: 0,${network ? 1 : 2}`, "OK");
    else if (name === "+CEREG") say("ERROR");
    else if (name === "+CSCA" && value === "?")
      say(`+CSCA: "${parts.serviceCentre ?? "+32475161616"}",145`, "OK");
    else if (name === "+CUSD" && told.startsWith("1")) {
      say("OK");
      later(2_000, `\r\n+CUSD: 0,"${parts.credit ?? "Your balance is 12,34 EUR"}",15\r\n`);
    } else if (name === "+CPMS") {
      set.memory = told;
      say(`+CPMS: ${told === "SM" ? inbox.size : 0},${simulatedPlaces},0,10,0,10`, "OK");
    } else if (name === "+CMGL") {
      const all = set.memory === "SM" ? [...inbox] : [];
      say(...all.map(([at, pdu]) => storedMessage(`+CMGL: ${at},`, pdu, set.textMode)), "OK");
    } else if (name === "+CSQ") say(`+CSQ: ${network ? 17 : 99},99`, "OK");
    else if (name === "+COPS") say(network ? '+COPS: 0,0,"Sim Mobile",2' : "+COPS: 0", "OK");
    else if (name === "+CSCS") {
      set.ucs2 = told === "UCS2";
      say("OK");
    } else if (name === "+CMGS") {
      if (fault?.kind === "mute") return;
      set.message = told;
      if (fault?.kind === "no-prompt") return;
      later(answerMs + (fault?.kind === "late" ? fault.byMs : 0), "\r\n> ");
    } else if (name === "+CMGR") {
      const report = (set.memory === "SM" ? inbox : stored).get(Number(told));
      if (report === undefined) say("+CMS ERROR: 321");
      else if (set.memory === "SM") say(storedMessage("+CMGR: ", report, set.textMode), "OK");
      else if (set.textMode) say(`+CMGR: "REC UNREAD",${report}`, "OK");
      else say(`+CMGR: 0,,${report.length / 2 - 1}\r\n${report}`, "OK");
    } else if (name === "+CMGD") {
      (set.memory === "SM" ? inbox : stored).delete(Number(told));
      say("OK");
    } else say(text.startsWith("AT") ? "OK" : "ERROR");
  };

  const submit = (text: string): void => {
    const fault = parts.fault(nth++, text);
    const given = set.message ?? "";
    set.message = null;
    if (suffer(fault)) return;
    const message = set.textMode ? textMessage(given, text, set.ucs2) : pduMessage(text);
    if (message === null) return answer(["+CMS ERROR: 304"], fault);
    if (clock.monotonicMs() < noNetworkUntilMs) return answer(["+CMS ERROR: 38"], fault);
    reference = (reference + 1) % 256;
    const at = clock.monotonicMs();
    const one: TakenMessage = { ...message, reference, at };
    taken.push(one);
    parts.taken?.(one);
    const early = fault?.kind === "early-report";
    if (parts.status === undefined && fault?.kind !== "no-report" && fault?.kind !== "wrong-report")
      arrived.push(one);
    if (early) report(one, 0);
    answer([`+CMGS: ${reference}`, "OK"], fault);
    if (!early && fault?.kind !== "no-report")
      report(
        fault?.kind === "wrong-report" ? { ...one, reference: (reference + 100) % 256 } : one,
        parts.deliveryMs ?? 3_000,
      );
    if (fault?.kind === "report-twice") report(one, (parts.deliveryMs ?? 3_000) + 500);
  };

  const report = (message: TakenMessage, afterMs: DurationMs): void => {
    const status = parts.status ?? 0;
    const time = formatServiceTime(clock.epochMs());
    const octets = [0x06, message.reference, ...encodeAddress(message.to), ...time, ...time, status];
    const pdu = `00${toHex(Uint8Array.from(octets))}`;
    const told = `6,${message.reference},"${message.to}",145,"26/11/24,09:00:00+00","26/11/24,09:00:02+00",${status}`;
    // The network tells it again and again until a modem takes it: a restart costs only time.
    clock.after(afterMs, () => {
      if (set.reports === "1")
        parts.say(set.textMode ? `\r\n+CDS: ${told}\r\n` : `\r\n+CDS: ${octets.length}\r\n${pdu}\r\n`);
      else if (set.reports === "2") {
        const index = stored.size + 1;
        stored.set(index, set.textMode ? told : pdu);
        parts.say(`\r\n+CDSI: "SR",${index}\r\n`);
      }
    });
  };

  return {
    taken,
    arrived,
    pins,
    inbox,
    receive: (pdu) => {
      if (inbox.size >= simulatedPlaces) return false;
      let place = 1;
      while (inbox.has(place)) place += 1;
      inbox.set(place, pdu);
      if (!isDeaf()) later(answerMs, `\r\n+CMTI: "SM",${place}\r\n`);
      return true;
    },
    reset: (active) => {
      if (held && !active) startAnew(false);
      held = active;
    },
    hear: (chunk) => {
      let echo = "";
      for (const character of chunk) {
        if (isDeaf()) {
          input = "";
          continue;
        }
        if (set.echo) echo += character;
        if (set.message !== null && character === "\u001b") {
          set.message = null;
          input = "";
          later(answerMs, "\r\nOK\r\n");
        } else if (set.message !== null && character === "\u001a") {
          const text = input;
          input = "";
          submit(text);
        } else if (set.message === null && character === "\r") {
          const text = input.trim();
          input = "";
          if (text !== "") obey(text);
        } else if (input.length < 2_000 && character !== "\u001b") input += character;
      }
      if (echo !== "") later(echoMs, echo);
    },
  };
}

/** A message of a person as it stands in the answer to a list or a reading. */
function storedMessage(start: string, pdu: string, textMode: boolean): string {
  if (!textMode) return `${start}1,,${pdu.length / 2 - 1}\r\n${pdu}`;
  const read = decodeIncoming(pdu);
  const message = read.ok && read.incoming.kind === "message" ? read.incoming : null;
  const header = `"REC READ","${message?.from ?? ""}",,"26/11/24,10:00:00+04",145,4,0,0,"",145,${message?.text?.length ?? 0}`;
  return `${start}${header}\r\n${message?.text?.replaceAll("\n", "\r\n") ?? ""}`;
}

function pduMessage(pdu: string): Pick<TakenMessage, "to" | "text" | "partOf"> | null {
  const decoded = decodeSubmit(pdu);
  if (!decoded.ok || decoded.submit.text === null) return null;
  return { to: decoded.submit.to, text: decoded.submit.text, partOf: decoded.submit.partOf };
}

function textMessage(to: string, text: string, ucs2: boolean): Pick<TakenMessage, "to" | "text" | "partOf"> {
  const read = (value: string): string =>
    ucs2 ? value.replaceAll(/[0-9A-F]{4}/g, (unit) => String.fromCharCode(Number.parseInt(unit, 16))) : value;
  return { to: read(to), text: read(text), partOf: null };
}
