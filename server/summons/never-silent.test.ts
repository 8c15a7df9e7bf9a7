/**
 * Whatever happens to alarms, people, policies, providers and the server itself, in whatever order: as long as a critical alarm is on that nobody has taken on or keeps from calling, people
 * are called about it again and again while the providers work. On the real records under a virtual clock.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isMuted } from "@coldkeep/core/alarms/alarm-state.ts";
import {
  type DurationMs,
  type EpochMs,
  formatInstant,
  minuteMs,
  secondMs,
} from "@coldkeep/core/time/millis.ts";
import type { KeptAlarm } from "../alarms/kept-alarm.ts";
import { calledSite, calledSiteFile, type CalledSite } from "../testing/called-site.ts";
import type { Treatment } from "../testing/fake-channel.ts";

const runs = Number(process.env["RUNS"] ?? 2);

/** Longest that people are left alone about it: `realarmAfter`, the wait for a step that comes by itself, a gathering, and the pauses between tries. */
const silenceMaxMs: DurationMs = 55 * minuteMs;

const probes = ["p1", "p2", "p3", "p4"] as const;
const appliances = ["fridge-1", "fridge-2", "fridge-3", "fridge-4"] as const;

const contacts = `
  - { id: an, name: An Peeters, email: an@example.org, phone: "+32470000001", by: [sms, email] }
  - { id: bo, name: Bo Claes, email: bo@example.org, phone: "+32470000002" }
  - { id: cy, name: Cy Maes, phone: "+32470000003" }`;
const rota = (people: string, start = "2026-01-05") =>
  `rotas: [ { id: nights, name: Nights, layers: [ { id: week, start: ${start}, cycleDays: 1, handOvers: [ { at: "08:00" } ], people: ${people} } ] } ]`;
const steps = `steps: [ { call: [ { rota: nights } ] }, { after: 5m, call: [ { contact: bo } ], by: [sms] } ], repeatEvery: 10m, answerWithin: 10m`;
/** What the site can be changed to. */
const sites: readonly string[] = [
  `contacts: ${contacts}`,
  `contacts: ${contacts}\n${rota("[an, cy]")}\npolicies: [ { id: all, ${steps} } ]`,
  `contacts: ${contacts}\n${rota("[an]", "2030-01-01")}\npolicies: [ { id: all, ${steps} } ]`,
  `contacts: ${contacts}\n${rota("[bo]")}\npolicies: [ { id: critical, severities: [critical], ${steps} }, { id: rest, steps: [ { after: 30m, call: [ { contact: cy } ] } ] } ]`,
  `contacts: ${contacts}\npolicies: [ { id: late, steps: [ { after: 2h, call: [ { contact: an } ] }, { after: 5h, call: [ { contact: cy } ] } ] } ]`,
  `contacts:\n  - { id: dee, name: Dee, email: dee@example.org }\npolicies: [ { id: all, steps: [ { call: [ { contact: dee } ] } ] } ]`,
];
const moved = (site: string): string =>
  calledSiteFile(site)
    .replace("probes: [ { id: p1 } ]", "probes: [ { id: spare } ]")
    .replace("probes: [ { id: p2 } ]", "probes: [ { id: p2 }, { id: p1 } ]");

type Act =
  | { readonly kind: "warm"; readonly probe: string; readonly celsius: number | null }
  | { readonly kind: "power"; readonly appliance: string; readonly active: boolean }
  | { readonly kind: "answer" | "decline" | "link"; readonly pick: number; readonly minutes: number }
  | { readonly kind: "acknowledge" | "unshelve"; readonly pick: number }
  | { readonly kind: "shelve"; readonly pick: number; readonly minutes: number }
  | { readonly kind: "out"; readonly appliance: string; readonly minutes: number }
  | { readonly kind: "back"; readonly appliance: string }
  | { readonly kind: "site"; readonly which: number; readonly isMoved: boolean }
  | { readonly kind: "provider"; readonly which: "sms" | "mail"; readonly treatment: Treatment }
  | { readonly kind: "restart"; readonly downMinutes: number };

const pick = fc.nat({ max: 9 });
const probe = fc.constantFrom(...probes);
const appliance = fc.constantFrom(...appliances);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("warm" as const),
      probe,
      celsius: fc.constantFrom(4, 8, 14, 14, 14, null),
    }),
  },
  fc.record({ kind: fc.constant("power" as const), appliance, active: fc.boolean() }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("answer" as const, "decline" as const, "link" as const),
      pick,
      minutes: fc.constantFrom(1, 10, 60, 900),
    }),
  },
  fc.record({ kind: fc.constantFrom("acknowledge" as const, "unshelve" as const), pick }),
  fc.record({ kind: fc.constant("shelve" as const), pick, minutes: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant("out" as const), appliance, minutes: fc.integer({ min: 1, max: 90 }) }),
  fc.record({ kind: fc.constant("back" as const), appliance }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("site" as const),
      which: fc.nat({ max: sites.length - 1 }),
      isMoved: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("provider" as const),
      which: fc.constantFrom("sms" as const, "mail" as const),
      treatment: fc.constantFrom<Treatment>(
        "accept",
        "accept",
        "deliver",
        "lose",
        "fail-report",
        "refuse",
        "fail",
        "hang",
        "down",
      ),
    }),
  },
  fc.record({ kind: fc.constant("restart" as const), downMinutes: fc.constantFrom(0, 0, 3, 45, 300) }),
);
const story = fc.array(fc.tuple(act, fc.constantFrom(0, 0, 1, 3, 8, 20, 60)), {
  minLength: 6,
  maxLength: 16,
  size: "max",
});

/** What a story has come to. */
interface World {
  readonly site: CalledSite;
  readonly celsius: Map<string, number | null>;
  /** Since when people are to be called about each critical alarm. */
  readonly owedSince: Map<string, EpochMs>;
  reply: number;
  readonly treatments: { sms: Treatment; mail: Treatment };
  /** Since when all providers work. */
  workingSince: EpochMs | null;
}

const isCalled = ({ severity, state }: KeptAlarm): boolean =>
  severity === "critical" && state.condition && !state.acknowledged && !isMuted(state);

const good: ReadonlySet<Treatment> = new Set<Treatment>(["accept", "deliver"]);

/** Checks what has come about in the last stretch. */
function watch(world: World): void {
  const { site, owedSince } = world;
  const now = site.server.clock.epochMs();
  const { services } = site.server.server;
  const underWay = services.alarms.underWay();
  const isWorking = good.has(world.treatments.sms) && good.has(world.treatments.mail);
  world.workingSince = isWorking ? (world.workingSince ?? now) : null;
  for (const alarm of underWay) {
    if (!isCalled(alarm)) {
      owedSince.delete(alarm.id);
      continue;
    }
    const since = owedSince.get(alarm.id) ?? now;
    owedSince.set(alarm.id, since);
    const called = services.database
      .prepare(
        `SELECT max(e.at) AS at FROM summons_alarms AS s JOIN deliveries AS d ON d.summons = s.summons
         JOIN delivery_events AS e ON e.delivery = d.id AND (e.event = 'accepted' OR e.detail IN ('delivered', 'handed-over')) WHERE s.alarm = ?`,
      )
      .get(alarm.id);
    const last = Math.max(since, Number(called?.["at"] ?? 0), world.workingSince ?? now);
    expect(now - last, `nobody is called about ${alarm.id} at ${formatInstant(now)}`).toBeLessThanOrEqual(
      silenceMaxMs,
    );
  }
}

async function pass(world: World, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    const readings = [...world.celsius].flatMap(([each, value]) =>
      value === null ? [] : [[each, value] as const],
    );
    await world.site.send(Object.fromEntries(readings));
    await world.site.pass(minuteMs, 10 * secondMs);
    watch(world);
  }
}

async function perform(world: World, next: Act): Promise<void> {
  const { site, celsius } = world;
  const underWay = site.server.server.services.alarms.underWay();
  const picked = "pick" in next ? underWay[next.pick % Math.max(underWay.length, 1)] : undefined;
  const call = async (url: string, body: object) => site.server.call("POST", url, body);
  switch (next.kind) {
    case "warm":
      celsius.set(next.probe, next.celsius);
      return;
    case "power":
      await site.send({}, { [next.appliance]: next.active });
      return;
    case "answer":
    case "decline": {
      const message = site.sms.sent[site.sms.sent.length - 1 - next.pick];
      const code = /Reply (\d{4})/.exec(message?.text ?? "")?.[1];
      if (message === undefined || code === undefined) return;
      world.reply += 1;
      const text = next.kind === "answer" ? `${code} ${next.minutes}` : `${code} no`;
      const at = site.server.clock.epochMs();
      await site.sms
        .events()
        ?.reply({ channel: "sms-1", from: message.address, text, at, reference: `r${world.reply}` });
      return;
    }
    case "link": {
      const message = site.mail.sent[site.mail.sent.length - 1 - next.pick];
      const url = /https:\/\/cold\.example\.org(\/a\/\S+)/.exec(message?.text ?? "")?.[1];
      if (url === undefined) return;
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      await site.server.server.web.inject({ method: "POST", url, headers, payload: "what=going&minutes=20" });
      return;
    }
    case "acknowledge":
    case "unshelve":
      if (picked !== undefined) await call(`/v1/alarms/${picked.id}/${next.kind}`, { by: "An" });
      return;
    case "shelve":
      if (picked !== undefined)
        await call(`/v1/alarms/${picked.id}/shelve`, { by: "An", note: "test", minutes: next.minutes });
      return;
    case "out": {
      const until = formatInstant(site.server.clock.epochMs() + next.minutes * minuteMs);
      await call(`/v1/appliances/${next.appliance}/out-of-service`, {
        by: "An",
        reason: "x",
        until,
        unitsRemain: true,
      });
      return;
    }
    case "back":
      await call(`/v1/appliances/${next.appliance}/return-to-service`, { by: "An" });
      return;
    case "site": {
      const file = sites[next.which] ?? "";
      await site.apply(next.isMoved ? moved(file) : calledSiteFile(file));
      return;
    }
    case "provider":
      site[next.which].treat = () => next.treatment;
      world.treatments[next.which] = next.treatment;
      world.workingSince = null;
      return;
    case "restart":
      await site.restart(next.downMinutes * minuteMs);
      world.workingSince = null;
      return;
  }
}

async function live(acts: readonly (readonly [Act, number])[]): Promise<void> {
  const site = await calledSite(sites[1] ?? "");
  const world: World = {
    site,
    celsius: new Map(),
    owedSince: new Map(),
    reply: 0,
    treatments: { sms: "accept", mail: "accept" },
    workingSince: null,
  };
  try {
    for (const each of probes) world.celsius.set(each, 4);
    for (const [next, minutes] of acts) {
      await perform(world, next);
      await pass(world, minutes);
    }
    for (const which of ["sms", "mail"] as const)
      await perform(world, { kind: "provider", which, treatment: "accept" });
    world.celsius.set("p3", 14);
    await pass(world, 70);
  } finally {
    await site.stop();
  }
}

test("people are called about a critical alarm until somebody has seen to it", async () => {
  await fc.assert(fc.asyncProperty(story, live), {
    numRuns: runs,
    seed: Number(process.env["SEED"] ?? 20_261_124),
    ...(process.env["AT"] === undefined ? {} : { path: process.env["AT"] }),
    endOnFailure: process.env["SHRINK"] === undefined,
  });
}, 300_000);
