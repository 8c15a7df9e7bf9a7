import { drillScenarios } from "@coldkeep/core/drills/trace.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import {
  type DurationMs,
  type EpochMs,
  formatInstant,
  minuteMs,
  secondMs,
} from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { acknowledgement, actOnAlarm } from "../alarms/alarm-commands.ts";
import { composeInside, type Inside } from "../inside.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { takeDeliveryNews } from "../summons/take-delivery.ts";
import type { KeptDelivery } from "../summons/delivery-book.ts";
import { siteBy } from "../unit-model/story-records.ts";
import { type Act, type RulesChange, storyProbes, storyStart, storyUnits } from "../unit-model/unit-story.ts";
import { takeFeed } from "../units/take-feed.ts";
import { decideUnit, moveUnit } from "../units/unit-commands.ts";
import { answerDrill, cancelPlanned, planDrill, tickDrills } from "./drill-acts.ts";

/** What people do about alarms in a story, and, in the world with drills, about drills. */
export type PersonAct =
  | { readonly kind: "acknowledge"; readonly nth: number | "all"; readonly minutes: number }
  | {
      readonly kind: "plan";
      readonly probe: number;
      readonly scenario: number;
      readonly aheadMinutes: number;
      readonly goalMinutes: number;
      readonly isAnnounced: boolean;
      readonly repeats: boolean;
    }
  | { readonly kind: "answer-drill" | "cancel-drill" };

/** Minutes before a story begins, in which drills meet nothing real. */
export const quietMinutes = 100;

const productCode = "E0336V00";
const person = { actor: "person:an", name: "An", role: null };
const channels: readonly ChannelFact[] = [
  { id: "sms-1", medium: "sms", proves: "delivery" },
  { id: "sms-2", medium: "sms", proves: "delivery" },
  { id: "mail", medium: "email", proves: "acceptance" },
];

/** How often time is looked at: deadlines, drills and messages. */
const lookEveryMs: DurationMs = 30 * secondMs;

/** The site of a story of units, with people who are called. */
function siteOf(change: RulesChange | null): Site {
  const step = (contacts: readonly string[], after: DurationMs) => ({
    after,
    call: contacts.map((contact) => ({ contact })),
  });
  const policy = { deliverWithin: 2 * minuteMs };
  return {
    ...siteBy(change),
    contacts: [
      { id: "an", name: "An", email: "an@example.org", phone: "+32470000001", by: ["sms", "email"] },
      { id: "bo", name: "Bo", email: "bo@example.org", phone: "+32470000002", language: "nl" },
      { id: "cy", name: "Cy", email: "cy@example.org", language: "fr" },
    ],
    policies: [
      { ...policy, id: "box", appliances: ["box"], steps: [step(["cy"], 0)] },
      {
        ...policy,
        id: "all",
        steps: [step(["an"], 0), step(["bo", "an"], 10 * minuteMs)],
        repeatEvery: 60 * minuteMs,
        answerWithin: 20 * minuteMs,
      },
    ],
  };
}

/** A whole server without its outside, to which a story happens: providers are played, people answer. */
export class StoryWorld {
  readonly clock: VirtualClock = virtualClock(storyStart - quietMinutes * minuteMs);
  readonly database: Database = openDatabase(":memory:");
  #inside: Inside = composeInside(this.database, this.clock, 7);
  #sequence = 0;
  readonly #hasDrills: boolean;

  constructor(hasDrills: boolean) {
    this.#hasDrills = hasDrills;
    this.#inside.begin(null, channels);
    this.#inside.applySite(siteOf(null), "test");
    takeFeed(this.#inside, "feed", {
      units: storyUnits.map((din) => ({ din, productCode })),
      movements: [],
    });
  }

  passTo(at: EpochMs): void {
    while (this.clock.epochMs() < at) {
      this.clock.advance(Math.min(lookEveryMs, at - this.clock.epochMs()));
      const now = this.clock.epochMs();
      const { committer, engine, drills } = this.#inside;
      const tick = { kind: "tick", source: "clock", encoding: "identity", body: new Uint8Array() } as const;
      if (engine.isDue(now)) committer.commit(tick, engine.tick);
      if (drills.isDue(now)) tickDrills({ committer, drills });
      for (const delivery of this.#inside.deliveries.due(now, 1_000)) this.#handOver(delivery);
    }
  }

  /** What a provider makes of a message depends on whom it goes to and when, and on nothing else. */
  #handOver({ id, contact, state }: KeptDelivery): void {
    const route = state.routes[state.route];
    if (state.phase === "awaiting-report" || route === undefined) {
      takeDeliveryNews(this.#inside, { delivery: id, input: { kind: "overdue" } });
      return;
    }
    const { channel } = route;
    const fate = (Math.floor(state.owedAt / minuteMs) * 31 + contact.length * 7 + contact.charCodeAt(0)) % 11;
    if (fate < 2 && channel === "sms-1") {
      const input = { kind: "failed", channel, reason: "busy", isHopeless: fate === 0 } as const;
      takeDeliveryNews(this.#inside, { delivery: id, input, isChannelAtFault: true });
    } else if (fate === 2 && channel === "sms-1") {
      takeDeliveryNews(this.#inside, { delivery: id, input: { kind: "accepted", channel, reference: id } });
    } else takeDeliveryNews(this.#inside, { delivery: id, input: { kind: "delivered", channel } });
  }

  do(act: Act): void {
    const inside = this.#inside;
    if (act.kind === "readings") {
      this.#sequence += 1;
      const readings = act.readings.map(({ at, ...value }) => ({
        probe: act.probe,
        at: formatInstant(at),
        ...value,
      }));
      const text = JSON.stringify({ gateway: "g", sequence: this.#sequence, readings });
      inside.takeBatch({ encoding: "identity", body: new TextEncoder().encode(text), text, source: "g" });
    } else if (act.kind === "move") {
      const { unit, at, place } = act;
      moveUnit(inside, "feed", {
        din: unit,
        productCode,
        at: formatInstant(at),
        appliance: place,
        reason: "walk",
      });
    } else if (act.kind === "rules") inside.applySite(siteOf(act.change), "test");
    else if (act.kind === "restart") {
      this.#inside = composeInside(this.database, this.clock, 7);
      this.#inside.begin(null, channels);
    } else {
      const { unit, decision } = act;
      tolerating(["unit.not-held"], () =>
        decideUnit(inside, "person", { din: unit, productCode, decision, by: "person", reason: "seen" }),
      );
    }
  }

  act(act: PersonAct): void {
    const inside = this.#inside;
    const now = this.clock.epochMs();
    if (act.kind === "acknowledge") {
      const open = inside.alarms.underWay().filter(({ state }) => !state.acknowledged);
      const place = act.nth === "all" ? null : act.nth % Math.max(open.length, 1);
      const promise = { what: "sees to it", until: now + act.minutes * minuteMs };
      for (const { id } of open.filter((_, at) => place === null || at === place))
        actOnAlarm(inside, "acknowledge", person.actor, acknowledgement(id, person, null, promise));
    }
    if (!this.#hasDrills) return;
    const under = inside.drills.rows.underWay()?.plan.id;
    if (act.kind === "plan") {
      const probe = storyProbes[act.probe % storyProbes.length] ?? "pa";
      const appliance = inside.site()?.probes.get(probe)?.appliance ?? "";
      const scenario = drillScenarios[act.scenario % drillScenarios.length] ?? "too-warm";
      const trace = { kind: "scenario", scenario } as const;
      const times = { startAt: now + act.aheadMinutes * minuteMs, goalMs: act.goalMinutes * minuteMs };
      const { isAnnounced } = act;
      const plan = { probe, appliance, trace, ...times, isAnnounced, repeatDays: act.repeats ? 1 : null };
      tolerating(["drill.no-alarm"], () =>
        planDrill({ ...inside, clock: this.clock }, "test", { ...plan, reason: "story", plannedBy: person }),
      );
    } else if (act.kind === "answer-drill" && under !== undefined)
      answerDrill({ ...inside, clock: this.clock }, "test", under, person, {
        what: "seen",
        until: now + 60_000,
      });
    else if (act.kind === "cancel-drill" && under !== undefined)
      cancelPlanned({ ...inside, clock: this.clock }, "test", under, person, "enough");
  }

  /** All that is real, as it stands on record: what a drill must not change. Numbers that merely count entries are left out. */
  async real(): Promise<Readonly<Record<string, unknown>>> {
    const ledgers = storyUnits.map(async (din) => {
      const number = this.#inside.units.find({ din, productCode })?.number ?? 0;
      return this.#inside.units.ledger(number, this.clock.epochMs()).then((ledger) => JSON.stringify(ledger));
    });
    const rows = Object.entries(realRows).map(([name, sql]) => [
      name,
      this.database
        .prepare(sql)
        .all()
        .map((row) => JSON.stringify(row).replaceAll(/call-\d+-/g, "call-"))
        .toSorted(),
    ]);
    return { ...(Object.fromEntries(rows) as Record<string, unknown>), ledgers: await Promise.all(ledgers) };
  }

  close(): void {
    this.database.close();
  }
}

const realRows: Readonly<Record<string, string>> = {
  readings: "SELECT probe, at, value, fault FROM readings",
  excursions: "SELECT * FROM excursions",
  revisions: "SELECT excursion, revision, known_at, change, reason, status, figures FROM revisions",
  holds: "SELECT * FROM holds",
  standing: "SELECT * FROM unit_standing",
  alarms: "SELECT * FROM alarms",
  events: "SELECT alarm, at, event, actor, note, phase, severity FROM alarm_events",
  calls: "SELECT id, at, causes FROM calls",
  members: "SELECT * FROM call_alarms",
  gathering: "SELECT * FROM call_state",
  summonses: "SELECT id, opened_at, state, ended FROM summonses WHERE drill IS NULL",
  messages: `SELECT notifications.id, alarm, notifications.contact, address, subject, body, owed_at, sent_at, attempts, next_try_at, last_error, state, outcome
             FROM notifications JOIN deliveries ON deliveries.id = notifications.id WHERE drill IS NULL`,
  outcomes:
    "SELECT delivery, at, event, channel, detail FROM delivery_events JOIN deliveries ON deliveries.id = delivery WHERE drill IS NULL",
  failures: "SELECT * FROM channel_failures",
  service: "SELECT * FROM out_of_service",
};

/** Does what may be refused with one of some codes. */
function tolerating(codes: readonly string[], work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof CodedError) || !codes.includes(error.code)) throw error;
  }
}
