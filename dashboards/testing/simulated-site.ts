import { point } from "./point.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A probe of the simulated site and how it stands at the end. */
interface SimulatedProbe {
  readonly site: string;
  readonly appliance: string;
  readonly probe: string;
  readonly celsius: number;
  readonly offset: number;
  readonly state: "in" | "low" | "high" | "unknown";
  readonly low: number | null;
  readonly high: number;
}

/** The probes: one in each state, one in the air, and one at another site that must not be seen. */
export const simulatedProbes: readonly SimulatedProbe[] = [
  probe("ward", "fridge-1", "product", 7, 0.2, "high", 2, 6),
  probe("ward", "fridge-1", "air", 4, 0, "in", 2, 6),
  probe("ward", "fridge-2", "product", 4, 0, "in", 2, 6),
  probe("ward", "incubator-1", "product", 19, 0, "low", 20, 24),
  probe("ward", "freezer-1", "product", -30, 0, "unknown", null, -25),
  probe("clinic", "clinic-fridge", "product", 9, 0, "high", 2, 6),
];

function probe(
  site: string,
  appliance: string,
  where: string,
  celsius: number,
  offset: number,
  state: SimulatedProbe["state"],
  low: number | null,
  high: number,
): SimulatedProbe {
  return { site, appliance, probe: `${appliance}-${where}`, celsius, offset, state, low, high };
}

/** From when until when, before the end, the probe `fridge-1-product` said nothing. Unit ms. */
export const silence = { from: 3.5 * hour, to: 2.5 * hour } as const;

/** How long before the end each probe came into the state in which it stands. Unit ms. */
export const stateAge = 40 * minute;

/**
 * Points of a site up to `now`, as docs/influx.md has them: readings of 6 hours, states of 6, coverage of 2 days, limits, two excursions with holds, alarms of 30
 * days with their calls, a door, two gateways and the platform.
 */
export function simulatedSite(now: number): string[] {
  return [
    ...simulatedProbes.flatMap((each) => [
      ...readings(each, now),
      ...states(each, now),
      ...coverage(each, now),
      ...limits(each, now),
    ]),
    ...excursions(now),
    ...alarms(now),
    ...equipment(now),
    ...platform(now),
  ];
}

function range(from: number, to: number, step: number): number[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((to - from) / step)) },
    (_, index) => from + index * step,
  );
}

function isInSilence(age: number): boolean {
  return age <= silence.from && age > silence.to;
}

function readings(each: SimulatedProbe, now: number): string[] {
  const { site, appliance, probe: id, celsius, offset } = each;
  const tags = { site, appliance, probe: id, channel: `${id}-channel` };
  const until = each.state === "unknown" ? now - stateAge : now;
  return range(now - 6 * hour, until, minute).flatMap((at) => {
    const age = now - at;
    if (id === "fridge-1-product" && isInSilence(age)) return [];
    if (id === "fridge-2-product" && age === 2 * hour)
      return [point("readings", tags, { fault: "disconnected" }, at, 999_999)];
    // A compressor: half of each 20 minutes it runs.
    const turn = (at % (20 * minute)) / (20 * minute);
    const swing = id.endsWith("air") ? Math.abs(turn - 0.5) * 4 : turn * 0.2;
    const said = Number((celsius + swing).toFixed(3));
    return [
      point(
        "readings",
        tags,
        { celsius: said, offset, time_source: "device", uncertainty_ms: 500 },
        at,
        277_150,
      ),
    ];
  });
}

function states(each: SimulatedProbe, now: number): string[] {
  const { site, appliance, probe: id, celsius, offset, state } = each;
  return range(now - 6 * hour, now, 5 * minute).map((at) => {
    const isNow = now - at <= stateAge;
    const isSilent = id === "fridge-1-product" && isInSilence(now - at);
    const is = isSilent ? "unknown" : isNow ? state : "in";
    const isOpen = id === "fridge-1-product" && isNow;
    const urgency = { in: 0, unknown: 40, low: 50, high: 50 }[is] + (isOpen ? 6 : 0);
    return point(
      "states",
      { site, appliance, probe: id },
      {
        state: is,
        alarm: isOpen ? "unacknowledged" : "normal",
        open_excursions: isOpen ? 1 : 0,
        held_units: appliance === "fridge-1" && isNow ? 3 : 0,
        since_ms: isNow ? now - stateAge : now - day,
        urgency,
        ...(is === "unknown" ? {} : { celsius: celsius + offset }),
      },
      at,
    );
  });
}

function coverage({ site, appliance, probe: id }: SimulatedProbe, now: number): string[] {
  const last = Math.floor(now / hour) * hour;
  const tags = { site, appliance, probe: id };
  return range(last - 2 * day, last, hour).flatMap((at) => {
    const whole = { in_ms: hour, low_ms: 0, high_ms: 0, unknown_ms: 0, revision: 1 };
    if (id !== "fridge-1-product" || at !== last - 4 * hour) return [point("coverage", tags, whole, at, 1)];
    // Half of that hour became known later.
    const silent = { in_ms: 0, low_ms: 0, high_ms: 0, unknown_ms: hour, revision: 1 };
    const half = { in_ms: hour / 4, low_ms: 0, high_ms: hour / 4, unknown_ms: hour / 2, revision: 2 };
    return [point("coverage", tags, silent, at, 1), point("coverage", tags, half, at, 2)];
  });
}

function limits({ site, appliance, probe: id, low, high }: SimulatedProbe, now: number): string[] {
  const lows = low === null ? {} : { low, critical_low: low - 1 };
  const midnight = Math.floor(now / day) * day;
  return range(midnight - 40 * day, now, day).map((at) =>
    point("limits", { site, appliance, probe: id }, { high, critical_high: high + 4, ...lows }, at),
  );
}

function excursions(now: number): string[] {
  const place = { site: "ward", appliance: "fridge-1", probe: "fridge-1-product", side: "high" };
  const over = now - 20 * hour;
  const base = { unknown_ms: 0, extreme_celsius: 7.4, degree_minutes: 12.5, critical: false };
  const first = { ...base, id: "excursion-1", start_ms: over - hour };
  return [
    point(
      "excursions",
      place,
      { ...first, revision: 1, status: "open", change: "opened", out_ms: 10 * minute, units_held: 2 },
      over - 50 * minute,
    ),
    point(
      "excursions",
      place,
      {
        ...first,
        revision: 2,
        status: "closed",
        change: "closed",
        end_ms: over,
        out_ms: hour,
        units_held: 2,
      },
      over,
    ),
    point(
      "excursions",
      place,
      {
        ...base,
        id: "excursion-2",
        revision: 1,
        status: "open",
        change: "opened",
        start_ms: now - stateAge,
        out_ms: 10 * minute,
        units_held: 3,
      },
      now - 30 * minute,
    ),
    point(
      "excursions",
      { ...place, site: "clinic", appliance: "clinic-fridge" },
      {
        ...base,
        id: "clinic-excursion",
        revision: 1,
        status: "open",
        change: "opened",
        start_ms: now - hour,
        out_ms: minute,
        units_held: 9,
      },
      now - hour,
    ),
    point(
      "holds",
      { site: "ward", appliance: "fridge-1" },
      { excursion: "excursion-1", held: 2, event: "held" },
      over - 50 * minute,
    ),
    point(
      "holds",
      { site: "ward", appliance: "fridge-1" },
      { excursion: "excursion-1", held: 0, event: "released" },
      now - hour,
    ),
    point(
      "holds",
      { site: "ward", appliance: "fridge-1" },
      { excursion: "excursion-2", held: 3, event: "held" },
      now - 30 * minute,
    ),
  ];
}

/** How long it took to acknowledge each of the alarms that were taken on, in their order. Unit ms. */
export const acknowledgedAfter: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 60].map(
  (each) => each * minute,
);

/** How many alarms were raised in all, and how many of them went away by themselves before anybody came. */
export const alarmCounts = { raised: acknowledgedAfter.length + 5 + 1, gone: 5 } as const;

function alarms(now: number): string[] {
  const taken = acknowledgedAfter.flatMap((after, index) => {
    const raisedAt = now - (28 - 2 * index) * day;
    const lasted = index === 3 ? 26 * hour : 2 * hour;
    return [
      alarm(
        "fridge-1",
        "temperature-high",
        "critical",
        `taken-${index}`,
        raisedAt,
        "raised",
        "unacknowledged",
        0,
      ),
      alarm(
        "fridge-1",
        "temperature-high",
        "critical",
        `taken-${index}`,
        raisedAt,
        "acknowledged",
        "acknowledged",
        after,
      ),
      alarm(
        "fridge-1",
        "temperature-high",
        "critical",
        `taken-${index}`,
        raisedAt,
        "returned",
        "normal",
        lasted,
      ),
      ...["owed", "sent"].map((outcome, step) =>
        point(
          "calls",
          { site: "ward", appliance: "fridge-1", kind: "temperature-high" },
          { alarm: `taken-${index}`, channel: "mail", outcome, number: 1 },
          raisedAt + step * 2_000,
        ),
      ),
    ];
  });
  const gone = range(0, alarmCounts.gone, 1).flatMap((index) => {
    const raisedAt = now - (5 * index + 3) * day;
    return [
      alarm("fridge-2", "door", "warning", `gone-${index}`, raisedAt, "raised", "unacknowledged", 0),
      alarm(
        "fridge-2",
        "door",
        "warning",
        `gone-${index}`,
        raisedAt,
        "returned",
        "returned-unacknowledged",
        5 * minute,
      ),
      alarm("fridge-2", "door", "warning", `gone-${index}`, raisedAt, "acknowledged", "normal", 9 * minute),
    ];
  });
  const open = alarm(
    "fridge-1",
    "temperature-high",
    "critical",
    "open",
    now - 30 * minute,
    "raised",
    "unacknowledged",
    0,
  );
  const elsewhere = point(
    "alarms",
    { site: "clinic", appliance: "clinic-fridge", kind: "door", severity: "warning" },
    {
      id: "clinic-alarm",
      subject: "clinic-fridge",
      event: "raised",
      phase: "unacknowledged",
      actor: "clinic",
      since_raised_ms: 0,
    },
    now - hour,
  );
  return [...taken, ...gone, open, elsewhere];
}

function alarm(
  appliance: string,
  kind: string,
  severity: string,
  id: string,
  raisedAt: number,
  event: string,
  phase: string,
  after: number,
): string {
  const fields = {
    id,
    subject: `${appliance}-product`,
    probe: `${appliance}-product`,
    event,
    phase,
    actor: "engine",
    note: "",
    since_raised_ms: after,
  };
  return point("alarms", { site: "ward", appliance, kind, severity }, fields, raisedAt + after);
}

function equipment(now: number): string[] {
  const tags = { site: "ward", appliance: "fridge-1", subject: "fridge-1", kind: "door" };
  return [
    point("equipment", tags, { active: 1 }, now - 50 * minute),
    point("equipment", tags, { active: 0 }, now - 45 * minute),
    point("equipment", { ...tags, kind: "power" }, { active: 1 }, now - 20 * minute),
  ];
}

function platform(now: number): string[] {
  const gateways = range(now - 6 * hour, now, minute).flatMap((at) => [
    point("gateways", { site: "ward", gateway: "gateway-1" }, { held_readings: 4, late_ms: 900 }, at),
    ...(now - at < 2 * hour
      ? []
      : [
          point(
            "gateways",
            { site: "ward", gateway: "gateway-2" },
            { held_readings: 70, late_ms: 1_500 },
            at,
          ),
        ]),
  ]);
  const server = range(now - 6 * hour, now, 15_000).map((at, index) =>
    point(
      "platform",
      { site: "ward" },
      {
        journal_seq: index,
        projection_lag_entries: 2,
        projection_lag_ms: 800,
        readings_total: 150 * index,
        decision_p99_ms: 12.5,
        disk_free_bytes: 50_000_000_000,
        records_bytes: 1_000_000_000 + index,
      },
      at,
    ),
  );
  return [...gateways, ...server];
}
