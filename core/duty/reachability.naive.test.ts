import fc from "fast-check";
import { expect, test } from "vitest";
import type { Callee } from "../summons/policy-section.ts";
import { dayMs, minuteMs } from "../time/millis.ts";
import type { Contact } from "./contact-section.ts";
import { type Medium, media } from "./media.ts";
import { instantText, minuteByMinute, people, plan } from "./naive-rota.ts";
import type { DutySite } from "./people-of.ts";
import { type Hole, holesAhead, holesOfConcern, rotaGaps } from "./reachability.ts";

// COLDKEEP_ROTA_RUNS for a long run, COLDKEEP_ROTA_SEED to see one again.
const runs = Number(process.env["COLDKEEP_ROTA_RUNS"] ?? 12);
const seed = process.env["COLDKEEP_ROTA_SEED"];

/** How long is looked ahead. */
const minutes = (2 * dayMs) / minuteMs;

const addresses: Readonly<Record<Medium, Partial<Contact>>> = {
  email: { email: "a@example.org" },
  sms: { phone: "+32470000001" },
  voice: { phone: "+32470000001" },
  webhook: { webhook: "https://hooks.example.org/a" },
  telegram: { telegram: "12" },
  matrix: { matrix: "!a:example.org" },
};

const someMedia = fc.uniqueArray(fc.constantFrom(...media), { minLength: 1, maxLength: 2 });
const callee: fc.Arbitrary<Callee> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Callee>({ rota: "r0" }, { rota: "r1" }) },
  { weight: 1, arbitrary: fc.constantFrom<Callee>({ team: "t" }, { contact: "ann" }, { contact: "dee" }) },
);
const steps = fc
  .array(
    fc.record({
      call: fc.array(callee, { minLength: 1, maxLength: 2 }),
      by: fc.option(someMedia, { nil: undefined }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((given) => given.map(({ call, by }, index) => ({ after: index * minuteMs, call, by })));

const world = fc.record({
  plans: fc.tuple(plan, plan),
  contacts: fc.tuple(
    ...people.map(() => fc.record({ own: someMedia, by: fc.option(someMedia, { nil: undefined }) })),
  ),
  team: fc.uniqueArray(fc.constantFrom(...people), { minLength: 1 }),
  policies: fc.array(steps, { minLength: 1, maxLength: 2 }),
  working: fc.uniqueArray(fc.constantFrom(...media)),
});

interface Wishes {
  readonly own: readonly Medium[];
  readonly by: readonly Medium[] | undefined;
}

/** Where somebody who has `own`, and wants to be told by nothing but `by`, can be told at all: a telephone is spoken to and written to, and by whichever way a step asks first, the others come after. */
function isReached({ own, by }: Wishes, working: readonly Medium[]): boolean {
  return own.some((medium) => {
    const ways: readonly Medium[] = medium === "sms" || medium === "voice" ? ["sms", "voice"] : [medium];
    return ways.some((way) => working.includes(way) && (by === undefined || by.includes(way)));
  });
}

const nobody: Wishes = { own: [], by: undefined };

/** Each minute in words, so that a difference says when it is. */
function eachMinute(
  holes: readonly { key: string; from: number; to: number }[],
  from: number,
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { key, from: begins, to } of holes) {
    for (let at = begins; at < to; at += minuteMs) {
      expect((at - from) % minuteMs).toBe(0);
      const name = instantText(at);
      found.set(name, [...(found.get(name) ?? []), key].toSorted());
    }
  }
  return found;
}

const keyOf = ({ policy, step, why }: Hole): string => `${policy} ${step ?? "all"} ${why}`;

test(
  "who could not be reached ahead agrees with somebody who tries each policy anew each minute",
  { timeout: 600_000 },
  () => {
    fc.assert(
      fc.property(world, ({ plans, contacts, team, policies, working }) => {
        const [{ from, calendar }] = plans;
        const to = from + minutes * minuteMs;
        const rotas = plans.map(({ rota }, index) => ({
          ...rota,
          id: `r${index}`,
          mustBeFilled: index === 1,
        }));
        const site: DutySite = {
          ...calendar,
          contacts: people.map((id, index) => {
            const { own, by } = contacts[index] ?? nobody;
            const has = own.map((medium) => addresses[medium]);
            return Object.assign({ id, name: id, by }, ...has) as Contact;
          }),
          teams: [{ id: "t", name: "T", members: team }],
          rotas,
        };
        const named = policies.map((given, index) => ({ id: `p${index}`, steps: given }));
        const channels = working.map((medium) => ({ id: medium, medium, proves: "acceptance" as const }));
        const onDuty = rotas.map((rota) => minuteByMinute(rota, calendar, from, minutes));
        const holes: { key: string; from: number; to: number }[] = [];
        const concerns: typeof holes = [];
        for (let minute = 0; minute < minutes; minute += 1) {
          const at = { from: from + minute * minuteMs, to: from + (minute + 1) * minuteMs };
          for (const { id, steps: given } of named) {
            const found = given.map(({ call }) => {
              const called = call.flatMap((each) =>
                "contact" in each
                  ? [each.contact]
                  : "team" in each
                    ? team
                    : (onDuty[each.rota === "r0" ? 0 : 1]?.[minute] ?? []),
              );
              if (called.length === 0) return "nobody";
              const reached = called.some((who) =>
                isReached(contacts[people.indexOf(who)] ?? nobody, working),
              );
              return reached ? null : "no-channel";
            });
            const isAll = found.every((why) => why !== null);
            const all = found.includes("no-channel") ? "no-channel" : "nobody";
            if (isAll) holes.push({ key: `${id} all ${all}`, ...at });
            if (isAll) concerns.push({ key: `${id} all ${all}`, ...at });
            for (const [step, why] of found.entries()) {
              if (why !== null) holes.push({ key: `${id} ${step} ${why}`, ...at });
              if (why === "no-channel") concerns.push({ key: `${id} ${step} ${why}`, ...at });
            }
          }
        }
        const seen = holesAhead(site, named, channels, from, to);
        const spans = (given: readonly Hole[]) => given.map((hole) => ({ key: keyOf(hole), ...hole }));
        expect(eachMinute(spans(seen), from)).toEqual(eachMinute(holes, from));
        expect(eachMinute(spans(holesOfConcern(seen)), from)).toEqual(eachMinute(concerns, from));
        const empty = (onDuty[1] ?? []).flatMap((who, minute) =>
          who.length === 0
            ? [{ key: "r1", from: from + minute * minuteMs, to: from + (minute + 1) * minuteMs }]
            : [],
        );
        const gaps = rotaGaps(site, from, to).map(({ rota, ...gap }) => ({ key: rota, ...gap }));
        expect(eachMinute(gaps, from)).toEqual(eachMinute(empty, from));
        // Spans of one kind never touch: each is as long as it lasts.
        for (const hole of seen)
          expect(seen.some((other) => other.from === hole.to && keyOf(other) === keyOf(hole))).toBe(false);
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    );
  },
);
