import fc from "fast-check";
import { expect, test } from "vitest";
import { minuteMs } from "../time/millis.ts";
import { instantText, minuteByMinute, plan } from "./naive-rota.ts";
import { dutySpans, onDuty } from "./rota.ts";

// COLDKEEP_ROTA_RUNS for a long run, COLDKEEP_ROTA_SEED to see one again.
const runs = Number(process.env["COLDKEEP_ROTA_RUNS"] ?? 40);
const seed = process.env["COLDKEEP_ROTA_SEED"];

test(
  "who is on duty agrees with a reader of the clock on the wall, minute by minute",
  { timeout: 600_000 },
  () => {
    fc.assert(
      fc.property(plan, ({ rota, calendar, from }) => {
        const minutes = 4 * 1_440;
        const expected = minuteByMinute(rota, calendar, from, minutes);
        const spans = dutySpans(rota, calendar, from, from + minutes * minuteMs);
        expect(spans[0]?.from).toBe(from);
        expect(spans[spans.length - 1]?.to).toBe(from + minutes * minuteMs);
        let minute = 0;
        for (const [index, span] of spans.entries()) {
          expect(span.from).toBe(spans[index - 1]?.to ?? from);
          if (index > 0) expect(span.people).not.toEqual(spans[index - 1]?.people);
          expect(onDuty(rota, calendar, span.from)).toEqual(span.people);
          expect(onDuty(rota, calendar, span.to - 1)).toEqual(span.people);
          for (; from + minute * minuteMs < span.to; minute += 1) {
            if (JSON.stringify(expected[minute]) === JSON.stringify(span.people)) continue;
            expect([instantText(from + minute * minuteMs), span.people]).toEqual([
              instantText(from + minute * minuteMs),
              expected[minute],
            ]);
          }
        }
        expect(minute).toBe(minutes);
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
  },
);
