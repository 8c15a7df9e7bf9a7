import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { SMTPServer, type SMTPServerDataStream } from "smtp-server";
import { listen } from "../processes/listening.ts";
import { type Mail, mailBytesMax } from "./mail.ts";
import type { MailStore } from "./mail-store.ts";

/** A mail server that delivers nothing: it keeps what it is given. */
export interface SmtpSink {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Opens the sink on a free loopback port. A mail is accepted only once it is kept, and `kept` is told of it; one that is too large is refused. */
export async function openSmtpSink(
  store: MailStore,
  kept: (mail: Mail) => void = () => undefined,
): Promise<SmtpSink> {
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    size: mailBytesMax,
    maxClients: 20,
    logger: false,
    onData: (stream, session, callback) => {
      const to = session.envelope.rcptTo.map((recipient) => recipient.address);
      void receive(async () => kept(await keep(stream, to, store)), callback);
    },
  });
  // A client that breaks off is no concern of the sink; without a listener it would end the process.
  smtp.on("error", () => undefined);
  const port = await listen(smtp.server, { host: "127.0.0.1", port: 0 }, null);
  return { port, close: () => new Promise((resolve) => smtp.close(() => resolve())) };
}

async function keep(stream: SMTPServerDataStream, to: readonly string[], store: MailStore): Promise<Mail> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mailBytesMax) chunks.push(chunk);
  }
  if (bytes > mailBytesMax) {
    throw new CodedError(
      "demo.mail-too-large",
      `A mail may have at most ${mailBytesMax} bytes; this one has ${bytes}.`,
    );
  }
  return await store.add(Buffer.concat(chunks), to);
}

/** Keeps a mail and then answers the client. */
async function receive(
  keeping: () => Promise<void>,
  answer: (refusal?: Error | null) => void,
): Promise<void> {
  try {
    await keeping();
  } catch (error) {
    answer(asSmtpError(error));
    return;
  }
  answer();
}

function asSmtpError(error: unknown): Error {
  const reason = error instanceof Error ? error : new CodedError("demo.mail-not-kept", String(error));
  return Object.assign(reason, { responseCode: error instanceof CodedError ? 552 : 451 });
}
