import fc from "fast-check";
import { expect, test } from "vitest";
import { dayMs, hourMs } from "../time/millis.ts";
import type { Contact } from "./contact-section.ts";
import { rotaSchema } from "./duty-section.ts";
import type { DutySite } from "./people-of.ts";
import { type Hole, holesAhead } from "./reachability.ts";

const from = Temporal.Instant.from("2026-10-20T10:17:23.456Z").epochMilliseconds;
const to = from + 14 * dayMs;
const sms = { id: "sms-1", medium: "sms", proves: "delivery" } as const;
const mail = { id: "mail", medium: "email", proves: "acceptance" } as const;
const ann: Contact = { id: "ann", name: "Ann", email: "ann@example.org" };
const bob: Contact = { id: "bob", name: "Bob", phone: "+32470123456" };

/** A rota in which Ann is always on duty but in the spans planted. */
function siteOf(holes: readonly { readonly from: number; readonly to: number }[]): DutySite {
  const rota = rotaSchema.parse({
    id: "r",
    name: "R",
    layers: [{ id: "l", start: "2026-01-01", cycleDays: 1, handOvers: [{ at: "02:30" }], people: ["ann"] }],
    overrides: holes.map((hole, index) => ({
      id: `o${index}`,
      from: Temporal.Instant.fromEpochMilliseconds(hole.from).toString(),
      to: Temporal.Instant.fromEpochMilliseconds(hole.to).toString(),
      instead: "ann",
      reason: "away",
    })),
  });
  return {
    timeZone: "Europe/Brussels",
    contacts: [ann, bob],
    rotas: [rota],
    teams: [{ id: "t", name: "T", members: ["ann", "bob"] }],
  };
}

const first = { after: 0, call: [{ rota: "r" }] };
const second = { after: 60_000, call: [{ contact: "bob" }] };

test("each planted hole is found to the millisecond, and nothing else", () => {
  const lengths = fc.array(
    fc.record({ gap: fc.integer({ min: 1, max: 2 * dayMs }), length: fc.integer({ min: 1, max: dayMs }) }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(lengths, (parts) => {
      let at = from;
      const planted = parts.flatMap(({ gap, length }) => {
        const hole = { from: at + gap, to: at + gap + length };
        at = hole.to;
        return hole.to < to ? [hole] : [];
      });
      const found = holesAhead(siteOf(planted), [{ id: "p", steps: [first, second] }], [sms, mail], from, to);
      expect(found).toEqual(planted.map((hole) => ({ policy: "p", step: 0, ...hole, why: "nobody" })));
      const alone = holesAhead(siteOf(planted), [{ id: "p", steps: [first] }], [mail], from, to);
      expect(alone.filter(({ step }) => step === null)).toEqual(
        planted.map((hole) => ({ policy: "p", step: null, ...hole, why: "nobody" })),
      );
    }),
  );
});

test("who is on duty but has no channel that works is a hole, and a worse one where no step has any", () => {
  const hole = (step: number | null, why: Hole["why"]): Hole => ({ policy: "p", step, from, to, why });
  const policies = [{ id: "p", steps: [first, second] }];
  const site = siteOf([]);
  expect(holesAhead(site, policies, [mail, sms], from, to)).toEqual([]);
  expect(holesAhead(site, policies, [mail], from, to)).toEqual([hole(1, "no-channel")]);
  expect(holesAhead(site, policies, [sms], from, to)).toEqual([hole(0, "no-channel")]);
  expect(holesAhead(site, policies, [], from, to)).toEqual([
    hole(null, "no-channel"),
    hole(0, "no-channel"),
    hole(1, "no-channel"),
  ]);
  expect(
    holesAhead(site, [{ id: "p", steps: [{ after: 0, call: [{ team: "t" }] }] }], [sms], from, to),
  ).toEqual([]);
});

test("a rota that has not begun, or that has ended, is a hole up to there and from there", () => {
  const rota = rotaSchema.parse({
    id: "r",
    name: "R",
    layers: [
      {
        id: "l",
        start: "2026-10-21",
        until: "2026-10-22",
        cycleDays: 1,
        handOvers: [{ at: "08:00" }],
        people: ["ann"],
      },
    ],
  });
  const site = { ...siteOf([]), rotas: [rota] };
  const found = holesAhead(site, [{ id: "p", steps: [first] }], [mail], from, to).filter(
    ({ step }) => step === null,
  );
  const begins = Temporal.Instant.from("2026-10-21T06:00:00Z").epochMilliseconds;
  expect(found.map((hole) => [hole.from, hole.to])).toEqual([
    [from, begins],
    [begins + 24 * hourMs, to],
  ]);
});
