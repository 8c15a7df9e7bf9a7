import type { Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { createTransport } from "nodemailer";
import type { Channel, OutgoingMessage } from "./channel.ts";
import { envelopeIdOf, messageIdOf, threadIdOf } from "./mail-ids.ts";
import { type Failed, failedForGood, failedForNow } from "./failures.ts";
import { makeChannel } from "./make-channel.ts";
import { marked } from "./marked.ts";
import type { ReturnedMails } from "./returned-mails.ts";
import type { SmtpSettings } from "./smtp-settings.ts";

/** Longest that handing over one mail may take, whatever the mail server does meanwhile. */
export const mailWithinMs: DurationMs = 40 * secondMs;

/** Connections kept open to the mail server; so many mails are in hand at one time. */
export const mailConnectionsMax = 4;

/** Longest waits for each step of the mail server, in ms. */
const stepTimeouts = { dnsTimeout: 5_000, connectionTimeout: 10_000, greetingTimeout: 10_000 };

/** A connection on which nothing happens is given up after so long. */
const socketTimeout: DurationMs = 30 * secondMs;

/** The library sends nothing again by itself: what may have been taken already is repeated under the dispatcher's eyes only. */
const noRequeues = { maxRequeues: 0 };

/**
 * A mail server as a channel: it proves that the server took the mail, and asks it to tell the sender where it cannot be delivered. What comes back is read by `returned`, where the
 * sender's mailbox is known.
 */
export function smtpChannel(
  id: string,
  settings: SmtpSettings,
  clock: Clock,
  returned: ReturnedMails | null = null,
): Channel {
  const { host, port, from, user, password, security } = settings;
  const transport = createTransport({
    pool: true,
    maxConnections: mailConnectionsMax,
    maxMessages: Number.MAX_SAFE_INTEGER,
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    ...stepTimeouts,
    ...noRequeues,
    socketTimeout,
  });
  return makeChannel({
    id,
    medium: "email",
    proves: "acceptance",
    concurrency: mailConnectionsMax,
    clock,
    secrets: password === undefined ? [] : [password],
    attempt: async (message, signal) => {
      if (!/^[^\s@,;<>]+@[^\s@,;<>]+$/.test(message.address))
        return failedForGood("channel.address", "this is not one e-mail address");
      const sending = transport
        .sendMail(mailOf(message, from))
        .then(({ messageId }) => ({ ok: true, reference: messageId, proof: "accepted" }) as const, failureOf);
      return await withinTime(sending, clock, signal);
    },
    start: (events) => returned?.start(events),
    stop: async () => {
      transport.close();
      await returned?.stop();
    },
    facts: () => returned?.facts() ?? {},
  });
}

function mailOf(message: OutgoingMessage, from: string) {
  const { id, address, text, thread, isRepeat, urgency, attachments } = message;
  const root = thread === null ? null : threadIdOf(thread);
  return {
    from,
    to: address,
    subject: marked(message.subject, message),
    text,
    messageId: messageIdOf(id),
    ...(root === null ? {} : { references: [root], inReplyTo: root }),
    headers: {
      "X-Coldkeep-Notification": id,
      "Auto-Submitted": "auto-generated",
      // Programs that answer for people are not to answer us.
      "X-Auto-Response-Suppress": "All",
      ...(urgency === "critical" ? urgentHeaders : {}),
      ...(isRepeat ? { "X-Coldkeep-Repeat": "yes" } : {}),
    },
    dsn: { ret: "HDRS", envid: envelopeIdOf(id), notify: "FAILURE,DELAY" } as const,
    attachments: attachments.map(({ name, mediaType, content }) => ({
      filename: name,
      contentType: mediaType,
      content: Buffer.from(content),
    })),
  };
}

/** What mail programs of all makes show as urgent. */
const urgentHeaders = { Importance: "high", "X-Priority": "1", Priority: "urgent" };

async function withinTime<Result>(
  sending: Promise<Result>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Result | Failed> {
  let disarm = (): void => undefined;
  const ended = new Promise<Failed>((resolve) => {
    const cancel = clock.after(mailWithinMs, () =>
      resolve(
        failedForNow("channel.timed-out", `the mail server did not end within ${mailWithinMs / secondMs} s`),
      ),
    );
    const stop = (): void => resolve(failedForNow("channel.stopped", "it was stopped before an answer came"));
    signal.addEventListener("abort", stop, { once: true });
    disarm = () => {
      cancel();
      signal.removeEventListener("abort", stop);
    };
  });
  try {
    return await Promise.race([sending, ended]);
  } finally {
    disarm();
  }
}

/** What the mail server, or the way to it, made of a mail. A 4yz answer is for now, a 5yz one for good (RFC 5321, 4.2.1). */
function failureOf(error: unknown): Failed {
  const { code, responseCode, message } = error as { code?: string; responseCode?: number; message?: string };
  const reason = message ?? "it failed";
  if (code === "EAUTH" || code === "ENOAUTH" || responseCode === 530 || responseCode === 535)
    return failedForNow("channel.login", reason);
  if (code === "ETLS") return failedForNow("channel.unreachable", `TLS cannot be agreed on: ${reason}`);
  if (code === "EDNS") return failedForNow("channel.unreachable", `the host name is not found: ${reason}`);
  if (responseCode !== undefined && responseCode >= 400) {
    if (responseCode < 500) return failedForNow("channel.not-now", reason);
    const isAboutMail = code === "EENVELOPE" || code === "EMESSAGE";
    return isAboutMail ? failedForGood("channel.refused", reason) : failedForNow("channel.not-now", reason);
  }
  if (code === "ETIMEDOUT") return failedForNow("channel.timed-out", reason);
  if (code === "EPROTOCOL") return failedForNow("channel.unreadable", reason);
  if (code === "ECONNECTION" || code === "ECONNRESET") return failedForNow("channel.broken-off", reason);
  return failedForNow("channel.unreachable", reason);
}
