import { afterEach, expect, test } from "vitest";
import { type DurationMs, formatInstant, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { Medium } from "@coldkeep/core/duty/media.ts";
import type { OutgoingMessage } from "../channels/channel.ts";
import { replay } from "../replay/replay.ts";
import { type FakeChannel, fakeChannel } from "../testing/fake-channel.ts";
import { type FakeMailbox, fakeMailbox } from "../testing/fake-mailbox.ts";
import { exampleSite, testServer, type TestServer } from "../testing/test-server.ts";
import { canaryFigures, newestBreaches } from "./canary-reads.ts";

/** The canary through the whole chain, from its reading by the HTTP route to its mail, on the real records under a virtual clock. */

const people = `${exampleSite.slice(0, exampleSite.indexOf("contacts:"))}
contacts:
  - { id: an, name: An Peeters, email: an@example.org, phone: "+32470000001", by: [sms, email] }
`;
const site = `${people}canary: { email: canary@example.org, every: 1h, within: 2m }\n`;
const bySms = `${people}canary: { email: canary@example.org, phone: "+32470000099", every: 1h, within: 2m }\n`;

let running: TestServer | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  if (stopping === null) return;
  expect(replay(stopping.server.services.database, () => undefined).differing).toEqual([]);
  await stopping.stop();
});

interface Chain {
  server: TestServer;
  readonly sms: FakeChannel;
  readonly mail: FakeChannel;
  readonly other: FakeChannel;
  readonly mailbox: FakeMailbox;
  /** True while mails to the canary come into its mailbox. */
  isDelivering: boolean;
}

async function start(
  given = site,
  media: readonly Medium[] = ["email", "sms"],
  isRead = true,
): Promise<Chain> {
  const sms = fakeChannel("sms-1", "sms");
  const mail = fakeChannel("mail", "email");
  const other = fakeChannel("other-relay", "email");
  const mailbox = fakeMailbox(() => chain.server.clock);
  const channels = [mail, other, sms].filter(({ medium }) => media.includes(medium));
  const server = await testServer({
    site: given,
    channels,
    publicUrl: "https://cold.example.org",
    ...(isRead ? { mailbox } : {}),
  });
  const chain: Chain = { server, sms, mail, other, mailbox, isDelivering: true };
  running = server;
  await server.server.start();
  return chain;
}

const canaryMails = ({ mail }: Chain): OutgoingMessage[] =>
  mail.sent.filter(({ address }) => address === "canary@example.org");

/** Lets time pass, second by second; what was sent to the canary comes into its mailbox in the second after. */
async function pass(chain: Chain, length: DurationMs): Promise<void> {
  let known = canaryMails(chain).length;
  for (let done = 0; done < length; done += secondMs) {
    chain.server.clock.advance(secondMs);
    await settle(chain.server);
    const fresh = canaryMails(chain).slice(known);
    known += fresh.length;
    if (chain.isDelivering) for (const message of fresh) await chain.mailbox.arrive(message);
    await settle(chain.server);
  }
}

/** Waits until what was begun in this moment is done. */
async function settle(server: TestServer): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    server.clock.advance(0);
  }
}

const breaches = ({ server }: Chain) => newestBreaches(server.server.services.database, 100).toReversed();
const outcomes = (chain: Chain) => breaches(chain).map(({ outcome }) => outcome);
const kinds = async ({ server }: Chain): Promise<string[]> => {
  const { json } = await server.call("GET", "/v1/alarms");
  return (json as { items: { kind: string }[] }).items.map(({ kind }) => kind).toSorted();
};
const count = ({ server }: Chain, sql: string): number =>
  Number(server.server.services.database.prepare(sql).get()?.["n"]);

test("a breach goes through the whole chain each hour, is answered by its link, and leaves nothing behind", async () => {
  const chain = await start();
  await pass(chain, 61 * minuteMs);
  expect(outcomes(chain)).toEqual(["in-time", "in-time"]);
  const [first] = breaches(chain);
  const [way] = first?.ways ?? [];
  // The alarm waits for its delay of ten seconds; a tick each second notices that it is over.
  expect((way?.message?.owedAt ?? 0) - (first?.sampleAt ?? 0)).toBe(10 * secondMs);
  expect(way?.receipt).toMatchObject({ way: "mailbox" });
  expect(first?.tookMs).toBeLessThanOrEqual(2 * secondMs);
  expect(canaryMails(chain).map(({ subject }) => subject.slice(0, 40))).toEqual([
    "DRILL: Alarm: Canary (test): 20.0 °C abo",
    "DRILL: Alarm: Canary (test): 20.0 °C abo",
  ]);
  // Nobody else hears of it, nothing counts it, and it is over.
  expect(chain.sms.sent).toEqual([]);
  expect(chain.mail.sent).toHaveLength(2);
  expect(await kinds(chain)).toEqual([]);
  expect(chain.server.server.services.alarms.underWay()).toEqual([]);
  expect(count(chain, "SELECT count(*) AS n FROM excursions")).toBe(0);
  const answered = chain.server.server.services.database
    .prepare("SELECT actor, note FROM alarm_events WHERE event = 'acknowledged'")
    .all();
  expect(answered).toEqual([
    { actor: `contact:${canaryId}`, note: expect.stringMatching(/^by link; The canary was received/) },
    { actor: `contact:${canaryId}`, note: expect.stringMatching(/^by link; The canary was received/) },
  ]);
});

test("a mail that is lost is an alarm to everybody by all media, by the doubted channel last, until the next one is in time", async () => {
  const chain = await start();
  chain.isDelivering = false;
  await pass(chain, 3 * minuteMs);
  expect(outcomes(chain)).toEqual(["late"]);
  expect(await kinds(chain)).toEqual(["canary-late"]);
  expect(chain.sms.sent.map(({ address }) => address)).toEqual(["+32470000001"]);
  expect(chain.sms.sent[0]?.subject).toBe("Alarm: mail: test alarm did not arrive");
  expect(chain.other.sent.map(({ address }) => address)).toEqual(["an@example.org"]);
  expect(chain.mail.sent).toHaveLength(1);
  expect(chain.server.server.services.canary.state().isLate).toBe(true);
  // It comes after all: its true time is on record, and nothing is in order by that.
  const [lost] = canaryMails(chain);
  if (lost !== undefined) await chain.mailbox.arrive(lost);
  expect(breaches(chain)[0]).toMatchObject({ outcome: "late", tookMs: expect.any(Number) });
  expect(breaches(chain)[0]?.tookMs).toBeGreaterThan(2 * minuteMs);
  expect(await kinds(chain)).toEqual(["canary-late"]);
  // The next one follows sooner than usual.
  chain.isDelivering = true;
  await pass(chain, 11 * minuteMs);
  expect(outcomes(chain)).toEqual(["late", "in-time"]);
  const { database, clock, metrics } = chain.server.server.services;
  expect(canaryFigures(database, 0, clock.epochMs())).toMatchObject({
    runs: 2,
    inTime: 1,
    late: 1,
    interrupted: 0,
    longestMs: expect.any(Number),
  });
  expect(canaryFigures(database, 0, clock.epochMs()).longestMs).toBe(breaches(chain)[0]?.tookMs);
  const told = await metrics.render();
  expect(told).toContain("coldkeep_canary_late 0\n");
  expect(told).toContain("coldkeep_canary_late_runs 1\n");
  expect(told).toContain("coldkeep_alarms_under_way 1\n");
  const open = await chain.server.call("GET", "/v1/alarms");
  expect(open.json).toMatchObject({ items: [{ kind: "canary-late", phase: "returned-unacknowledged" }] });
  expect(chain.sms.sent.at(-1)?.subject).toMatch(/^Back to normal/);
});

test("by two media it must come in by both: a short message that comes back to one of our channels counts, whatever is said twice or by strangers", async () => {
  const chain = await start(bySms);
  chain.isDelivering = false;
  await pass(chain, 30 * secondMs);
  const [mail] = canaryMails(chain);
  const [message] = chain.sms.sent;
  if (mail === undefined || message === undefined) throw new RangeError("it was not sent");
  const from = "+32 15 00 00 00";
  const came = (text: string, reference: string) =>
    chain.sms.events()?.reply({ channel: "sms-1", from, text, at: 0, reference });
  await came("4711 Canary (test) I have won", "r0");
  await chain.mailbox.arrive(mail, { autoSubmitted: "auto-replied", messageId: "<away@example.org>" });
  await chain.mailbox.arrive(mail, { deliveryStatus: "Action: failed" });
  expect(outcomes(chain)).toEqual([null]);
  expect(breaches(chain)[0]?.ways.map(({ receipt }) => receipt)).toEqual([null, null]);
  await chain.mailbox.arrive(mail, { messageId: "<rewritten-by-a-relay@example.org>" });
  await chain.mailbox.arrive(mail);
  expect(outcomes(chain)).toEqual([null]);
  await came(message.text, "r1");
  await came(message.text, "r2");
  expect(outcomes(chain)).toEqual(["in-time"]);
  expect(breaches(chain)[0]?.ways.map(({ medium, receipt }) => [medium, receipt?.way])).toEqual([
    ["email", "mailbox"],
    ["sms", "reply"],
  ]);
  expect(count(chain, "SELECT count(*) AS n FROM replies")).toBe(1);
});

test("whoever has the message and answers it by its link has received it, and no mailbox is asked for then", async () => {
  const chain = await start(site, ["email"], false);
  const problems = async () =>
    ((await chain.server.call("GET", "/v1/canary")).json as { problems: string[] }).problems;
  expect(await problems()).toEqual([
    expect.stringContaining("Nothing reads the mailbox of canary@example.org"),
  ]);
  chain.isDelivering = false;
  await pass(chain, 20 * secondMs);
  const path = /https:\/\/cold\.example\.org(\/a\/\S+)/.exec(canaryMails(chain)[0]?.text ?? "")?.[1] ?? "";
  const answer = await chain.server.server.web.inject({
    method: "POST",
    url: path,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: "what=robot&minutes=10",
  });
  expect(answer.statusCode).toBe(200);
  expect(breaches(chain)[0]).toMatchObject({ outcome: "in-time", ways: [{ receipt: { way: "answer" } }] });
  expect(await problems()).toEqual([]);
});

test("a restart in the middle of a breach ends it as interrupted, and what comes in later is kept with its time", async () => {
  const chain = await start();
  chain.isDelivering = false;
  await pass(chain, 20 * secondMs);
  const [sent] = canaryMails(chain);
  chain.server = await chain.server.restart();
  running = chain.server;
  chain.server.clock.advance(60 * minuteMs);
  await chain.server.server.start();
  if (sent !== undefined) await chain.mailbox.arrive(sent);
  chain.isDelivering = true;
  await pass(chain, minuteMs);
  expect(outcomes(chain)).toEqual(["interrupted", "in-time"]);
  expect(breaches(chain)[0]?.tookMs).toBeGreaterThan(60 * minuteMs);
  expect(await kinds(chain)).toEqual([]);
  expect(chain.sms.sent).toEqual([]);
});

test("a reading that the door refuses is tried again; a breach that never got in is late", async () => {
  const chain = await start();
  const { web } = chain.server.server;
  const inject = web.inject.bind(web);
  let isRefusing = true;
  Object.assign(web, {
    inject: (options: { url: string }) =>
      isRefusing && options.url === "/v1/batches" ? Promise.reject(new Error("disk full")) : inject(options),
  });
  await pass(chain, 30 * secondMs);
  isRefusing = false;
  await pass(chain, 30 * secondMs);
  expect(outcomes(chain)).toEqual(["in-time"]);
  isRefusing = true;
  await pass(chain, 62 * minuteMs);
  expect(outcomes(chain).slice(0, 2)).toEqual(["in-time", "late"]);
  expect(breaches(chain)[1]).toMatchObject({ takenAt: null, ways: [{ message: null, receipt: null }] });
});

test("a canary that no channel serves calls nobody in its own name: it is late, and that is told", async () => {
  const chain = await start(`${people}canary: { phone: "+32470000099", every: 1h, within: 2m }\n`, ["email"]);
  await pass(chain, 4 * minuteMs);
  expect(outcomes(chain)).toEqual(["late"]);
  expect(await kinds(chain)).toEqual(["canary-late"]);
  const sent = [...chain.mail.sent, ...chain.other.sent];
  expect(sent.map(({ address, subject }) => `${address} ${subject}`)).toEqual([
    "an@example.org Alarm: sms: test alarm did not arrive",
  ]);
  const { json } = await chain.server.call("GET", "/v1/canary");
  expect(json).toMatchObject({
    isWanted: true,
    isLate: true,
    problems: ["No channel of the settings sends short messages."],
  });
});

test("its calls keep none waiting: two alarms of different causes beside it go out at once, each by itself", async () => {
  const chain = await start();
  while (canaryMails(chain).length === 0) await pass(chain, secondMs);
  const at = formatInstant(chain.server.clock.epochMs());
  const events = ["fridge-1", "fridge-2"].map((subject) => ({ kind: "power", subject, at, active: true }));
  const taken = await chain.server.call("POST", "/v1/batches", {
    gateway: "g1",
    sequence: 1,
    readings: [],
    events,
  });
  expect(taken.json).toMatchObject({ events: { accepted: 2 } });
  await settle(chain.server);
  expect(chain.sms.sent.map(({ subject }) => subject.replace(/ since.*/, ""))).toEqual([
    "Alarm: Red cells 1: power lost",
    "Alarm: Red cells 2: power lost",
  ]);
});

test("nothing is stored in it, and nobody else speaks for it", async () => {
  const chain = await start();
  await chain.server.call("PUT", "/v1/units/A999926000001/E0398V00", {});
  const at = formatInstant(chain.server.clock.epochMs());
  const unit = { din: "A999926000001", productCode: "E0398V00", at, reason: "stored" };
  const moved = await chain.server.call("POST", "/v1/movements", { ...unit, appliance: canaryId });
  expect(moved.status).toBe(422);
  const batch = { gateway: canaryId, sequence: 1, readings: [{ probe: canaryId, at, celsius: 4 }] };
  expect((await chain.server.call("POST", "/v1/batches", batch)).json).toMatchObject({
    code: "auth.gateway",
  });
});
