import { describe, expect, test } from "vitest";
import { bench, phone } from "../gsm-sim/modem-bench.ts";
import type { ModemFault, SimulatedModemParts } from "../gsm-sim/simulated-modem.ts";
import { messagesMax, unknownTriesMax } from "./modem-state.ts";
import { troubleOf } from "./setup.ts";

describe("a modem that works", () => {
  test("takes a message and tells that it arrived", () => {
    const { clock, modem, send, kinds, state } = bench();
    send("Fridge 1 is at 8.2 °C");
    clock.advance(20_000);
    expect(modem.taken.map(({ to, text }) => [to, text])).toEqual([[phone, "Fridge 1 is at 8.2 °C"]]);
    expect(kinds("Fridge 1 is at 8.2 °C")).toEqual(["started", "sent", "delivered"]);
    expect(state().facts).toMatchObject({
      signal: -79,
      operator: "Sim Mobile",
      registration: 1,
      reports: "direct",
    });
    expect(troubleOf(state())).toBeNull();
  });

  test("a long message is delivered when all its parts are", () => {
    const { clock, modem, send, kinds, outcomes } = bench();
    send("long", "é".repeat(400));
    clock.advance(20_000);
    expect(modem.taken.map(({ partOf }) => partOf?.part)).toEqual([1, 2, 3]);
    expect(modem.taken.map(({ text }) => text).join("")).toBe("é".repeat(400));
    expect(kinds("long")).toEqual(["started", "sent", "delivered"]);
    expect(outcomes.at(-1)?.atMs).toBeGreaterThanOrEqual(modem.taken.at(-1)?.at ?? Infinity);
  });

  test.each([
    ["by way of its memory", { reports: "stored" as const }, ["started", "sent", "delivered"]],
    ["not at all", { reports: "none" as const }, ["started", "sent"]],
    ["in text mode", { textModeOnly: true }, ["started", "sent", "delivered"]],
    [
      "in text mode, stored",
      { textModeOnly: true, reports: "stored" as const },
      ["started", "sent", "delivered"],
    ],
    ["that it failed", { status: 0x46 }, ["started", "sent", "failed modem.not-delivered"]],
    ["that nobody knows", { status: 1 }, ["started", "sent", "expired modem.delivery-unconfirmed"]],
    ["that the network still tries", { status: 0x20 }, ["started", "sent"]],
    [
      "before it numbers the message",
      { fault: () => ({ kind: "early-report" }) as const },
      ["started", "sent", "delivered"],
    ],
  ])("tells reports %s", (_, more, told) => {
    const { clock, send, kinds, modem } = bench(more);
    send("a", "Deur open: kühl?");
    clock.advance(30_000);
    expect(modem.taken).toHaveLength(1);
    expect(modem.taken[0]?.text).toBe("Deur open: kühl?");
    expect(kinds("a")).toEqual(told);
  });

  test("the PIN is entered once, never again where it was wrong", () => {
    const right = bench({ pin: "0042", rules: { pin: "0042" } });
    right.send("a");
    right.clock.advance(60_000);
    expect([right.kinds("a").at(-1), right.modem.pins]).toEqual(["delivered", ["0042"]]);
    const wrong = bench({ pin: "0042", rules: { pin: "1111" }, reopenAfterMs: 1_000 });
    wrong.send("a");
    wrong.clock.advance(120_000);
    wrong.reopen();
    wrong.clock.advance(900_000);
    expect(wrong.modem.pins).toEqual(["1111"]);
    expect(troubleOf(wrong.state())).toBe("modem.pin-refused");
    expect(wrong.kinds("a")).toEqual(["expired modem.not-sent-in-time"]);
  });

  test("a PIN that was right is entered again after the modem lost its power", () => {
    const fault = (nth: number): ModemFault | null =>
      nth === 30 ? { kind: "restart", silent: false } : null;
    const { clock, modem, send, kinds } = bench({ pin: "0042", rules: { pin: "0042" }, fault });
    clock.advance(120_000);
    send("a");
    clock.advance(60_000);
    expect([modem.pins, kinds("a").at(-1)]).toEqual([["0042", "0042"], "delivered"]);
  });

  test("the same id to the same number is the same message", () => {
    const { clock, modem, send } = bench();
    send("a", "x");
    send("a", "x");
    send("a", "x", 600_000, "+32470999999");
    clock.advance(30_000);
    expect(modem.taken.map(({ to }) => to)).toEqual([phone, "+32470999999"]);
  });

  test("more than the queue holds, a number that is none and a text that is too long end at once", () => {
    const { send, kinds, step } = bench();
    for (let n = 0; n <= messagesMax; n += 1) send(`m${n}`);
    expect(kinds(`m${messagesMax}`)).toEqual(["failed modem.queue-full"]);
    step({ kind: "stop" });
    expect(kinds("m0")).toEqual(["expired modem.stopped"]);
    const other = bench();
    other.send("a", "x", 1_000, "112");
    other.send("b", "世".repeat(2_000));
    expect([other.kinds("a"), other.kinds("b")]).toEqual([
      ["failed modem.number-invalid"],
      ["failed modem.text-too-long"],
    ]);
  });

  test("a message that was withdrawn before it went out does not go out", () => {
    const { clock, modem, send, step, kinds } = bench();
    send("a");
    step({ kind: "withdraw", id: "a" });
    clock.advance(30_000);
    expect([modem.taken, kinds("a")]).toEqual([[], ["expired modem.withdrawn"]]);
  });
});

describe("a modem that does not", () => {
  /** The fault at the first command or text that holds `word`. */
  const once = (word: string, fault: ModemFault): SimulatedModemParts["fault"] => {
    let done = false;
    return (_, text) => {
      if (done || !text.includes(word)) return null;
      done = true;
      return fault;
    };
  };

  test("network out of order: it is tried again, unmarked", () => {
    const { clock, modem, send, kinds } = bench({
      fault: once("0011", { kind: "refuse", line: "+CMS ERROR: 38" }),
    });
    // A status report is asked for: the first octet is 31.
    send("a");
    clock.advance(60_000);
    expect(modem.taken.map(({ text }) => text)).toEqual(["a"]);
    expect(kinds("a").at(-1)).toBe("delivered");
    const refused = bench({ fault: once("0031", { kind: "refuse", line: "+CMS ERROR: 38" }) });
    refused.send("a");
    refused.clock.advance(60_000);
    expect(refused.modem.taken.map(({ text }) => text)).toEqual(["a"]);
    expect(refused.counts).toContain("modem.refused");
    expect(refused.kinds("a")).toEqual(["started", "sent", "delivered"]);
  });

  test("an unassigned number is not tried again", () => {
    const { clock, send, kinds } = bench({
      fault: (_, text) => (text.startsWith("00") ? { kind: "refuse", line: "+CMS ERROR: 1" } : null),
    });
    send("a");
    clock.advance(60_000);
    expect(kinds("a")).toEqual(["started", "failed modem.message-refused"]);
  });

  test("no network: it waits, and expires in its time", () => {
    const { clock, send, kinds, state } = bench({
      fault: once("AT", { kind: "no-network", forMs: 10_000_000 }),
    });
    send("a", "a", 120_000);
    clock.advance(119_000);
    expect([kinds("a"), troubleOf(state())]).toEqual([[], "modem.no-network"]);
    clock.advance(1_000);
    expect(kinds("a")).toEqual(["expired modem.not-sent-in-time"]);
  });

  test.each([
    ["hangs within the message", { kind: "hang", forMs: 10_000_000 }],
    ["takes it and says nothing", { kind: "mute" }],
    ["starts anew in place of an answer", { kind: "restart", silent: false }],
    ["starts anew without a word", { kind: "restart", silent: true }],
    ["cannot say whether it went", { kind: "refuse", line: "+CMS ERROR: 332" }],
  ] as const)("%s: the message is repeated and says so", (_, fault) => {
    const { clock, modem, send, kinds, outcomes } = bench({ fault: once("0031", fault) });
    send("a", "Freezer 2");
    clock.advance(400_000);
    expect(modem.taken.at(-1)?.text).toBe("[2] Freezer 2");
    expect(kinds("a")).toEqual(["started", "sent", "delivered"]);
    expect(outcomes.find(({ outcome }) => outcome.kind === "sent")?.outcome).toMatchObject({
      repeated: true,
    });
  });

  test("one that answers no text at all fails the message after its tries, each marked", () => {
    const { clock, modem, send, kinds } = bench({
      fault: (_, text) => (text.startsWith("00") ? { kind: "mute" } : null),
    });
    send("a", "Freezer 2", 3_600_000);
    clock.advance(3_600_000);
    expect(modem.taken.map(({ text }) => text)).toEqual(["Freezer 2", "[2] Freezer 2", "[3] Freezer 2"]);
    expect(modem.taken).toHaveLength(unknownTriesMax);
    expect(kinds("a")).toEqual(["started", "failed modem.outcome-unknown"]);
  });

  test("one that never answers is reset softly, then hard, then its line is opened anew, again and again", () => {
    const { clock, send, kinds, counts, state } = bench({
      fault: () => ({ kind: "hang", forMs: 10_000_000 }),
    });
    send("a", "a", 300_000);
    clock.advance(300_000);
    expect(kinds("a")).toEqual(["expired modem.not-sent-in-time"]);
    expect([...new Set(counts)]).toEqual([
      "modem.timeout",
      "modem.reset-soft",
      "modem.reset-hard",
      "modem.reopened",
    ]);
    expect(counts.filter((code) => code === "modem.reopened").length).toBeGreaterThan(1);
    expect(troubleOf(state())).not.toBeNull();
  });

  test("one that hangs at the same command of each setup is reset as well", () => {
    const { clock, counts } = bench({ fault: (_, text) => (text === "AT+CPIN?" ? { kind: "mute" } : null) });
    clock.advance(300_000);
    expect(counts).toContain("modem.reset-hard");
  });

  test("answers that come late are not taken for others", () => {
    for (const byMs of [4_000, 5_500, 9_000, 20_000, 45_000]) {
      const { clock, modem, send, kinds } = bench({
        fault: (nth) => (nth % 29 === 13 ? { kind: "late", byMs } : null),
      });
      send("a", "a", 900_000);
      clock.advance(1_600_000);
      expect(kinds("a").at(-1)).toBe("delivered");
      expect(new Set(modem.taken.map(({ text }) => text)).size).toBe(modem.taken.length);
    }
  });

  test("one that forgot in silence what it was told is told again", () => {
    const { clock, send, kinds, counts } = bench({
      fault: once("AT+COPS?", { kind: "restart", silent: true }),
    });
    clock.advance(60_000);
    send("a");
    clock.advance(60_000);
    expect(kinds("a").at(-1)).toBe("delivered");
    expect(counts).toContain("modem.timeout");
  });

  test("what is being handed over when its time ends is let be", () => {
    const { clock, modem, send, kinds } = bench({ fault: once("0031", { kind: "late", byMs: 30_000 }) });
    send("a", "a", 10_000);
    clock.advance(60_000);
    expect([modem.taken.length, kinds("a")]).toEqual([1, ["started", "sent", "delivered"]]);
  });

  test("a lost status report ends the message in its time", () => {
    const { clock, send, kinds } = bench({ fault: once("0031", { kind: "no-report" }) });
    send("a");
    clock.advance(600_000);
    expect(kinds("a")).toEqual(["started", "sent"]);
    clock.advance(30_000);
    expect(kinds("a")).toEqual(["started", "sent", "expired modem.report-missing"]);
  });

  test("a line that goes away in the middle of a message is one more way not to know", () => {
    const { clock, modem, send, reopen, kinds } = bench({
      fault: once("0031", { kind: "late", byMs: 30_000 }),
    });
    send("a", "x");
    clock.advance(5_000);
    expect(modem.taken).toHaveLength(1);
    reopen();
    clock.advance(60_000);
    expect(modem.taken.map(({ text }) => text)).toEqual(["x", "[2] x"]);
    expect(kinds("a").at(-1)).toBe("delivered");
  });
});
