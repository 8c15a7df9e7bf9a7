/** What a line of a modem is. */
export type AtAnswer =
  | { readonly kind: "ok" }
  | {
      readonly kind: "error";
      readonly family: "plain" | "cme" | "cms";
      /** Null where the modem gave words that are not known here. */
      readonly code: number | null;
    }
  /** It has just started, or goes down. */
  | { readonly kind: "restarted" }
  | { readonly kind: "ring" }
  /** `+NAME: a,b,...`; quotes are taken off the fields, and `quoted` says which had them. */
  | {
      readonly kind: "info";
      readonly name: string;
      readonly fields: readonly string[];
      readonly quoted: readonly boolean[];
    }
  | { readonly kind: "other" };

/** Words that modems use in place of numbers (`AT+CMEE=2`), for the errors that we tell apart. */
const errorWords: Readonly<Record<string, number>> = {
  "sim not inserted": 10,
  "sim pin required": 11,
  "sim puk required": 12,
  "sim failure": 13,
  "sim busy": 14,
  "sim wrong": 15,
  "incorrect password": 16,
  "network out of order": 38,
  "no network service": 331,
  "network timeout": 332,
  "unknown error": 500,
};

const startLines = /^(RDY|\^SYSSTART|START|\*?PSUTTZ|NORMAL POWER DOWN|UNDER-VOLTAGE POWER DOWN)$/;
const finalErrors = /^(ERROR|NO CARRIER|COMMAND NOT SUPPORT)$/;

/** Says what a line is. Never throws. */
export function readAnswer(line: string): AtAnswer {
  if (line === "OK") return { kind: "ok" };
  if (finalErrors.test(line)) return { kind: "error", family: "plain", code: null };
  if (line === "RING" || line.startsWith("+CRING")) return { kind: "ring" };
  if (startLines.test(line)) return { kind: "restarted" };
  const error = /^\+(CME|CMS) ERROR: ?(.*)$/.exec(line);
  if (error !== null) {
    const text = error[2] ?? "";
    const code = /^\d{1,5}$/.test(text) ? Number(text) : (errorWords[text.toLowerCase()] ?? null);
    return { kind: "error", family: error[1] === "CME" ? "cme" : "cms", code };
  }
  const info = /^(\+[A-Z]{2,12}): ?(.*)$/.exec(line);
  if (info === null) return { kind: "other" };
  const raw = [...(info[2] ?? "").matchAll(/"([^"]*)"?|([^,"]+)|(?<=^|,)(?=,|$)/g)];
  return {
    kind: "info",
    name: info[1] ?? "",
    fields: raw.map((match) => match[1] ?? (match[2] ?? "").trim()),
    quoted: raw.map((match) => match[1] !== undefined),
  };
}

/** The signal of `+CSQ`: dBm from -113 to -51, or null where the modem does not know. */
export function signalOf(fields: readonly string[]): number | null {
  const level = Number(fields[0] === "" ? NaN : fields[0]);
  return Number.isInteger(level) && level >= 0 && level <= 31 ? -113 + 2 * level : null;
}

/** Whether a registration state of `+CREG` or `+CEREG` lets messages go out: at home, roaming, or for messages alone. */
export const isRegistered = (state: number | null): boolean =>
  state === 1 || state === 5 || state === 6 || state === 7;

/** The state that a `+CREG` or `+CEREG` line tells. An answer has the mode in front, which a line that comes by itself has not. */
export function registrationOf(fields: readonly string[], quoted: readonly boolean[]): number | null {
  const answer = fields.length >= 2 && quoted[1] === false;
  const text = answer ? fields[1] : fields[0];
  return text !== undefined && /^\d{1,2}$/.test(text) ? Number(text) : null;
}

/** What a refusal of a message means for it: another try may help, it may have gone out all the same, or it never will. */
export function refusalOf(
  answer: Extract<AtAnswer, { kind: "error" }>,
): "temporary" | "unknown" | "permanent" {
  if (answer.family !== "cms" || answer.code === null) return "temporary";
  // Network timeout: the network may have taken it before its answer was lost.
  if (answer.code === 332) return "unknown";
  return permanentErrors.has(answer.code) ? "permanent" : "temporary";
}

/** +CMS codes (3GPP TS 24.011, E-2, and 27.005, 3.2.5) that the same message will meet again. */
const permanentErrors: ReadonlySet<number> = new Set([
  1, 8, 10, 21, 28, 29, 30, 50, 69, 81, 95, 96, 97, 98, 99, 111, 128, 129, 143, 144, 145, 159, 160, 161, 175,
  195, 208, 209, 210, 304, 305,
]);
