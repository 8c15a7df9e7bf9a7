import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bench, phone, standard } from "../gsm-sim/modem-bench.ts";
import type { ModemFault } from "../gsm-sim/simulated-modem.ts";
import type { AtToken } from "./at-lines.ts";
import { noModem, stepModem } from "./modem.ts";
import type { MessageOutcome } from "./modem-state.ts";
import { endsWithinMs } from "./outgoing.ts";

const isEnd = (outcome: MessageOutcome): boolean =>
  outcome.kind === "sent" ? outcome.final : outcome.kind !== "started";

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
    pin: fc.boolean(),
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
      fc.property(story, ({ faults, reports, textModeOnly, pin, sends }) => {
        const { clock, modem, send, outcomes, reopen, step } = bench({
          fault: (nth) => faults[nth] ?? null,
          reports,
          textModeOnly,
          ...(pin ? { pin: "0042", rules: { pin: "0042" } } : {}),
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
