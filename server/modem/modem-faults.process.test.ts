/** A modem on a real pseudo-terminal that fails at the n-th thing it is told, for every n of a send: the longer sweeps are in core/gsm and gsm-modem-channel.test.ts. */
import type { ModemFault } from "@coldkeep/core/gsm-sim/simulated-modem.ts";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { expect, test } from "vitest";
import type { DeliveryReport, OutgoingMessage, SendResult } from "../channels/channel.ts";
import { mayHaveBeenTaken } from "../channels/may-have-been-taken.ts";
import { steppedModem } from "../testing/stepped-modem.ts";
import { type SteppedTime, steppedTime } from "../testing/stepped-time.ts";
import { testStart } from "../testing/test-server.ts";
import { gsmModemChannel, sendEndsWithinMs } from "./gsm-modem-channel.ts";
import { gsmModemSettingsSchema } from "./gsm-modem-settings.ts";
import { phone } from "./modem-world.ts";

/** Things that a modem is told from its start until a message has gone out. */
const commandsOfSend = 20;

/** How long a modem may take to be of use again: its resets and what lies between them. */
const backWithinMs = 6 * minuteMs;

interface World {
  readonly line: ReturnType<typeof steppedModem>;
  readonly time: SteppedTime;
  readonly channel: ReturnType<typeof gsmModemChannel>;
  readonly reports: readonly DeliveryReport[];
  readonly send: (id: string, isRepeat?: boolean) => Promise<SendResult>;
  readonly close: () => Promise<void>;
}

function worldOf(fault: (nth: number) => ModemFault | null): World {
  const clock = virtualClock(testStart);
  const line = steppedModem({ clock, firstReference: 254, fault });
  const time = steppedTime(clock, line.isQuiet);
  const reports: DeliveryReport[] = [];
  const channel = gsmModemChannel({
    settings: gsmModemSettingsSchema.parse({ id: "modem", kind: "gsm-modem", path: line.path }),
    openLine: line.openLine,
    clock,
    random: () => 0.5,
    warn: () => {},
  });
  channel.start({
    report: async (report) => void reports.push(report),
    reply: async () => {},
    status: () => {},
  });
  return {
    line,
    time,
    channel,
    reports,
    send: (id, isRepeat = false) => {
      const message: OutgoingMessage = {
        id,
        isRepeat,
        address: phone,
        subject: id,
        text: id,
        language: "en",
        thread: null,
        urgency: "critical",
        attachments: [],
      };
      return time.until(channel.send(message, new AbortController().signal), sendEndsWithinMs);
    },
    close: async () => {
      await channel.stop();
      line.close();
    },
  };
}

test.concurrent.each<[string, ModemFault]>([
  ["hangs", { kind: "hang", forMs: 2 * minuteMs }],
  ["takes it and says nothing", { kind: "mute" }],
  ["answers after 30 s", { kind: "late", byMs: 30 * secondMs }],
  ["starts anew", { kind: "restart", silent: false }],
  ["starts anew without a word", { kind: "restart", silent: true }],
  ["has no network", { kind: "refuse", line: "+CMS ERROR: 38" }],
  ["has a busy SIM", { kind: "refuse", line: "+CMS ERROR: 314" }],
  ["knows no reason", { kind: "refuse", line: "+CMS ERROR: 500" }],
  ["says other things in between", { kind: "noise", text: '\r\n+CREG: 1\r\nRING\r\n+CMTI: "SM",3\r\n' }],
  ["says rubbish, as at a wrong speed", { kind: "instead", text: "\u0000\u007f~\u0001x\u0000\u0007~~" }],
  ["says each character twice", { kind: "instead", text: "\r\r\n\nOOKK\r\r\n\n" }],
])("a modem that %s, whenever it does", { timeout: 200_000 }, async (_what, fault) => {
  for (let bad = 0; bad < commandsOfSend; bad += 1) {
    const world = worldOf((nth) => (nth === bad ? fault : null));
    const first = await world.send("one");
    const told = `at ${bad}: ${JSON.stringify(first)}`;
    await world.time.advance(backWithinMs);
    expect(world.channel.status().isWorking, told).toBe(true);
    const texts = (): string[] => world.line.modem.taken.map(({ text }) => text);
    // What was not sent for certain never went out; what may have been is marked the second time.
    if (!first.ok) {
      if (!mayHaveBeenTaken(first)) expect(texts(), told).toEqual([]);
      expect((await world.send("one")).ok, told).toBe(true);
      expect(texts().at(-1), told).toBe(mayHaveBeenTaken(first) ? "[2] one" : "one");
    }
    expect((await world.send("two")).ok, told).toBe(true);
    await world.time.advance(minuteMs);
    expect(new Set(texts()).size, told).toBe(texts().length);
    expect(texts(), told).toContain("two");
    expect(
      world.reports.every(({ isDelivered }) => isDelivered),
      told,
    ).toBe(true);
    // A report that could be of two tries proves neither: of the second message it is always known.
    expect(world.reports.length, told).toBeGreaterThanOrEqual(1);
    await world.close();
  }
});

test("a modem that is put into another socket comes back under another device by the same name", async () => {
  const world = worldOf(() => null);
  expect((await world.send("one")).ok).toBe(true);
  world.line.unplug();
  await world.time.advance(minuteMs);
  expect(world.channel.status()).toMatchObject({ isWorking: false, facts: { trouble: "modem.line-closed" } });
  expect(await world.send("two")).toMatchObject({ ok: false, code: "modem.line-closed" });
  world.line.plug();
  await world.time.advance(2 * minuteMs);
  expect(world.channel.status().isWorking).toBe(true);
  expect((await world.send("two")).ok).toBe(true);
  expect(world.line.modem.taken.map(({ text }) => text)).toEqual(["one", "two"]);
  await world.close();
});
