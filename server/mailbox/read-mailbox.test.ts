/** Reading a mailbox whose server misbehaves: silence ends, one mail that cannot be read does not keep back the others, and stopping stops. */
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { expect, test } from "vitest";
import type { ArrivedMail } from "./mailbox.ts";
import type { MailboxMark } from "./mailbox-marks.ts";
import type { MailboxSession, OpenSession } from "./mailbox-session.ts";
import { askWithinMs, lookBackMs, readMailbox, readTriesMax } from "./read-mailbox.ts";

const start = 1_795_305_600_000;

function mailOf(uid: number): Omit<ArrivedMail, "seenAt"> {
  const none = {
    messageId: null,
    refersTo: [],
    from: "",
    deliveryStatus: null,
    autoSubmitted: null,
    text: "",
  };
  return { uid, subject: `mail ${uid}`, arrivedAt: start, ...none };
}

/** A mailbox with some mails at a server that does what `behave` says. */
function world(uids: readonly number[], behave: Partial<MailboxSession>, open?: OpenSession) {
  const clock = virtualClock(start);
  const taken: string[] = [];
  const warned: string[] = [];
  const asked: (number | null)[] = [];
  let mark: MailboxMark | null = null;
  let sessions = 0;
  const mailbox = readMailbox({
    open:
      open ??
      (async () => {
        sessions += 1;
        return {
          uidValidity: "1",
          uidsAfter: async (uid, since) => {
            asked.push(since);
            return uids.filter((each) => each > uid);
          },
          read: async (uid) => mailOf(uid),
          close: async () => undefined,
          ...behave,
        };
      }),
    marks: { read: () => mark, keep: (given) => (mark = given) },
    clock,
    warn: (_, message) => warned.push(message),
  });
  mailbox.start(async ({ subject }) => void taken.push(subject));
  return { clock, taken, warned, asked, mailbox, mark: () => mark, sessions: () => sessions };
}

/** Lets time pass with all that is begun in each second ended in it. */
async function pass(clock: VirtualClock, lengthMs: number): Promise<void> {
  for (let done = 0; done < lengthMs; done += secondMs) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(secondMs);
  }
  await new Promise((resolve) => setImmediate(resolve));
}

test("a mailbox that was not read before is read from some days back, and then from where it was", async () => {
  const { clock, taken, asked, mailbox, mark } = world([3, 7], {});
  await pass(clock, minuteMs);
  expect(taken).toEqual(["mail 3", "mail 7"]);
  expect(mark()).toEqual({ uidValidity: "1", uid: 7 });
  expect(asked[0]).toBe(start - lookBackMs);
  expect(asked.slice(1).every((since) => since === null)).toBe(true);
  await mailbox.stop();
});

test("a server that falls silent is left and asked anew, and that is told", async () => {
  let isSilent = true;
  const { clock, taken, mailbox, sessions } = world([1], {
    read: (uid) => (isSilent ? new Promise(() => undefined) : Promise.resolve(mailOf(uid))),
  });
  await pass(clock, askWithinMs);
  expect(mailbox.status()).toEqual({
    isWorking: false,
    detail: "The mailbox cannot be read: The mail server does not answer.",
  });
  isSilent = false;
  await pass(clock, 5 * secondMs);
  expect(taken).toEqual(["mail 1"]);
  expect(sessions()).toBe(2);
  expect(mailbox.status().isWorking).toBe(true);
  await mailbox.stop();
});

test("one mail that cannot be read is tried for minutes and then left out, one that is gone at once", async () => {
  const { clock, taken, warned, mailbox, sessions } = world([1, 2, 3, 4], {
    read: async (uid) => {
      if (uid === 2) throw new RangeError("too large");
      return uid === 3 ? null : mailOf(uid);
    },
  });
  await pass(clock, 10 * minuteMs);
  expect(taken).toEqual(["mail 1", "mail 4"]);
  expect(sessions()).toBe(readTriesMax);
  expect(warned.filter((each) => each.includes("left out"))).toHaveLength(1);
  await mailbox.stop();
});

test.each(["open", "list", "read"])("it stops at once where the server hangs: %s", async (where) => {
  const never = <Answer>(): Promise<Answer> => new Promise(() => undefined);
  const open: OpenSession = (_, signal) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(new RangeError("aborted"))),
    );
  const { clock, mailbox } = world(
    [1],
    { ...(where === "list" ? { uidsAfter: never } : {}), ...(where === "read" ? { read: never } : {}) },
    where === "open" ? open : undefined,
  );
  await pass(clock, secondMs);
  await mailbox.stop();
  expect(clock.pending()).toBe(0);
});
