import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type DurationMs, type EpochMs, formatInstant, secondMs } from "@coldkeep/core/time/millis.ts";
import { ImapFlow, type FetchMessageObject, type MessageStructureObject } from "imapflow";
import { type MailboxSession, type OpenSession, textBytesMax } from "./mailbox-session.ts";
import type { MailboxSettings } from "./mailbox-settings.ts";

/** Longest waits for the mail server, in ms. */
const waits = {
  connectionTimeout: 10 * secondMs,
  greetingTimeout: 10 * secondMs,
  socketTimeout: 90 * secondMs,
};

/** What a mail server may send at once: one line, one piece, one answer, in bytes, and pieces of an answer. */
const sizes = {
  maxLineLength: 4_194_304,
  maxLiteralSize: 4_194_304,
  maxResponseSize: 8_388_608,
  maxResponseTokens: 200_000,
};

/** Pause after what was asked before the server is asked to tell of new mails (IDLE). */
const idleAfterMs: DurationMs = 100;

/** Opens a mailbox over IMAP, for reading only. New mails are told of by the server where it can (IDLE). */
export function imapSessions(settings: MailboxSettings): OpenSession {
  const { host, port, security, user, password, folder, ca } = settings;
  return async (events, signal) => {
    signal.throwIfAborted();
    const client = new ImapFlow({
      host,
      port,
      secure: security === "tls",
      doSTARTTLS: security === "starttls",
      auth: { user, pass: password },
      tls: { minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca: readFileSync(ca) }) },
      clientInfo: { name: "Coldkeep" },
      logger: false,
      autoIdleDelay: idleAfterMs,
      ...waits,
      ...sizes,
    });
    let reason = "the mail server ended the connection";
    // Without a listener an error that comes later would end the process.
    client.on("error", (error: Error) => (reason = error.message));
    client.on("exists", events.arrived);
    client.on("close", () => events.ended(reason));
    const abort = (): void => client.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      await client.connect().catch((error: unknown) => {
        throw connectFault(error);
      });
      const mailbox = await client.mailboxOpen(folder, { readOnly: true }).catch((error: unknown) => {
        throw new CodedError("mailbox.folder", `The folder ${folder} cannot be opened: ${saidBy(error)}`);
      });
      return sessionOf(client, String(mailbox.uidValidity));
    } catch (error) {
      client.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
}

function sessionOf(client: ImapFlow, uidValidity: string): MailboxSession {
  return {
    uidValidity,
    uidsAfter: async (uid, since) => {
      const query = {
        uid: `${uid + 1}:*`,
        ...(since === null ? {} : { since: formatInstant(since).slice(0, 10) }),
      };
      const found = await client.search(query, { uid: true });
      if (!Array.isArray(found)) throw new CodedError("mailbox.unreachable", "The mailbox was not listed.");
      // A range up to the newest names the newest even where that lies before it.
      return found.filter((each) => each > uid).toSorted((a, b) => a - b);
    },
    read: async (uid) => {
      const mail = await client.fetchOne(
        String(uid),
        { uid: true, envelope: true, internalDate: true, bodyStructure: true, headers: wantedHeaders },
        { uid: true },
      );
      return mail === false ? null : await arrivedOf(client, mail);
    },
    close: async () => client.close(),
  };
}

const wantedHeaders = ["references", "auto-submitted"];

async function arrivedOf(
  client: ImapFlow,
  mail: FetchMessageObject,
): Promise<Awaited<ReturnType<MailboxSession["read"]>>> {
  const { uid, envelope, internalDate, headers } = mail;
  const parts = partsOf(mail.bodyStructure);
  const content = async (part: MessageStructureObject | null): Promise<string | null> =>
    part === null ? null : await contentOf(client, uid, part.part ?? "1");
  const fields = headers?.toString("utf8").replaceAll(/\r?\n[ \t]+/g, " ") ?? "";
  const field = (name: string): string | null =>
    new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "im").exec(fields)?.[1] ?? null;
  const returned = parts.returned?.envelope?.messageId ?? idIn((await content(parts.headers)) ?? "");
  const ids = [returned, envelope?.inReplyTo, ...idsIn(field("references") ?? "").toReversed()];
  return {
    uid,
    messageId: idsIn(envelope?.messageId ?? "")[0] ?? null,
    refersTo: [...new Set(ids.flatMap((id) => idsIn(id ?? "")))].slice(0, idsMax),
    from: envelope?.from?.[0]?.address ?? "",
    subject: envelope?.subject ?? "",
    arrivedAt: instantOf(internalDate),
    deliveryStatus: await content(parts.status),
    autoSubmitted: field("auto-submitted"),
    text: (await content(parts.text)) ?? "",
  };
}

/** A date as the library gives it: of its own type where it can read it. */
function instantOf(date: FetchMessageObject["internalDate"]): EpochMs {
  return typeof date === "object" ? date.getTime() : 0;
}

/** Most Message-IDs that are taken from one mail. */
const idsMax = 50;

function idsIn(text: string): string[] {
  return [...text.matchAll(/<[^<>\s]{1,250}>/g)].map(([id]) => id);
}

/** The Message-ID among quoted headers. */
function idIn(quoted: string): string | null {
  return /^message-id:\s*(<[^<>\s]{1,250}>)/im.exec(quoted)?.[1] ?? null;
}

interface Parts {
  status: MessageStructureObject | null;
  returned: MessageStructureObject | null;
  headers: MessageStructureObject | null;
  text: MessageStructureObject | null;
}

/** Parts of a mail that are looked at. */
const partsMax = 100;

/** Finds the parts of a report: what it says to machines and to people, and the mail that came back, or its headers (RFC 6522). */
function partsOf(structure: MessageStructureObject | undefined): Parts {
  const parts: Parts = { status: null, returned: null, headers: null, text: null };
  const waiting = structure === undefined ? [] : [structure];
  for (let count = 0; count < partsMax; count += 1) {
    const node = waiting.shift();
    if (node === undefined) break;
    const type = node.type.toLowerCase();
    if (/^message\/(global-)?delivery-status$/.test(type)) parts.status ??= node;
    else if (/^message\/(rfc822|global)$/.test(type)) parts.returned ??= node;
    else if (type === "text/rfc822-headers" || type === "message/global-headers") parts.headers ??= node;
    else if (type === "text/plain") parts.text ??= node;
    else if (type.startsWith("multipart/")) waiting.unshift(...(node.childNodes ?? []));
  }
  return parts;
}

async function contentOf(client: ImapFlow, uid: number, part: string): Promise<string> {
  const options = { uid: true, maxBytes: textBytesMax };
  const { content } = (await client.download(String(uid), part, options)) as { content?: Readable };
  if (content === undefined) return "";
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).subarray(0, textBytesMax).toString("utf8");
}

function connectFault(error: unknown): CodedError {
  const { authenticationFailed } = error as { authenticationFailed?: boolean };
  return authenticationFailed === true
    ? new CodedError("mailbox.login", `The mail server does not let us in: ${saidBy(error)}`)
    : new CodedError("mailbox.unreachable", `The mail server cannot be reached: ${saidBy(error)}`);
}

/** What the server answered, or what went wrong on the way to it. */
function saidBy(error: unknown): string {
  const { responseText, message } = error as { responseText?: string; message?: string };
  return responseText ?? message ?? String(error);
}
