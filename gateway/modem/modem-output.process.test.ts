import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { persistentUse } from "@coldkeep/core/gsm/modem-state.ts";
import type { ModemFault } from "@coldkeep/core/gsm-sim/simulated-modem.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import type { CallOutcome, CallOutput, LocalCall } from "../calls/call-output.ts";
import { counters as makeCounters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import { modemLine } from "../rig/modem-line.ts";
import { wakeBell } from "../rig/wake-bell.ts";
import { openSerialLine } from "../serial/serial-line.ts";
import { modemOutput } from "./modem-output.ts";

let ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
});

const phone = "+32470123456";

function world(path: string) {
  const bell = wakeBell();
  // Both ends of the line live in this process, whose loop sleeps over what the one end has said until something else wakes it.
  const heartbeat = setInterval(bell.ring, 20);
  ending.push(() => clearInterval(heartbeat));
  const counters = makeCounters();
  const heard: { id: string; to: string; outcome: CallOutcome }[] = [];
  const output: CallOutput = modemOutput({
    id: "modem",
    path,
    baudRate: 115_200,
    numbers: [phone],
    rules: { pin: "0042", serviceCentre: null, mode: "pdu", reportWaitMs: 60_000, ...persistentUse },
    pauseMaxMs: 100,
    openLine: openSerialLine,
    powerCut: null,
    clock: systemClock,
    random: () => 0.5,
    counters,
    log: silentLog,
  });
  output.start();
  ending.push(output.stop);
  const call = (id: string, more: Partial<LocalCall> = {}): void =>
    output.call({ id, text: `${id}: 8.2 °C`, to: [], expiresAfter: 600_000, ...more }, (outcome, to) => {
      heard.push({ id, to, outcome });
      bell.ring();
    });
  const kinds = (id: string): string[] =>
    heard.filter((one) => one.id === id).map(({ outcome }) => outcome.kind);
  return { bell, counters, output, call, kinds, heard };
}

const never = (): ModemFault | null => null;

describe("a modem on a real pseudo-terminal", () => {
  test("a call becomes a message that arrives; the same call again is told its end", async () => {
    const modem = modemLine({ fault: never, pin: "0042", deliveryMs: 50 });
    ending.push(modem.line.close);
    const { bell, call, kinds, output } = world(modem.line.path);
    call("fridge-1");
    await bell.until(() => kinds("fridge-1").includes("delivered"));
    expect(modem.taken.map(({ to, text }) => [to, text])).toEqual([[phone, "fridge-1: 8.2 °C"]]);
    expect(kinds("fridge-1")).toEqual(["started", "sent", "delivered"]);
    expect(output.status()).toMatchObject({ ready: true, waiting: 0, details: { operator: "Sim Mobile" } });
    call("fridge-1");
    expect(kinds("fridge-1")).toEqual(["started", "sent", "delivered", "delivered"]);
    expect(modem.taken).toHaveLength(1);
  });

  test("a long call to two numbers, with noise in every answer", async () => {
    const noise = "\r\n+CREG: 1\r\n\u0000\u00ff\r\nRING\r\n";
    const fault = (nth: number): ModemFault | null => (nth % 3 === 1 ? { kind: "noise", text: noise } : null);
    const modem = modemLine({ fault, pin: "0042", deliveryMs: 50 });
    ending.push(modem.line.close);
    const { bell, call, heard } = world(modem.line.path);
    const text = "température élevée ".repeat(20);
    call("long", { text, to: [phone, "+32470999999"] });
    const delivered = () => heard.filter(({ outcome }) => outcome.kind === "delivered").map(({ to }) => to);
    await bell.until(() => delivered().length === 2);
    expect(delivered()).toEqual([phone, "+32470999999"]);
    for (const to of delivered())
      expect(
        modem.taken
          .filter((one) => one.to === to)
          .map((one) => one.text)
          .join(""),
      ).toBe(text);
  });

  test("a modem that is pulled out within a message and comes back elsewhere: the message is repeated and says so", async () => {
    const links = mkdtempSync(join(tmpdir(), "coldkeep-modem-"));
    ending.push(() => rmSync(links, { recursive: true }));
    const path = join(links, "by-id");
    let pull: () => void = () => {};
    const before = modemLine({
      fault: (_, text) => (text.startsWith("00") ? { kind: "mute" } : null),
      taken: () => pull(),
      pin: "0042",
    });
    const after = modemLine({ fault: never, pin: "0042", deliveryMs: 50 });
    ending.push(after.line.close);
    symlinkSync(before.line.path, path);
    pull = () => {
      unlinkSync(path);
      symlinkSync(after.line.path, path);
      before.line.close();
    };
    const { bell, call, kinds, heard, counters } = world(path);
    call("fridge-1");
    await bell.until(() => kinds("fridge-1").includes("delivered"));
    expect(before.taken.map(({ text }) => text)).toEqual(["fridge-1: 8.2 °C"]);
    expect(after.taken.map(({ text }) => text)).toEqual(["[2] fridge-1: 8.2 °C"]);
    expect(heard.find(({ outcome }) => outcome.kind === "sent")?.outcome).toMatchObject({ repeated: true });
    expect(counters.of("source.closed")).toBe(1);
  });

  test("what has not gone out when the gateway stops has ended", async () => {
    const { call, kinds, output, heard } = world("/dev/coldkeep-there-is-no-such-line");
    call("fridge-1");
    expect(output.status()).toMatchObject({ ready: false, trouble: "modem.line-closed", waiting: 1 });
    await output.stop();
    expect(kinds("fridge-1")).toEqual(["expired"]);
    expect(heard[0]?.outcome).toMatchObject({ code: "modem.stopped" });
  });
});
