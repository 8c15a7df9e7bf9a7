import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ModemFault, type SimulatedModemParts, simulatedModem } from "../gsm-sim/simulated-modem.ts";
import { virtualClock } from "../time/virtual-clock.ts";
import type { Cancel } from "../time/clock.ts";
import { atSplitter, type AtToken } from "./at-lines.ts";
import { nextWakeMs, noModem, stepModem } from "./modem.ts";
import {
  messagesMax,
  type MessageOutcome,
  type ModemInput,
  type ModemRules,
  unknownTriesMax,
} from "./modem-state.ts";
import { endsWithinMs } from "./outgoing.ts";
import { troubleOf } from "./setup.ts";

const phone = "+32470123456";
const standard: ModemRules = { pin: null, serviceCentre: null, mode: "pdu", reportWaitMs: 600_000 };

/** The dialogue against a simulated modem under a virtual clock. `chunk` says how many bytes of the modem come at a time. */
function bench(
  more: Partial<SimulatedModemParts> & {
    rules?: Partial<ModemRules>;
    chunk?: () => number;
    reopenAfterMs?: number;
  } = {},
) {
  const clock = virtualClock(1_790_000_000_000);
  const rules = { ...standard, ...more.rules };
  const outcomes: { id: string; to: string; atMs: number; outcome: MessageOutcome }[] = [];
  const counts: string[] = [];
  const written: string[] = [];
  let state = noModem(rules);
  let splitter = atSplitter();
  let cancel: Cancel = () => {};
  const queue: ModemInput[] = [];
  let busy = false;
  const step = (input: ModemInput): void => {
    queue.push(input);
    if (busy) return;
    busy = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const stepped = stepModem(rules, state, next, clock.monotonicMs());
      state = stepped.state;
      for (const effect of stepped.effects) {
        if (effect.kind === "write") {
          written.push(effect.text);
          modem.hear(effect.text);
        } else if (effect.kind === "reset") modem.reset(effect.active);
        else if (effect.kind === "outcome") outcomes.push({ ...effect, atMs: clock.monotonicMs() });
        else if (effect.kind === "count") counts.push(effect.code);
        else if (effect.kind === "reopen") reopen();
      }
    }
    busy = false;
    cancel();
    const wakeMs = nextWakeMs(state);
    if (wakeMs !== null)
      cancel = clock.after(Math.max(1, wakeMs - clock.monotonicMs()), () => step({ kind: "tick" }));
  };
  const reopen = (): void => {
    step({ kind: "closed" });
    clock.after(more.reopenAfterMs ?? 5_000, () => {
      splitter = atSplitter();
      step({ kind: "opened" });
    });
  };
  const modem = simulatedModem({
    clock,
    fault: () => null,
    ...more,
    say: (text) => {
      const bytes = Buffer.from(text, "latin1");
      const size = more.chunk?.() ?? bytes.length;
      for (let place = 0; place < bytes.length; place += size)
        for (const token of splitter.push(bytes.subarray(place, place + size)).tokens)
          step({ kind: "heard", token });
    },
  });
  step({ kind: "opened" });
  const send = (id: string, text = id, expiresInMs = 600_000, to = phone): void =>
    step({ kind: "send", id, to, text, expiresInMs });
  const kinds = (id: string): string[] =>
    outcomes
      .filter((one) => one.id === id)
      .map(({ outcome }) => ("code" in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind));
  return { clock, modem, send, step, kinds, outcomes, counts, written, reopen, state: () => state };
}

const isEnd = (outcome: MessageOutcome): boolean =>
  outcome.kind === "sent" ? outcome.final : outcome.kind !== "started";

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

const noise = fc.constantFrom(
  "\r\n+CREG: 1\r\n",
  "\r\nRING\r\n",
  "\u0000\u00ff~~\r\n",
  "OK",
  '\r\n+CMTI: "SM",3\r\n',
  "\r\n^BOOT:9140,0\r\n",
  "\r\n> ",
  "+CDS: 25\r\n",
);
const fault: fc.Arbitrary<ModemFault | null> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(null) },
  fc.record({ kind: fc.constant("hang" as const), forMs: fc.integer({ min: 100, max: 400_000 }) }),
  fc.record({ kind: fc.constant("late" as const), byMs: fc.integer({ min: 100, max: 65_000 }) }),
  fc.record({
    kind: fc.constant("refuse" as const),
    line: fc.constantFrom(
      "ERROR",
      "+CMS ERROR: 38",
      "+CMS ERROR: 332",
      "+CME ERROR: 14",
      "+CMS ERROR: 1",
      "+CME ERROR: SIM busy",
    ),
  }),
  fc.constant({ kind: "mute" as const }),
  fc.record({ kind: fc.constant("noise" as const), text: noise }),
  fc.record({ kind: fc.constant("restart" as const), silent: fc.boolean() }),
  fc.record({ kind: fc.constant("no-network" as const), forMs: fc.integer({ min: 100, max: 400_000 }) }),
  fc.constant({ kind: "no-report" as const }),
  fc.constant({ kind: "early-report" as const }),
);

describe("any faults in any order", () => {
  const story = fc.record({
    faults: fc.array(fault, { maxLength: 80 }),
    reports: fc.constantFrom("direct" as const, "stored" as const, "none" as const),
    textModeOnly: fc.boolean(),
    sends: fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 120_000 }),
        lifeMs: fc.integer({ min: 1_000, max: 900_000 }),
        long: fc.boolean(),
        reopen: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  });

  test("each message ends once and in its time, and no text goes out twice unmarked", () => {
    fc.assert(
      fc.property(story, ({ faults, reports, textModeOnly, sends }) => {
        const { clock, modem, send, outcomes, reopen, step } = bench({
          fault: (nth) => faults[nth] ?? null,
          reports,
          textModeOnly,
        });
        const limits = new Map<string, number>();
        for (const [index, { waitMs, lifeMs, long, reopen: pulled }] of sends.entries()) {
          clock.advance(waitMs);
          const id = `m${index}`;
          send(id, `${id} alarm `.repeat(long ? 25 : 1), lifeMs);
          limits.set(id, clock.monotonicMs() + lifeMs + endsWithinMs + standard.reportWaitMs);
          if (pulled) reopen();
        }
        const long = (id: string): boolean => sends[Number(id.slice(1))]?.long === true;
        clock.advance(4_000_000);
        step({ kind: "tick" });
        for (const [id, limit] of limits) {
          const ends = outcomes.filter((one) => one.id === id && isEnd(one.outcome));
          expect(ends).toHaveLength(1);
          expect(ends[0]?.atMs ?? Infinity).toBeLessThanOrEqual(limit);
          expect(outcomes.findLast((one) => one.id === id)).toBe(ends[0]);
        }
        const texts = modem.taken.map(({ text, partOf }) => `${partOf?.reference ?? ""} ${text}`);
        expect(new Set(texts).size).toBe(texts.length);
        for (const { id, outcome } of outcomes)
          if (outcome.kind === "expired" && outcome.code === "modem.not-sent-in-time" && !long(id))
            expect(modem.taken.filter(({ text }) => text.includes(`${id} `))).toEqual([]);
        for (const { id, outcome } of outcomes)
          if (outcome.kind === "delivered" || outcome.kind === "sent")
            expect(modem.taken.some(({ text }) => text.includes(`${id} `))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("however the modem's bytes are cut, the dialogue is the same", () => {
    fc.assert(
      fc.property(
        story,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        ({ faults, reports, sends }, sizes) => {
          const run = (chunk?: () => number) => {
            const one = bench({
              fault: (nth) => faults[nth] ?? null,
              reports,
              ...(chunk === undefined ? {} : { chunk }),
            });
            for (const [index, { waitMs, lifeMs }] of sends.entries()) {
              one.clock.advance(waitMs);
              one.send(`m${index}`, "x", lifeMs);
            }
            one.clock.advance(1_000_000);
            return { outcomes: one.outcomes, written: one.written, counts: one.counts };
          };
          let turn = 0;
          expect(run(() => sizes[turn++ % sizes.length] ?? 1)).toEqual(run());
        },
      ),
      { numRuns: 60 },
    );
  });

  test("no bytes make the dialogue fail", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "OK",
        "ERROR",
        "+CDS: 25",
        "+CMGS: 300",
        '+CDSI: "SR",99999999',
        "+CREG: ,",
        "+CNMI: ",
        "+CPIN: ",
        "+COPS:",
        "0006D60B911326880736F4111011719551401110117195714000",
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.constant(null))), (lines) => {
        const rules = standard;
        let state = stepModem(rules, noModem(rules), { kind: "opened" }, 0).state;
        state = stepModem(
          rules,
          state,
          { kind: "send", id: "a", to: phone, text: "x", expiresInMs: 9e5 },
          0,
        ).state;
        for (const [index, text] of lines.entries()) {
          const token: AtToken = text === null ? { kind: "prompt" } : { kind: "line", text };
          state = stepModem(rules, state, { kind: "heard", token }, 500 + index).state;
        }
        expect(state.messages.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
