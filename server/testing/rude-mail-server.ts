import type { Socket } from "node:net";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { SMTPServer } from "smtp-server";
import type { SmtpSettings } from "../channels/smtp-settings.ts";

/**
 * How a mail server behaves. `lose`: it takes mails and nobody ever sees them; `late`: it takes them, and says so only after a while; `too-late`: it takes them and says so when
 * nobody waits for its answer any more; `silent`: it takes nothing and never answers; `broken-tls`: nobody can trust its certificate.
 */
export const mailBehaviours = [
  "fine",
  "late",
  "too-late",
  "lose",
  "refuse",
  "not-now",
  "silent",
  "broken-tls",
  "down",
] as const;
/** One of them. */
export type MailBehaviour = (typeof mailBehaviours)[number];

/** How long `late` and `too-late` take to answer. */
const answersAfterMs = { late: 25 * secondMs, "too-late": 50 * secondMs } as const satisfies Partial<
  Record<MailBehaviour, DurationMs>
>;

/** A mail that lies in somebody's mailbox. */
export interface MailThere {
  readonly id: string;
  readonly to: string;
  readonly isMarked: boolean;
  readonly at: EpochMs;
}

/** A real SMTP server that behaves as badly as it is told to. */
export interface RudeMailServer {
  /** How it is reached. */
  readonly settings: SmtpSettings;
  /** What people have. */
  readonly arrived: readonly MailThere[];
  /** How many mails it has whole and has not answered to. */
  readonly holding: () => number;
  /** Nobody waits for its answer to a mail any more. */
  readonly letGo: (id: string) => void;
  readonly close: () => Promise<void>;
}

const answering = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });

/** Starts one on this machine. */
export async function rudeMailServer(clock: Clock, behaviour: MailBehaviour): Promise<RudeMailServer> {
  const arrived: MailThere[] = [];
  const held = new Map<string, (error?: Error | null) => void>();

  const answer = (id: string, error: Error | null): void => {
    held.get(id)?.(error);
    held.delete(id);
  };
  const take = (mail: string, to: string, done: (error?: Error | null) => void): void => {
    const header = (name: string): string =>
      new RegExp(`^${name}: (.*?)\\r?$`, "im").exec(mail.replaceAll(/\r?\n[ \t]+/g, " "))?.[1] ?? "";
    const id = header("X-Coldkeep-Notification");
    const one: MailThere = { id, to, isMarked: header("X-Coldkeep-Repeat") === "yes", at: clock.epochMs() };
    switch (behaviour) {
      case "late":
      case "too-late": {
        const afterMs = answersAfterMs[behaviour];
        held.set(id, done);
        clock.after(afterMs, () => {
          arrived.push({ ...one, at: clock.epochMs() });
          if (held.get(id) === done) answer(id, null);
        });
        return;
      }
      case "silent":
        held.set(id, done);
        return;
      case "lose":
        done();
        return;
      default:
        arrived.push(one);
        done();
    }
  };

  const server = new SMTPServer({
    authOptional: true,
    closeTimeout: 50,
    onRcptTo: (_address, _session, done) => {
      if (behaviour === "refuse") done(answering(550, "5.7.1 not from you"));
      else if (behaviour === "not-now") done(answering(451, "4.3.0 come back later"));
      else done();
    },
    onData: (stream, session, done) => {
      let mail = "";
      stream.on("data", (chunk: Buffer) => (mail += chunk.toString("utf8")));
      stream.on("end", () => take(mail, session.envelope.rcptTo[0]?.address ?? "", done));
    },
  });
  server.on("error", () => undefined);
  server.server.on("connection", (socket: Socket) => socket.setNoDelay(true));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const close = (): Promise<void> => {
    for (const id of held.keys()) answer(id, answering(421, "4.3.2 closing"));
    return new Promise((resolve) => server.close(() => resolve()));
  };
  if (behaviour === "down") await close();
  return {
    settings: {
      host: "127.0.0.1",
      port,
      from: "coldkeep@example.org",
      security: behaviour === "broken-tls" ? "starttls" : "none",
    },
    arrived,
    holding: () => held.size,
    letGo: (id) => answer(id, answering(421, "4.4.2 nobody is there any more")),
    close: async () => {
      if (behaviour !== "down") await close();
    },
  };
}
