/** Reading a mailbox at a real IMAP server: each mail once and in order, whatever becomes of the connection. */
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { afterEach, describe, expect, test } from "vitest";
import { isDovecotMissing, mailboxPassword, type MailStore, startMailStore } from "../testing/mail-store.ts";
import { wakeBell } from "../testing/wake-bell.ts";
import { imapSessions } from "./imap-session.ts";
import type { ArrivedMail } from "./mailbox.ts";
import type { MailboxMark, MailboxMarks } from "./mailbox-marks.ts";
import type { MailboxSettings } from "./mailbox-settings.ts";
import { loginPauseMs, lookEveryMs, readMailbox, reconnectPausesMs } from "./read-mailbox.ts";

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function openStore(canIdle = true): Promise<MailStore> {
  const store = await startMailStore(canIdle);
  ends.push(store.stop);
  return store;
}

function memoryMarks(): MailboxMarks {
  let mark: MailboxMark | null = null;
  return { read: () => mark, keep: (given) => (mark = given) };
}

/** Starts to read; `take` may refuse a mail. */
function read(
  settings: MailboxSettings,
  marks = memoryMarks(),
  take: (mail: ArrivedMail) => boolean = () => true,
) {
  const clock = virtualClock(systemClock.epochMs());
  const bell = wakeBell();
  const taken: ArrivedMail[] = [];
  const warned: string[] = [];
  const mailbox = readMailbox({
    open: imapSessions(settings),
    marks,
    clock,
    warn: (facts) => {
      warned.push(String(facts["err"]));
      bell.ring();
    },
  });
  mailbox.start(async (mail) => {
    if (!take(mail)) throw new RangeError("not now");
    taken.push(mail);
    bell.ring();
  });
  ends.push(mailbox.stop);
  const subjects = (): string[] => taken.map(({ subject }) => subject);
  return { mailbox, clock, taken, subjects, warned, until: bell.until };
}

const mail = (subject: string, more = "", body = "hello"): string =>
  `From: An <an@example.org>\r\nTo: cold@example.org\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.org>\r\n${more}\r\n${body}\r\n`;

const report = `From: Mail Delivery System <MAILER-DAEMON@relay.example.org>
To: cold@example.org
Subject: Undelivered Mail
Message-ID: <report-1@relay.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Bo=EEte pleine.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; an@example.org
Action: failed
Status: 5.2.2

--cut
Content-Type: message/rfc822

From: cold@example.org
Subject: WARM
Message-ID: <abc@coldkeep>

text
--cut--
`;

describe.skipIf(isDovecotMissing)("a mailbox over IMAP", () => {
  test("gives each mail once and in order, those that lie there and those that come, and not again after a restart", async () => {
    const store = await openStore();
    store.drop(mail("first", "References: <root@x>\r\n <middle@x>\r\nIn-Reply-To: <middle@x>\r\n"));
    const marks = memoryMarks();
    const one = read(store.settings, marks);
    await one.until(() => one.taken.length === 1);
    store.drop(mail("second"));
    store.drop(mail("third"));
    // The clock stands still: the mail server told of them.
    await one.until(() => one.taken.length === 3);
    expect(one.subjects()).toEqual(["first", "second", "third"]);
    expect(one.taken[0]).toMatchObject({
      messageId: "<first@example.org>",
      refersTo: ["<middle@x>", "<root@x>"],
      from: "an@example.org",
      deliveryStatus: null,
      autoSubmitted: null,
      text: expect.stringContaining("hello"),
    });
    await one.mailbox.stop();
    store.drop(mail("fourth"));
    const two = read(store.settings, marks);
    await two.until(() => two.taken.length === 1);
    expect(two.subjects()).toEqual(["fourth"]);
  });

  test("reads what a report says to machines and to people, and which mail came back", async () => {
    const store = await openStore();
    store.drop(report.replaceAll("\n", "\r\n"));
    const { until, taken } = read(store.settings);
    await until(() => taken.length === 1);
    expect(taken[0]).toMatchObject({
      refersTo: ["<abc@coldkeep>"],
      deliveryStatus: expect.stringMatching(/^Action: failed\r?$/m),
      autoSubmitted: "auto-replied",
      text: expect.stringContaining("Boîte pleine."),
    });
  });

  test("reads over STARTTLS, and nothing where the server's authority is not known", async () => {
    const store = await openStore();
    store.drop(mail("first"));
    const good = read(store.startTls);
    await good.until(() => good.taken.length === 1);
    const unknown = read({ ...store.startTls, ca: undefined });
    await unknown.until(() => unknown.warned.length === 1);
    expect(unknown.mailbox.status().detail).toContain("cannot be reached");
  });

  test("takes up where it was after the mail server was away, and says meanwhile that it cannot be read", async () => {
    const store = await openStore();
    const { clock, until, subjects, warned, mailbox } = read(store.settings);
    store.drop(mail("before"));
    await until(() => subjects().length === 1);
    await store.kill();
    await until(() => warned.length > 0);
    expect(mailbox.status()).toMatchObject({ isWorking: false });
    store.drop(mail("meanwhile"));
    clock.advance(reconnectPausesMs[0] ?? 0);
    await until(() => warned.length > 1);
    await store.restart();
    clock.advance(reconnectPausesMs[1] ?? 0);
    await until(() => subjects().length === 2);
    expect(subjects()).toEqual(["before", "meanwhile"]);
    await expect.poll(() => mailbox.status().isWorking, { timeout: 20_000 }).toBe(true);
  });

  test("looks by itself where the mail server tells of nothing", async () => {
    const store = await openStore(false);
    const { clock, until, subjects } = read(store.settings);
    store.drop(mail("first"));
    await until(() => subjects().length === 1);
    store.drop(mail("second"));
    const ticking = setInterval(() => clock.advance(lookEveryMs), 100);
    await until(() => subjects().length === 2);
    clearInterval(ticking);
  });

  test("gives a mail again that could not be kept, and none behind it before", async () => {
    const store = await openStore();
    let refusals = 2;
    const { clock, until, subjects, warned } = read(
      store.settings,
      undefined,
      ({ subject }) => subject !== "first" || (refusals -= 1) < 0,
    );
    store.drop(mail("first"));
    await until(() => warned.length === 1);
    store.drop(mail("second"));
    clock.advance(reconnectPausesMs[0] ?? 0);
    await until(() => warned.length === 2);
    clock.advance(reconnectPausesMs[1] ?? 0);
    await until(() => subjects().length === 2);
    expect(subjects()).toEqual(["first", "second"]);
  });

  test("reads mails of the last days anew where the mail server numbers them anew", async () => {
    const store = await openStore();
    const marks = memoryMarks();
    const one = read(store.settings, marks);
    store.drop(mail("first"));
    await one.until(() => one.taken.length === 1);
    await one.mailbox.stop();
    await store.kill();
    store.renumber();
    await store.restart();
    const two = read(store.settings, marks);
    await two.until(() => two.taken.length === 1);
    expect(two.subjects()).toEqual(["first"]);
  });

  test("a wrong password, an unknown authority and a missing folder are told apart, and no password is told", async () => {
    const store = await openStore();
    const wrong = read({ ...store.settings, password: "planted-wrong-password" });
    const unknown = read({ ...store.settings, ca: undefined });
    const missing = read({ ...store.settings, folder: "Nowhere" });
    await Promise.all([wrong, unknown, missing].map(({ until, warned }) => until(() => warned.length === 1)));
    const details = [wrong, unknown, missing].map(({ mailbox }) => mailbox.status().detail);
    expect(details).toEqual([
      expect.stringContaining("does not let us in"),
      expect.stringContaining("cannot be reached"),
      expect.stringContaining("Nowhere"),
    ]);
    expect(JSON.stringify([details, wrong.warned])).not.toMatch(
      new RegExp(`planted-wrong-password|${mailboxPassword}`),
    );
    // A locked account would be worse than a late bounce.
    wrong.clock.advance(loginPauseMs - 1);
    expect(wrong.clock.pending()).toBe(1);
  });
});
