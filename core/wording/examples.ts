import type { AlarmFigures } from "../alarms/figures.ts";
import { hourMs, minuteMs, parseInstant } from "../time/millis.ts";
import type { Surroundings, ToldAlarm } from "./written.ts";

/** The instant at which the examples of docs/messages.md are written: 02:10 in Brussels. */
export const exampleAt = parseInstant("2026-11-24T01:10:00Z") ?? 0;

/** What the examples are written from. */
export const exampleSurroundings: Surroundings = {
  at: exampleAt,
  timeZone: "Europe/Brussels",
  siteName: "Mechelen",
  pages: "https://coldkeep.example.org/",
  unitsInside: (appliances) => 37 * [...appliances].length,
  isDrill: false,
  answersBy: { link: true, code: true, keys: false },
};

/** An alarm about a refrigerator with red cells, with what is given in place of what stands here. */
export function exampleAlarm(given: Partial<ToldAlarm> = {}): ToldAlarm {
  return {
    id: "temperature-high-p1-mhx2k0",
    kind: "temperature-high",
    severity: "warning",
    about: "onset",
    isWorse: false,
    subject: "p1",
    appliance: { id: "fridge-1", name: "Erytro 1", room: "B12", circuit: "north" },
    probe: "p1",
    figures: tooWarm,
    raisedAt: exampleAt - 2 * minuteMs,
    phase: "unacknowledged",
    text: "Erytro 1: 7.4 °C above 6.0 °C since 24 Nov 02:03:00",
    limitAt: null,
    ...given,
  };
}

const tooWarm: AlarmFigures = {
  of: "temperature",
  side: "high",
  celsius: 7.4,
  limit: 6,
  critical: 10,
  since: exampleAt - 7 * minuteMs,
  excursionAt: exampleAt + 12 * minuteMs,
};

const nowhere = { appliance: null, probe: null } as const;
const platform = { of: "platform", name: null, lastsMs: null, count: null, reason: null } as const;
const event = { of: "event", since: exampleAt - 4 * minuteMs, isGateway: false } as const;
const since = exampleAt - 20 * minuteMs;

/** One alarm of each kind and of each way of telling it, by what the documentation calls it. */
export const examples: readonly (readonly [string, ToldAlarm])[] = [
  ["too warm", exampleAlarm()],
  [
    "critical",
    exampleAlarm({
      severity: "critical",
      isWorse: true,
      figures: { ...tooWarm, celsius: 11.2, excursionAt: null },
    }),
  ],
  ["still too warm", exampleAlarm({ about: "again", figures: { ...tooWarm, excursionAt: null } })],
  [
    "back to normal",
    exampleAlarm({
      about: "return",
      phase: "returned-unacknowledged",
      figures: { ...tooWarm, celsius: 5.1 },
    }),
  ],
  [
    "too cold",
    exampleAlarm({
      kind: "temperature-low",
      figures: { ...tooWarm, side: "low", celsius: 1.2, limit: 2, critical: 1 },
    }),
  ],
  [
    "warning before the limit",
    exampleAlarm({
      kind: "temperature-warning-high",
      severity: "advisory",
      figures: { of: "temperature-warning", side: "high", celsius: 5.8, warnAt: 5.5, limit: 6 },
      limitAt: {
        at: exampleAt + 23 * minuteMs,
        earliest: exampleAt + 19 * minuteMs,
        latest: exampleAt + 52 * minuteMs,
      },
    }),
  ],
  [
    "warning on the other side",
    exampleAlarm({
      kind: "temperature-warning-low",
      severity: "advisory",
      figures: { of: "temperature-warning", side: "low", celsius: 2.2, warnAt: 2.5, limit: 2 },
    }),
  ],
  [
    "nothing heard",
    exampleAlarm({
      kind: "probe-silent",
      figures: { of: "silence", since, unmonitoredAt: exampleAt + 10 * minuteMs },
    }),
  ],
  [
    "probe fault",
    exampleAlarm({
      kind: "probe-fault",
      figures: { of: "fault", fault: "open", since, unmonitoredAt: exampleAt + 10 * minuteMs },
    }),
  ],
  [
    "two probes disagree",
    exampleAlarm({
      kind: "probe-disagreement",
      figures: {
        of: "disagreement",
        since,
        said: [
          { probe: "p1", celsius: 4.1 },
          { probe: "p2", celsius: 7.3 },
        ],
      },
    }),
  ],
  [
    "found late",
    exampleAlarm({
      kind: "late-excursion",
      about: "return",
      phase: "returned-unacknowledged",
      figures: {
        of: "late-excursion",
        side: "high",
        since: exampleAt - 5 * hourMs,
        lengthMs: 65 * minuteMs,
        unitsHeld: 37,
      },
    }),
  ],
  [
    "taken over from a gateway",
    exampleAlarm({
      figures: {
        of: "edge",
        gateway: "g1",
        since,
        until: null,
        celsius: 7.4,
        beyond: 6,
        words: "Erytro 1: 7.4 °C above 6.0 °C",
      },
      text: "Erytro 1: 7.4 °C above 6.0 °C (seen by gateway g1 from 24 Nov 01:50:00)",
    }),
  ],
  [
    "gateway silent",
    exampleAlarm({
      ...nowhere,
      kind: "gateway-silent",
      subject: "g1",
      figures: { of: "silence", since, unmonitoredAt: null },
    }),
  ],
  ["power lost", exampleAlarm({ kind: "power", figures: { ...event, event: "power" } })],
  ["door open", exampleAlarm({ kind: "door", figures: { ...event, event: "door" } })],
  ["agitator stopped", exampleAlarm({ kind: "agitator", figures: { ...event, event: "agitator" } })],
  [
    "battery low",
    exampleAlarm({
      ...nowhere,
      kind: "battery",
      subject: "logger-7",
      figures: { ...event, event: "battery" },
    }),
  ],
  [
    "clock off",
    exampleAlarm({ ...nowhere, kind: "clock", subject: "logger-7", figures: { ...event, event: "clock" } }),
  ],
  [
    "buffer nearly full",
    exampleAlarm({
      ...nowhere,
      kind: "buffer",
      subject: "g1",
      figures: { ...event, event: "buffer", isGateway: true },
    }),
  ],
  [
    "messages do not get through",
    exampleAlarm({
      ...nowhere,
      kind: "notification-failing",
      subject: "sms-1",
      figures: { ...platform, name: "sms-1", count: 3, reason: "connection refused" },
    }),
  ],
  [
    "history behind",
    exampleAlarm({
      ...nowhere,
      kind: "projection-behind",
      subject: "influx",
      figures: { ...platform, lastsMs: 15 * minuteMs },
    }),
  ],
  [
    "backup overdue",
    exampleAlarm({
      ...nowhere,
      kind: "backup-overdue",
      subject: "backup",
      figures: { ...platform, lastsMs: 49 * hourMs },
    }),
  ],
  [
    "holds not confirmed",
    exampleAlarm({
      ...nowhere,
      kind: "holds-unconfirmed",
      subject: "hold-feed",
      figures: { ...platform, lastsMs: 25 * minuteMs, count: 37 },
    }),
  ],
  [
    "returned mails not read",
    exampleAlarm({
      ...nowhere,
      kind: "bounces-unread",
      subject: "mail",
      figures: { ...platform, name: "mail" },
    }),
  ],
  [
    "a person cannot be reached",
    exampleAlarm({
      ...nowhere,
      kind: "person-unreached",
      subject: "jo",
      figures: { ...platform, name: "Jo Peeters" },
    }),
  ],
  [
    "nobody on call",
    exampleAlarm({
      ...nowhere,
      kind: "nobody-on-call",
      subject: "policy:nights",
      figures: { ...platform, name: "nights" },
    }),
  ],
  [
    "a gap ahead",
    exampleAlarm({
      ...nowhere,
      kind: "nobody-on-call",
      subject: "ahead:nights",
      figures: { of: "gap", name: "nights", from: exampleAt + 50 * hourMs, to: exampleAt + 60 * hourMs },
    }),
  ],
  [
    "nobody answers",
    exampleAlarm({
      kind: "unanswered",
      severity: "critical",
      figures: { of: "unanswered", first: "temperature-high", others: 2 },
    }),
  ],
  [
    "the canary is late",
    exampleAlarm({
      ...nowhere,
      kind: "canary-late",
      subject: "canary",
      figures: { ...platform, name: "mail" },
    }),
  ],
];

/** A storm over 500 refrigerators: the power of the site, then its gateway, then all is back. */
export function storm(what: "power" | "gateway" | "back"): ToldAlarm[] {
  return Array.from({ length: 500 }, (_, index) => {
    const id = `fridge-${index + 1}`;
    const place = { id, name: `Erytro ${index + 1}`, room: `B${index % 10}`, circuit: "north" };
    const began = exampleAt - 4 * minuteMs + index * 100;
    const told = exampleAlarm({ appliance: place, subject: id, raisedAt: began });
    if (what === "gateway")
      return {
        ...told,
        kind: "probe-silent",
        figures: { of: "silence", since: began, unmonitoredAt: exampleAt + 26 * minuteMs },
      };
    const figures: AlarmFigures = { ...event, event: "power", since: began };
    if (what === "back")
      return { ...told, kind: "power", figures, about: "return", phase: "returned-unacknowledged" };
    return index % 100 === 7
      ? { ...told, severity: "critical", figures: { ...tooWarm, celsius: 10.4, excursionAt: null } }
      : { ...told, kind: "power", figures };
  });
}
