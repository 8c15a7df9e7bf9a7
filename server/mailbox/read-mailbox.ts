import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type Clock, sleep } from "@coldkeep/core/time/clock.ts";
import { dayMs, type DurationMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { ArrivedMail, Mailbox, MailboxStatus } from "./mailbox.ts";
import type { MailboxMarks } from "./mailbox-marks.ts";
import type { MailboxSession, OpenSession } from "./mailbox-session.ts";

/** How often a mailbox is looked into even where the mail server says nothing: it may have forgotten to, or the connection may be dead. */
export const lookEveryMs: DurationMs = 30 * secondMs;

/** Longest that one question to the mail server may take. */
export const askWithinMs: DurationMs = 30 * secondMs;

/** Pauses before the n-th connection in a row is tried; the last one repeats. */
export const reconnectPausesMs: readonly DurationMs[] = [1, 2, 5, 15, 30, 60].map(
  (seconds) => seconds * secondMs,
);

/** Pause after the mail server did not let us in: more tries lock accounts. */
export const loginPauseMs: DurationMs = 5 * minuteMs;

/** How far back a mailbox is read that was not read before. */
export const lookBackMs: DurationMs = 7 * dayMs;

/** After so many failures in a row to read one mail, which take some minutes, it is left out, so that those behind it are read. */
export const readTriesMax = 8;

/** What the reader works with. */
export interface ReadingParts {
  readonly open: OpenSession;
  readonly marks: MailboxMarks;
  readonly clock: Clock;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
}

/** Makes the reader of a mailbox: one connection that stays open, and another one when it ends. */
export function readMailbox({ open, marks, clock, warn }: ReadingParts): Mailbox {
  const stopped = new AbortController();
  const bell = makeBell();
  let status: MailboxStatus = { isWorking: true, detail: "The mailbox has not been read yet." };
  let running: Promise<void> = Promise.resolve();
  let failing: { readonly uid: number; readonly tries: number } = { uid: 0, tries: 0 };

  const ask = async <Answer>(question: Promise<Answer>): Promise<Answer> => {
    let disarm = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      const cancel = clock.after(askWithinMs, () =>
        reject(new CodedError("mailbox.unreachable", "The mail server does not answer.")),
      );
      const stop = (): void => reject(new CodedError("mailbox.unreachable", "It was stopped."));
      stopped.signal.addEventListener("abort", stop, { once: true });
      disarm = () => {
        cancel();
        stopped.signal.removeEventListener("abort", stop);
      };
    });
    return await Promise.race([question, late]).finally(() => disarm());
  };

  /** Null where it is gone, or cannot be read for good. */
  const read = async (session: MailboxSession, uid: number): Promise<ArrivedMail | null> => {
    try {
      const mail = await ask(session.read(uid));
      return mail === null ? null : { ...mail, seenAt: clock.epochMs() };
    } catch (error) {
      failing = { uid, tries: failing.uid === uid ? failing.tries + 1 : 1 };
      if (stopped.signal.aborted || failing.tries < readTriesMax) throw error;
      warn({ err: error, uid }, "a mail cannot be read and is left out");
      return null;
    }
  };

  const look = async (session: MailboxSession, take: (mail: ArrivedMail) => Promise<void>): Promise<void> => {
    const { uidValidity } = session;
    const mark = marks.read();
    const isKnown = mark?.uidValidity === uidValidity;
    const since = isKnown ? null : clock.epochMs() - lookBackMs;
    const uids = await ask(session.uidsAfter(isKnown ? mark.uid : 0, since));
    for (const uid of uids) {
      if (stopped.signal.aborted) return;
      const mail = await read(session, uid);
      if (mail !== null) await take(mail);
      marks.keep({ uidValidity, uid });
    }
  };

  /** Reads for as long as the connection lasts. */
  const attend = async (take: (mail: ArrivedMail) => Promise<void>, opened: () => void): Promise<void> => {
    let ended: string | null = null;
    const session = await open(
      {
        arrived: bell.ring,
        ended: (reason) => {
          ended = reason;
          bell.ring();
        },
      },
      stopped.signal,
    );
    try {
      for (;;) {
        await look(session, take);
        opened();
        await bell.wait(clock, lookEveryMs);
        if (stopped.signal.aborted) return;
        if (ended !== null) throw new CodedError("mailbox.unreachable", ended);
      }
    } finally {
      await session.close();
    }
  };

  const run = async (take: (mail: ArrivedMail) => Promise<void>): Promise<void> => {
    for (let failures = 0; !stopped.signal.aborted; failures += 1) {
      const opened = (): void => {
        failures = -1;
        status = { isWorking: true, detail: "The mailbox is read." };
      };
      try {
        await attend(take, opened);
      } catch (error) {
        if (stopped.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        status = { isWorking: false, detail: `The mailbox cannot be read: ${reason}` };
        warn({ err: error, failures: failures + 1 }, "a mailbox cannot be read; trying again");
        const isLogin = error instanceof CodedError && error.code === "mailbox.login";
        const place = Math.min(Math.max(failures, 0), reconnectPausesMs.length - 1);
        await sleep(clock, isLogin ? loginPauseMs : (reconnectPausesMs[place] ?? minuteMs), stopped.signal);
      }
    }
  };

  return {
    start: (take) => {
      running = run(take);
    },
    stop: async () => {
      stopped.abort();
      bell.ring();
      await running;
    },
    status: () => status,
  };
}

/** Wakes one who waits; rung while nobody does, it wakes the next one at once. */
function makeBell() {
  let isRung = false;
  let wake: (() => void) | null = null;
  return {
    ring: (): void => {
      isRung = true;
      wake?.();
    },
    wait: async (clock: Clock, atMostMs: DurationMs): Promise<void> => {
      if (!isRung)
        await new Promise<void>((resolve) => {
          const cancel = clock.after(atMostMs, resolve);
          wake = () => {
            cancel();
            resolve();
          };
        });
      isRung = false;
      wake = null;
    },
  };
}
