import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Metrics } from "../health/metrics.ts";
import type { Database } from "../store/database.ts";

/** A mail to hand over. `id` makes the Message-ID, so that a repeat after a crash can be told from a second message. */
export interface Mail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly attachments?: readonly MailAttachment[];
}

/** A file that goes with a mail. */
export interface MailAttachment {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** The port to the mail server. Resolves once the server has taken the mail; rejects otherwise. */
export interface Mailer {
  readonly send: (mail: Mail) => Promise<void>;
  readonly close: () => void;
}

/** Pause after the n-th failed try, up to the last one, which then repeats. Nothing that is owed is ever given up. */
export const retryPausesMs: readonly DurationMs[] = [2, 5, 15, 30, 60, 120, 300].map(
  (seconds) => seconds * secondMs,
);

/** Tries after which a failing obligation raises an alarm of its own. */
export const failingAfterTries = 3;

/** How often the outbox is looked at when nothing stirs it. */
const pollMs: DurationMs = secondMs;

/** Most mails sent in one round. */
const roundMax = 100;

/** Sends what is owed. */
export interface Dispatcher {
  readonly start: () => void;
  /** Stops after the mail in hand. */
  readonly stop: () => Promise<void>;
  /** What is owed and not sent. */
  readonly owed: () => number;
}

/** What the dispatcher works with. */
export interface DispatcherParts {
  readonly database: Database;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
  /** The files that go with an owed message, read when it is sent; none where left out. */
  readonly attachmentsOf?: (id: string) => readonly MailAttachment[];
  /** Told after each try how many tries the worst obligation has failed. */
  readonly onFailing: (worstTries: number) => void;
}

interface Owed {
  readonly id: string;
  readonly address: string;
  readonly subject: string;
  readonly body: string;
  readonly attempts: number;
}

/**
 * Makes the dispatcher. A mail is marked as sent only after the server took it: a crash in between costs one repeat under the same Message-ID, never a
 * message.
 */
export function makeDispatcher(parts: DispatcherParts): Dispatcher {
  const { database, mailer, clock, metrics } = parts;
  const due = database.prepare(
    "SELECT id, address, subject, body, attempts FROM notifications WHERE sent_at IS NULL AND next_try_at <= ? ORDER BY owed_at LIMIT ?",
  );
  const sent = database.prepare(
    "UPDATE notifications SET sent_at = ?, attempts = attempts + 1, last_error = NULL WHERE id = ?",
  );
  const failed = database.prepare(
    "UPDATE notifications SET attempts = attempts + 1, next_try_at = ?, last_error = ? WHERE id = ?",
  );
  const open = database.prepare(
    "SELECT count(*) AS n, max(attempts) AS worst FROM notifications WHERE sent_at IS NULL",
  );
  let cancel: Cancel = () => undefined;
  let stopping = false;
  let round: Promise<void> = Promise.resolve();

  const deliver = async (owed: Owed): Promise<void> => {
    try {
      const attachments = parts.attachmentsOf?.(owed.id) ?? [];
      await mailer.send({
        id: owed.id,
        to: owed.address,
        subject: owed.subject,
        text: owed.body,
        ...(attachments.length === 0 ? {} : { attachments }),
      });
      sent.run(clock.epochMs(), owed.id);
      metrics.mailSent();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const pause = retryPausesMs[Math.min(owed.attempts, retryPausesMs.length - 1)] ?? minuteMs;
      failed.run(clock.epochMs() + pause, reason.slice(0, 500), owed.id);
      metrics.mailFailed();
      parts.warn(
        { notification: owed.id, tries: owed.attempts + 1, reason },
        "a mail could not be handed over; it is tried again",
      );
    }
  };

  const runRound = async (): Promise<void> => {
    const list = due.all(clock.epochMs(), roundMax) as unknown as Owed[];
    for (const owed of list) {
      if (stopping) return;
      await deliver(owed);
    }
    if (list.length > 0) parts.onFailing(Number(open.get()?.["worst"] ?? 0));
  };

  const schedule = (): void => {
    cancel = clock.after(pollMs, () => {
      round = runRound()
        .catch((error: unknown) => parts.warn({ err: error }, "the outbox could not be read; trying again"))
        .finally(() => {
          if (!stopping) schedule();
        });
    });
  };

  return {
    start: schedule,
    stop: async () => {
      stopping = true;
      cancel();
      await round;
      mailer.close();
    },
    owed: () => Number(open.get()?.["n"] ?? 0),
  };
}
