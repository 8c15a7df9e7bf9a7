import { isGood, type Reading } from "@coldkeep/core/readings/reading.ts";
import { hourMs, minuteMs, secondMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import type { AlarmView, ApplianceView, BoardView, LimitsView, ProbeView, Standing } from "./views.ts";

/** Builders of views with defaults, for tests: a morning at a blood bank. Each takes what a test wants otherwise. */

/** 2026-11-22T08:30:00Z, 09:30 in Brussels. */
export const sampleNow: EpochMs = Temporal.Instant.from("2026-11-22T08:30:00Z").epochMilliseconds;

/** The site of the fixtures. */
export const sampleSite = { id: "mechelen", timeZone: "Europe/Brussels" } as const;

/** Limits of a red cell refrigerator. */
export const redCellLimits: LimitsView = { low: 2, high: 6, criticalLow: 1, criticalHigh: 10 };
/** Limits of a plasma freezer. */
export const plasmaLimits: LimitsView = { low: null, high: -25, criticalLow: null, criticalHigh: -18 };
/** Limits of a platelet incubator. */
export const plateletLimits: LimitsView = { low: 20, high: 24, criticalLow: 18, criticalHigh: 26 };

/** One reading a minute around `base`, with a swell like a compressor's; from `outFrom` it climbs by `rise` within half an hour. */
export function sampleReadings(
  from: EpochMs,
  to: EpochMs,
  base: number,
  outFrom = Infinity,
  rise = 0,
): Reading[] {
  const readings: Reading[] = [];
  for (let at = from; at <= to; at += minuteMs) {
    const swell = Math.sin(at / (9 * minuteMs)) * 0.35 + Math.sin(at / (37 * minuteMs)) * 0.2;
    const climb = at < outFrom ? 0 : rise * Math.min(1, (at - outFrom) / (30 * minuteMs));
    readings.push({ at, celsius: Math.round((base + swell + climb) * 100) / 100 });
  }
  return readings;
}

/** A probe whose sparkline is thinned from its readings. A gap is a null in it. */
export function sampleProbe(
  id: string,
  standing: Standing,
  readings: readonly Reading[],
  limits: LimitsView = redCellLimits,
): ProbeView {
  const step = Math.max(1, Math.ceil(readings.length / 118));
  const spark: [EpochMs, number | null][] = [];
  for (const [index, reading] of readings.entries()) {
    if (index % step !== 0 && index !== readings.length - 1) continue;
    const last = spark.at(-1)?.[0];
    if (last !== undefined && reading.at - last > step * 6 * minuteMs)
      spark.push([(last + reading.at) / 2, null]);
    spark.push([reading.at, isGood(reading) ? reading.celsius : null]);
  }
  return {
    id,
    kind: "buffered",
    standing,
    latest: readings.at(-1) ?? null,
    limits,
    spark: spark.slice(-120),
  };
}

/** An appliance in range with one probe. */
export function sampleAppliance(change: Partial<ApplianceView> = {}): ApplianceView {
  const id = change.id ?? "fridge-1";
  const readings = sampleReadings(sampleNow - 6 * hourMs, sampleNow - 20 * secondMs, 4);
  return {
    id,
    name: "Red cells 1",
    kind: "refrigerator",
    profile: "red-cells-eu",
    probes: [sampleProbe(`${id}-product`, "in", readings)],
    openExcursions: [],
    unitsInside: 214,
    unitsHeld: 0,
    ...change,
  };
}

/** An alarm that nobody has acknowledged. */
export function sampleAlarm(change: Partial<AlarmView> = {}): AlarmView {
  return {
    id: "alarm-1",
    kind: "temperature-high",
    phase: "unacknowledged",
    severity: "critical",
    appliance: "fridge-3",
    applianceName: "Réfrigérateur 3",
    probe: "fridge-3-product",
    raisedAt: sampleNow - 42 * minuteMs,
    text: "fridge-3-product has been above 6 °C for 47 min; latest 9.1 °C.",
    acknowledgedBy: null,
    ...change,
  };
}

/** A board with every state on it. */
export function sampleBoard(change: Partial<BoardView> = {}): BoardView {
  const from = sampleNow - 6 * hourMs;
  const to = sampleNow - 20 * secondMs;
  const warm = sampleReadings(from, to, 4.2, sampleNow - 70 * minuteMs, 4.9);
  const cold = sampleReadings(from, to, 21.4, sampleNow - 50 * minuteMs, -2.6);
  const silent = sampleReadings(from, sampleNow - 71 * minuteMs, -31).filter(
    (_, index) => index < 90 || index > 150,
  );
  const pending = sampleReadings(from, sampleNow - 3 * minuteMs, 3.6);
  const faulty: Reading[] = [
    ...sampleReadings(from, sampleNow - 30 * minuteMs, 4.1),
    { at: to, fault: "open" },
  ];
  const calm = Array.from({ length: 14 }, (_, index) =>
    sampleAppliance({
      id: `calm-${index}`,
      name: index % 3 === 2 ? `Plasma ${index}` : `Red cells ${index + 4}`,
      kind: index % 3 === 2 ? "freezer" : "refrigerator",
      unitsInside: 40 + index * 13,
      probes: [
        index % 3 === 2
          ? sampleProbe(
              `calm-${index}-air`,
              "in",
              sampleReadings(from, to - index * secondMs, -31 - index / 9),
              plasmaLimits,
            )
          : sampleProbe(
              `calm-${index}-product`,
              "in",
              sampleReadings(from, to - index * secondMs, 3.6 + index / 20),
            ),
      ],
    }),
  );
  return {
    site: sampleSite,
    at: sampleNow,
    alarms: [
      sampleAlarm(),
      sampleAlarm({
        id: "alarm-2",
        kind: "probe-silent",
        severity: "warning",
        appliance: "freezer-2",
        applianceName: "Plasma 2",
        probe: "freezer-2-air",
        raisedAt: sampleNow - 66 * minuteMs,
        text: "freezer-2-air has sent nothing since 08:19.",
      }),
      sampleAlarm({
        id: "alarm-3",
        kind: "temperature-low",
        phase: "acknowledged",
        acknowledgedBy: "A. Peeters",
        appliance: "incubator-1",
        applianceName: "Platelets 1",
        raisedAt: sampleNow - 31 * minuteMs,
        text: "incubator-1-product has been below 20 °C for 36 min; latest 19.0 °C.",
      }),
    ],
    appliances: [
      sampleAppliance({
        id: "fridge-3",
        name: "Réfrigérateur 3",
        probes: [sampleProbe("fridge-3-product", "high", warm), sampleProbe("fridge-3-air", "high", warm)],
        openExcursions: ["exc-20261122-0001"],
        unitsHeld: 86,
        unitsInside: 86,
      }),
      sampleAppliance({
        id: "incubator-1",
        name: "Platelets 1",
        kind: "incubator",
        probes: [sampleProbe("incubator-1-product", "low", cold, plateletLimits)],
        openExcursions: ["exc-20261122-0002"],
        unitsHeld: 31,
        unitsInside: 31,
      }),
      sampleAppliance({
        id: "freezer-2",
        name: "Plasma 2",
        kind: "freezer",
        probes: [sampleProbe("freezer-2-air", "unknown", silent, plasmaLimits)],
        openExcursions: ["exc-20261122-0003"],
        unitsHeld: 410,
        unitsInside: 410,
      }),
      sampleAppliance({
        id: "fridge-9",
        name: "Koelkast één",
        probes: [sampleProbe("fridge-9-product", "unknown", faulty)],
      }),
      sampleAppliance({
        id: "box-1",
        name: "Transport box 1",
        kind: "transport-box",
        probes: [sampleProbe("box-1-product", "none", [])],
        unitsInside: 0,
      }),
      sampleAppliance({
        id: "fridge-2",
        name: "Red cells 2",
        probes: [sampleProbe("fridge-2-product", "pending", pending)],
      }),
      ...calm,
    ],
    ...change,
  };
}
