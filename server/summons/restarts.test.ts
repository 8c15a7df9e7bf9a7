/** What a restart must not lose, repeat, or send out long after its time, on the real records under a virtual clock. */
import { dirname } from "node:path";
import { afterEach, expect, test } from "vitest";
import { giveUpAfterMs } from "@coldkeep/core/summons/delivery.ts";
import { type DurationMs, hourMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Channel } from "../channels/channel.ts";
import { askAfterStartMs } from "../notify/dispatcher.ts";
import { replay } from "../replay/replay.ts";
import { type FakeChannel, fakeChannel } from "../testing/fake-channel.ts";
import { exampleSite, type TestServer, testServer } from "../testing/test-server.ts";

const site = `${exampleSite.slice(0, exampleSite.indexOf("contacts:"))}
contacts:
  - { id: an, name: An Peeters, email: an@example.org, phone: "+32470000001" }
policies:
  - { id: standard, deliverWithin: 2m, steps: [ { call: [ { contact: an } ], by: [sms] } ] }
`;

let running: TestServer | null = null;
afterEach(async () => {
  const server = running;
  running = null;
  if (server === null) return;
  expect(replay(server.server.services.database, () => undefined).differing).toEqual([]);
  await server.stop();
});

async function start(channels: readonly Channel[], before?: TestServer, laterMs = 0): Promise<TestServer> {
  const heads = { mailTo: ["archive@example.org"] };
  const options = { site, channels, heads, publicUrl: "https://cold.example.org" };
  const server =
    before === undefined
      ? await testServer(options)
      : await testServer({
          ...options,
          folder: dirname(before.data),
          start: before.clock.epochMs() + laterMs,
          sequence: 1_000_000,
        });
  running = server;
  await server.server.start();
  return server;
}

/** Waits until what was begun in this moment is done. */
async function settle(server: TestServer): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    server.clock.advance(0);
  }
}

/** Lets time pass, second by second, with a reading of the first refrigerator each minute. */
async function pass(server: TestServer, length: DurationMs, celsius: number): Promise<void> {
  for (let done = 0; done < length; done += secondMs) {
    if (done % minuteMs === 0) await server.post("p1", [{ at: server.clock.epochMs(), celsius }]);
    server.clock.advance(secondMs);
    await settle(server);
  }
}

async function untilSent(server: TestServer, channel: FakeChannel): Promise<void> {
  for (let minute = 0; minute < 20 && channel.sent.length === 0; minute += 1) await pass(server, minuteMs, 9);
  expect(channel.sent).toHaveLength(1);
}

const outcomes = ({ server }: TestServer): unknown[] =>
  server.services.database
    .prepare("SELECT outcome FROM deliveries WHERE summons IS NOT NULL ORDER BY number")
    .all()
    .map(({ outcome }) => outcome);
const marks = ({ server }: TestServer): unknown =>
  server.services.database.prepare("SELECT count(*) AS n FROM sends_in_hand").get()?.["n"];

test.each([
  ["at once", 0],
  ["after its report was overdue", hourMs],
])(
  "what a provider had before a restart is asked about again, and not sent by another way: %s",
  async (_when, laterMs) => {
    const sms = fakeChannel("sms-1", "sms");
    const modem = fakeChannel("modem", "sms");
    const mail = fakeChannel("mail", "email");
    sms.treat = () => "lose";
    const before = await start([sms, modem, mail]);
    await untilSent(before, sms);
    await before.server.stop();
    sms.treat = () => "accept";
    const asked: string[] = [];
    const asking: Channel = {
      ...sms,
      takeUp: (references) => {
        asked.push(...references);
        for (const reference of references)
          void sms.events()?.report({ channel: "sms-1", reference, isDelivered: true, reason: null, at: 0 });
      },
    };
    const after = await start([asking, modem, mail], before, laterMs);
    await pass(after, 3 * minuteMs, 9);
    expect(asked).toEqual(["sms-1-1"]);
    expect(outcomes(after)[0]).toBe("delivered");
    expect(modem.sent).toHaveLength(0);
  },
);

test("a provider that knows nothing after a restart is gone round once it had the time to say so", async () => {
  const first = fakeChannel("sms-1", "sms");
  const modem = fakeChannel("modem", "sms");
  first.treat = () => "lose";
  const before = await start([first, modem]);
  await untilSent(before, first);
  await before.server.stop();
  const after = await start([{ ...first, takeUp: () => undefined }, modem], before, hourMs);
  await pass(after, askAfterStartMs - 2 * secondMs, 9);
  expect(modem.sent).toHaveLength(0);
  await pass(after, 5 * secondMs, 9);
  expect(modem.sent).toHaveLength(1);
});

test("no mark of a send outlives its message: answered while it is in hand, or left by older records", async () => {
  const sms = fakeChannel("sms-1", "sms");
  sms.treat = () => "hang";
  const server = await start([sms]);
  await untilSent(server, sms);
  expect(marks(server)).toBe(1);
  const { json } = await server.call("GET", "/v1/alarms");
  const [alarm] = (json as { items: { id: string }[] }).items;
  await server.call("POST", `/v1/alarms/${alarm?.id ?? ""}/acknowledge`, {
    by: "An",
    promise: { what: "moving them", withinMinutes: 30 },
  });
  await pass(server, 2 * minuteMs, 9);
  expect(outcomes(server)).toEqual(["withdrawn"]);
  expect(marks(server)).toBe(0);
  const { database } = server.server.services;
  const leave = database.prepare(
    "INSERT INTO sends_in_hand (delivery, channel, started_at) VALUES (?, 'sms-1', 0)",
  );
  leave.run(String(database.prepare("SELECT id FROM deliveries WHERE summons IS NOT NULL").get()?.["id"]));
  leave.run("a-message-of-nobody");
  await server.server.stop();
  expect(marks(await start([sms], server))).toBe(0);
});

test("a server that gets its first channel calls about what is still on now, and tells nothing of long ago", async () => {
  const before = await start([]);
  await pass(before, 6 * minuteMs, 9);
  await pass(before, 16 * minuteMs, 4);
  const over = outcomes(before).length;
  expect(over).toBeGreaterThan(0);
  await pass(before, 6 * minuteMs, 9);
  await before.server.stop();
  const sms = fakeChannel("sms-1", "sms");
  const mail = fakeChannel("mail", "email");
  const after = await start([sms, mail], before, 60 * giveUpAfterMs);
  await pass(after, minuteMs, 9);
  expect(outcomes(after).slice(0, over)).toEqual(Array.from({ length: over }, () => "given-up"));
  expect(sms.sent.map(({ subject }) => subject)).toEqual([
    "Alarm: Red cells 1: found late: unmonitored for 60 d 0 h",
    "Still on: Red cells 1: 9.0 °C above 6.0 °C since 22 Nov 01:21",
  ]);
  expect(mail.sent.map(({ address }) => address)).toContain("archive@example.org");
});
