import type { KeptAction } from "../corrective/corrective-records.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import { isGood } from "@coldkeep/core/readings/reading.ts";
import { hourMs, minuteMs, secondMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import {
  redCellLimits,
  sampleAlarm,
  sampleAppliance,
  sampleBoard,
  sampleNow,
  sampleReadings,
  sampleSite,
} from "./sample-views.ts";
import type {
  AppliancePageView,
  CurveView,
  ExcursionPageView,
  ExcursionView,
  HeldUnitView,
  MessageEvent,
} from "./views.ts";

/** A high excursion, closed, with a gap in it. */
export function sampleExcursion(change: Partial<ExcursionView> = {}): ExcursionView {
  const start = sampleNow - 3 * hourMs;
  return {
    id: "exc-20261122-0001",
    probe: "fridge-3-product",
    appliance: "fridge-3",
    applianceName: "Réfrigérateur 3",
    status: "closed",
    review: "unsigned",
    revision: 3,
    unitsHeld: 3,
    side: "high",
    start,
    end: start + 74 * minuteMs,
    provenGoodBefore: start - 12 * secondMs,
    provenGoodAfter: start + 75 * minuteMs,
    outMs: 52 * minuteMs + 14 * secondMs,
    unknownMs: 22 * minuteMs,
    extremeCelsius: 9.37,
    degreeMinutes: 131.42,
    critical: false,
    ...change,
  };
}

/** The same excursion while it lasts. */
export function sampleOpenExcursion(change: Partial<ExcursionView> = {}): ExcursionView {
  return sampleExcursion({ status: "open", end: null, provenGoodAfter: null, revision: 1, ...change });
}

/** Readings of an excursion with a gap in the middle of it. */
export function sampleCurve(change: Partial<CurveView> = {}): CurveView {
  const from = sampleNow - 6 * hourMs;
  const start = sampleNow - 3 * hourMs - 10 * minuteMs;
  const back = sampleNow - 110 * minuteMs;
  const readings = sampleReadings(from, sampleNow - 20 * secondMs, 4, start, 4.8).map((reading) =>
    isGood(reading) && reading.at > back
      ? {
          at: reading.at,
          celsius: reading.celsius - 4.8 * Math.min(1, (reading.at - back) / (12 * minuteMs)),
        }
      : reading,
  );
  const gap = (at: EpochMs): boolean => at > start + 48 * minuteMs && at < start + 70 * minuteMs;
  return {
    probe: "fridge-3-product",
    from,
    to: sampleNow,
    readings: readings.filter((reading) => !gap(reading.at)),
    maxGapMs: 5 * minuteMs,
    limits: redCellLimits,
    ...change,
  };
}

/** A held unit that is still inside. */
export function sampleUnit(index: number, change: Partial<HeldUnitView> = {}): HeldUnitView {
  return {
    din: `B1234 26 ${String(100_000 + index * 37)}`.replaceAll(" ", ""),
    productCode: index % 2 === 0 ? "E0398V00" : "E0382V00",
    residenceFrom: sampleNow - (30 + index) * hourMs,
    residenceTo: null,
    now: "Réfrigérateur 3",
    exposed: true,
    heldSince: sampleNow - 2 * hourMs - 40 * minuteMs,
    released: false,
    decision: null,
    ...change,
  };
}

/** A corrective action that is overdue. */
export function sampleAction(change: Partial<KeptAction> = {}): KeptAction {
  return {
    number: 7,
    excursion: "exc-20261122-0001",
    what: "Replace the door's gasket, and teach the night shift to look whether it is shut",
    owner: { login: "eva", name: "Eva Ødegård" },
    due: "2026-11-21",
    cause: "Door left open",
    by: "Bea Claes",
    at: sampleNow - 50 * hourMs,
    end: null,
    ...change,
  };
}

/** Everything about an excursion. */
export function sampleExcursionPage(change: Partial<ExcursionPageView> = {}): ExcursionPageView {
  const excursion = change.excursion ?? sampleExcursion();
  const {
    side,
    start,
    end,
    provenGoodBefore,
    provenGoodAfter,
    outMs,
    unknownMs,
    extremeCelsius,
    degreeMinutes,
    critical,
  } = excursion;
  const figures: ExcursionFigures = {
    side,
    start,
    end,
    provenGoodBefore,
    provenGoodAfter,
    outMs,
    unknownMs,
    extremeCelsius,
    degreeMinutes,
    critical,
  };
  const early: ExcursionFigures = {
    ...figures,
    end: null,
    provenGoodAfter: null,
    outMs: 10 * minuteMs,
    unknownMs: 0,
    extremeCelsius: 8.12,
    degreeMinutes: 11,
  };
  return {
    site: sampleSite,
    at: sampleNow,
    excursion,
    profile: "red-cells-eu",
    profileSource: "Directive 2004/33/EC Annex IV",
    curve: sampleCurve(),
    times: [{ source: "uptime", worstMs: 1_000, readings: 41 }],
    units: [
      sampleUnit(1),
      sampleUnit(2, { now: null, residenceTo: start + 20 * minuteMs }),
      sampleUnit(3, { exposed: false, now: "Koelkast één" }),
    ],
    revisions: [
      {
        revision: 1,
        knownAt: start + 10 * minuteMs,
        change: "opened",
        reason: "Out of range for as long as the profile allows.",
        figures: early,
      },
      {
        revision: 2,
        knownAt: start + 81 * minuteMs,
        change: "extended",
        reason: "Closed after 5 min of recovery.",
        figures: { ...figures, outMs: figures.outMs - 8 * minuteMs },
      },
      {
        revision: 3,
        knownAt: start + 95 * minuteMs,
        change: "extended",
        reason: "Readings from 06:08 to 06:16 arrived late.",
        figures,
      },
    ],
    signatures: [],
    decisions: [],
    actions: [sampleAction()],
    alarms: [sampleAlarm({ phase: "acknowledged", acknowledgedBy: "A. Peeters" })],
    notifications: [
      {
        contact: "Night duty",
        address: "duty@example.org",
        subject: "Réfrigérateur 3 is too warm",
        owedAt: start + 10 * minuteMs,
        sentAt: start + 10 * minuteMs + 4 * secondMs,
        attempts: 1,
        lastError: null,
        outcome: "delivered",
        happened: sampleReturn(start + 10 * minuteMs),
      },
      {
        contact: "Quality officer",
        address: "quality@example.org",
        subject: "Excursion at Réfrigérateur 3",
        owedAt: start + 10 * minuteMs,
        sentAt: null,
        attempts: 4,
        lastError: "mail server refused the connection",
        outcome: null,
        happened: [],
      },
    ],
    journalHead: {
      sequence: 184_223,
      hash: "9f3c1b0de42a7766c15f0e6b2a8d94c07be15a3390d1f4c2e87a6b5d43210fed",
    },
    auditHead: {
      sequence: 2_217,
      hash: "0b7d5e31c8fa46920e1d7c35b8a4f6129d03e75c1ba8846fd2907e3c5a61b4f8",
    },
    ...change,
  };
}

/** The page of the appliance that is too warm. */
export function sampleAppliancePage(change: Partial<AppliancePageView> = {}): AppliancePageView {
  const board = sampleBoard();
  return {
    site: sampleSite,
    at: sampleNow,
    appliance: board.appliances[0] ?? sampleAppliance(),
    curves: [sampleCurve()],
    alarms: [sampleAlarm()],
    excursions: [
      sampleExcursion(),
      sampleExcursion({
        id: "exc-20261119-0004",
        side: "unmonitored",
        outMs: 0,
        extremeCelsius: null,
        provenGoodBefore: null,
        provenGoodAfter: null,
      }),
    ],
    ...change,
  };
}

/** A mail that came back, and the SMS that was sent for it. */
function sampleReturn(at: EpochMs): readonly MessageEvent[] {
  const detail = "the mail came back: duty@example.org: 550 5.1.1 no such mailbox";
  return [
    { at: at + secondMs, event: "accepted", channel: "mail", detail: null },
    { at: at + 3 * secondMs, event: "returned", channel: "mail", detail },
    { at: at + 3 * secondMs, event: "moved-on", channel: "twilio", detail },
    { at: at + 4 * secondMs, event: "accepted", channel: "twilio", detail: null },
    { at: at + 9 * secondMs, event: "ended", channel: "twilio", detail: "delivered" },
  ];
}
