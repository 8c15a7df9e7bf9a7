/** Mails through real SMTP servers that behave badly. */
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, expect, test } from "vitest";
import { testStart } from "../testing/test-server.ts";
import { contractMessage } from "./channel-contract.ts";
import { mailWithinMs, smtpChannel } from "./smtp.ts";
import type { SmtpSettings } from "./smtp-settings.ts";

const secret = "planted-password";
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function mailServer(options: SMTPServerOptions = {}, settings: Partial<SmtpSettings> = {}) {
  const mails: string[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onData: (stream, _session, done) => {
      let mail = "";
      stream.on("data", (chunk: Buffer) => (mail += chunk.toString("utf8")));
      stream.on("end", () => {
        mails.push(mail);
        done();
      });
    },
    closeTimeout: 100,
    ...options,
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const clock = virtualClock(testStart);
  const given = { host: "127.0.0.1", port, from: "cold@example.org", security: "none", ...settings } as const;
  const channel = smtpChannel("mail", given, clock);
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  ends.push(async () => {
    await channel.stop();
    await close();
  });
  const send = (changes: object = {}, signal = new AbortController().signal) =>
    channel.send({ ...contractMessage, address: "on-call@example.org", ...changes }, signal);
  return { channel, clock, mails, send, close, connections: () => connections };
}

const answering = (responseCode: number): Error =>
  Object.assign(new Error(`answer ${secret}`), { responseCode });

test("mails go over one connection that stays open, each with its thread and its own recipient", async () => {
  const { send, mails, connections, channel } = await mailServer();
  expect(await send()).toMatchObject({ ok: true, proof: "accepted" });
  await send({ id: "alarm-1.1.on-call", isRepeat: true });
  expect(connections()).toBe(1);
  const [first = "", second = ""] = mails;
  expect(first).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
  expect(first).toMatch(/^X-Auto-Response-Suppress: All\r?$/m);
  expect(first).not.toContain("X-Coldkeep-Repeat");
  expect(first).not.toMatch(/^(Importance|X-Priority|Priority):/im);
  expect(second).toMatch(/^Subject: \S*Herhaald=3A_WARM/m);
  expect(second).toContain("X-Coldkeep-Repeat: yes");
  const thread = (mail: string) => /^References: (.*?)\r?$/m.exec(mail)?.[1];
  expect(thread(first)).toMatch(/^<thread\.[0-9a-f]{32}@coldkeep>$/);
  expect(thread(second)).toBe(thread(first));
  expect(/^Message-ID: (.*?)\r?$/im.exec(first)?.[1]).not.toBe(/^Message-ID: (.*?)\r?$/im.exec(second)?.[1]);
  expect(await send({ address: "a@example.org, b@example.org" })).toMatchObject({ code: "channel.address" });
  expect(channel.status().isWorking).toBe(true);
});

test.each([
  [450, false, "channel.not-now"],
  [550, true, "channel.refused"],
])("an answer of %i to the recipient is for good: %s", async (code, isPermanent, named) => {
  const { send } = await mailServer({ onRcptTo: (_address, _session, done) => done(answering(code)) });
  expect(await send()).toMatchObject({ ok: false, isPermanent, code: named });
});

test.each([
  [452, false, "channel.not-now"],
  [554, true, "channel.refused"],
])("an answer of %i to the mail itself is for good: %s", async (code, isPermanent, named) => {
  const { send } = await mailServer({
    onData: (stream, _session, done) => {
      stream.resume();
      stream.on("end", () => done(answering(code)));
    },
  });
  expect(await send()).toMatchObject({ ok: false, isPermanent, code: named });
});

test("a refused login says what to do, and no password", async () => {
  const { send, channel } = await mailServer(
    { allowInsecureAuth: true, authOptional: false, onAuth: (_auth, _session, done) => done(answering(535)) },
    { user: "coldkeep", password: secret },
  );
  const result = await send();
  expect(result).toMatchObject({ ok: false, isPermanent: false, code: "channel.login" });
  expect(channel.status()).toMatchObject({ isWorking: false, detail: expect.stringContaining("password") });
  expect(JSON.stringify([result, channel.status()])).not.toContain(secret);
});

test("a server without TLS where the settings ask for it, or with a certificate that nobody knows, gets nothing", async () => {
  const plain = await mailServer({ disabledCommands: ["STARTTLS"] }, { security: "starttls" });
  expect(await plain.send()).toMatchObject({ ok: false, isPermanent: false });
  const unknown = await mailServer({}, { security: "starttls" });
  expect(await unknown.send()).toMatchObject({ ok: false, isPermanent: false, code: "channel.unreachable" });
  expect([plain.mails, unknown.mails]).toEqual([[], []]);
});

test("a server that is gone is told apart from one that refuses", async () => {
  const gone = await mailServer();
  await gone.close();
  expect(await gone.send()).toMatchObject({ ok: false, isPermanent: false, code: "channel.unreachable" });
});

test.each(["onConnect", "onMailFrom", "onRcptTo", "onData"] as const)(
  "a server that hangs at %s costs no more than the named time, and ends with the signal",
  async (stage) => {
    let reached: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => (reached = resolve));
    const { send, clock } = await mailServer({ [stage]: () => reached() });
    const sending = send();
    await hanging;
    clock.advance(mailWithinMs);
    expect(await sending).toMatchObject({ ok: false, isPermanent: false, code: "channel.timed-out" });
    const controller = new AbortController();
    const second = send({ id: "another" }, controller.signal);
    controller.abort();
    expect(await second).toMatchObject({ ok: false, code: "channel.stopped" });
  },
);

test("a mail about a critical alarm is marked as urgent, as each mail program wants it", async () => {
  const { send, mails } = await mailServer();
  await send({ urgency: "critical" });
  for (const field of ["Importance: high", "X-Priority: 1", "Priority: urgent"])
    expect(mails[0]).toMatch(new RegExp(`^${field}\\r?$`, "m"));
});
