import { readDeliveryStatus, type RecipientStatus } from "./delivery-status.ts";

/** What is known of a mail that arrived where answers to our mails arrive. */
export interface Arrival {
  /** Message-IDs of what it is about, the surest first. */
  readonly refersTo: readonly string[];
  readonly from: string;
  readonly subject: string;
  readonly deliveryStatus: string | null;
  readonly autoSubmitted: string | null;
  /** The beginning of what it says. */
  readonly text: string;
}

/** How our own mails are told from others. */
export interface OurIds {
  /** Whether a Message-ID can be that of a mail of ours. */
  readonly isOurs: (messageId: string) => boolean;
  /** The Message-ID of the mail that was handed over under this name; null where it is none of ours. */
  readonly ofEnvelope: (envelopeId: string) => string | null;
}

/**
 * What a mail means for a mail of ours. `failed`: it did not arrive; `delayed`: a mail server is still trying; `passed-on`: it went on to where no more is known; `away`: a program
 * answered for the person; `wrote-back`: the person did; `not-ours`: it is about none of ours.
 */
export type Verdict =
  | {
      readonly kind: "failed" | "delayed" | "passed-on" | "away" | "wrote-back";
      /** The Message-ID of our mail. */
      readonly about: string;
      /** For people: what was said. */
      readonly reason: string;
    }
  | { readonly kind: "not-ours" };

/** Longest reason, in characters. */
export const reasonCharactersMax = 300;

/** Reads what a mail means. Never throws. */
export function readArrival(arrival: Arrival, ours: OurIds): Verdict {
  const { deliveryStatus, from, subject, autoSubmitted } = arrival;
  if (deliveryStatus !== null) return readReport(arrival, deliveryStatus, ours);
  const isByMailServer = mailServerNames.test(from);
  const about = isByMailServer
    ? (quotedIn(arrival, ours) ?? answered(arrival, ours))
    : answered(arrival, ours);
  if (about === null) return { kind: "not-ours" };
  if (isByMailServer)
    return { kind: saysDelayed(arrival) ? "delayed" : "failed", about, reason: saidIn(arrival) };
  const isProgram = autoSubmitted !== null && autoSubmitted.toLowerCase() !== "no";
  return { kind: isProgram ? "away" : "wrote-back", about, reason: plain(subject) };
}

/** Senders that are mail servers and no people. */
const mailServerNames = /^(mailer-?daemon|mail-?daemon|postmaster|microsoftexchange[0-9a-f]*)(@|$)/i;

function readReport(arrival: Arrival, report: string, ours: OurIds): Verdict {
  const { envelopeId, recipients } = readDeliveryStatus(report);
  const named = envelopeId === null ? null : ours.ofEnvelope(envelopeId);
  const about = named ?? answered(arrival, ours) ?? quotedIn(arrival, ours);
  if (about === null) return { kind: "not-ours" };
  const find = (action: string): RecipientStatus | undefined =>
    recipients.find((one) => one.action === action);
  const failed = find("failed");
  // Of several people behind one address one may have it; that another has not is what somebody must know.
  if (failed !== undefined) return { kind: "failed", about, reason: reasonOf(failed, arrival) };
  const delayed = find("delayed");
  if (delayed !== undefined) return { kind: "delayed", about, reason: reasonOf(delayed, arrival) };
  const [other] = recipients;
  if (other !== undefined) return { kind: "passed-on", about, reason: reasonOf(other, arrival) };
  return { kind: saysDelayed(arrival) ? "delayed" : "failed", about, reason: saidIn(arrival) };
}

function answered({ refersTo }: Arrival, { isOurs }: OurIds): string | null {
  return refersTo.find(isOurs) ?? null;
}

/** A mail of ours that is quoted in the text, as mail servers do that make no report. */
function quotedIn({ text }: Arrival, { isOurs }: OurIds): string | null {
  const ids = [...text.matchAll(/message-id:\s*(<[^<>\s]{1,250}>)/gi)].flatMap(([, id]) => id ?? []);
  return ids.find(isOurs) ?? null;
}

function saysDelayed({ subject, text }: Arrival): boolean {
  return (
    /\b(delay(ed)?|warning|retard(é)?|vertraagd|vertraging|verzögert)\b/i.test(subject) ||
    /(not|nog niet) (yet )?been delivered|(will|we'll) (keep|continue|be) (on )?(trying|retried)|delivery attempts will continue|do(es)? not need to (be )?re-?sen[dt]/i.test(
      text,
    )
  );
}

function reasonOf({ recipient, status, diagnostic }: RecipientStatus, arrival: Arrival): string {
  const said = diagnostic === "" ? saidIn(arrival) : diagnostic;
  const code = status === "" || said.includes(status) ? "" : `${status} `;
  return plain(`${recipient === "" ? "" : `${recipient}: `}${code}${said}`);
}

/** The line that gives a reason, or at least the subject. */
function saidIn({ subject, text }: Arrival): string {
  const lines = text.split(/\r?\n/);
  const line = lines.find((each) => /\b[45]\.\d{1,3}\.\d{1,3}\b|\b[45]\d\d[ -]/.test(each));
  return plain(line ?? subject);
}

/** One line without what controls a screen. */
function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .slice(0, reasonCharactersMax);
}
