import { instantOrNull } from "@coldkeep/core/contract/instants.ts";
import { dayIn } from "@coldkeep/core/corrective/corrective-action.ts";
import { heldInterval } from "@coldkeep/core/engine/excursion.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { actionOnWire } from "../corrective/action-on-wire.ts";
import { type ExcursionFacts, type PeriodFacts, probesOf } from "./period-facts.ts";

/** A cell as a program reads it: instants in UTC, lengths in ms. Null is an empty field. */
export type Cell = string | number | boolean | null;

/** A list that goes with a report as a file of its own. */
export interface PeriodList {
  /** Its file's name without the ending. */
  readonly name: string;
  readonly description: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** All lists of a report, each complete, in the order in which they are read. */
export function periodLists(facts: PeriodFacts): PeriodList[] {
  return [
    coverageList(facts),
    gapsList(facts),
    interruptionsList(facts),
    excursionsList(facts),
    revisionsList(facts),
    alarmsList(facts),
    testsList(facts),
    rulesList(facts),
    calibrationsList(facts),
    changesList(facts),
    holdsList(facts),
    dispositionsList(facts),
    actionsList(facts),
    signaturesList(facts),
  ];
}

function coverageList(facts: PeriodFacts): PeriodList {
  const header =
    "appliance,appliance_name,probe,in_ms,low_ms,high_ms,unknown_ms,pending_ms,window_ms,min_celsius,max_celsius,longest_out_ms,degree_minutes,readings,faults,gaps,short_unknown,short_unknown_ms,further_gaps,further_gaps_ms,mkt_celsius";
  return {
    name: "coverage",
    description: "How the time of each probe divides; in, low, high, unknown and pending are the window",
    header: header.split(","),
    rows: probesOf(facts).map(({ appliance, probe }) => {
      const { measure, short, further } = probe;
      return [
        appliance.id,
        appliance.name,
        probe.id,
        measure.inMs,
        measure.lowMs,
        measure.highMs,
        measure.unknownMs,
        measure.pendingMs,
        facts.window.to - facts.window.from,
        measure.minCelsius,
        measure.maxCelsius,
        measure.longestOutMs,
        measure.degreeMinutes,
        probe.readings,
        probe.faults,
        probe.gaps.length,
        short.count,
        short.ms,
        further.count,
        further.ms,
        probe.mktCelsius,
      ];
    }),
  };
}

function gapsList(facts: PeriodFacts): PeriodList {
  return {
    name: "gaps",
    description:
      "Time longer than the profile's maxGap of which nothing can be shown, and what is on record for it",
    header: ["appliance", "probe", "from", "to", "length_ms", "cause", "explained_ms", "explanation"],
    rows: probesOf(facts).flatMap(({ appliance, probe }) =>
      probe.gaps.map(({ from, to, reasons }) => [
        appliance.id,
        probe.id,
        formatInstant(from),
        formatInstant(to),
        to - from,
        reasons[0]?.cause ?? "nothing-known",
        reasons[0]?.ms ?? 0,
        reasons
          .map(({ cause, ms, about }) => `${cause} ${ms}${about === "" ? "" : ` (${about})`}`)
          .join("; "),
      ]),
    ),
  };
}

function interruptionsList({ interruptions }: PeriodFacts): PeriodList {
  return {
    name: "interruptions",
    description: "Appliances out of service, lost mains, silent gateways",
    header: ["kind", "subject", "from", "to", "said"],
    rows: interruptions.map(({ kind, subject, from, to, said }) => [
      kind,
      subject,
      formatInstant(from),
      instantOrNull(to),
      said,
    ]),
  };
}

const figuresHeader = [
  "side",
  "start",
  "end",
  "held_from",
  "held_to",
  "out_ms",
  "unknown_ms",
  "extreme_celsius",
  "degree_minutes",
  "critical",
];

function figureCells(figures: ExcursionFacts["figures"]): Cell[] {
  const held = heldInterval(figures);
  return [
    figures.side,
    formatInstant(figures.start),
    instantOrNull(figures.end),
    formatInstant(held.from),
    instantOrNull(held.to),
    figures.outMs,
    figures.unknownMs,
    figures.extremeCelsius,
    figures.degreeMinutes,
    figures.critical,
  ];
}

function excursionsList({ excursions }: PeriodFacts): PeriodList {
  return {
    name: "excursions",
    description: "Excursions that touch the period, as they stand, withdrawn ones among them",
    header: [
      "excursion",
      "appliance",
      "probe",
      "status",
      "revision",
      ...figuresHeader,
      "units_held",
      "review",
      "signed_by",
    ],
    rows: excursions.map((each) => [
      each.id,
      each.appliance,
      each.probe,
      each.status,
      each.revision,
      ...figureCells(each.figures),
      each.unitsHeld,
      each.review,
      each.signatures.map(({ name, at }) => `${name} ${formatInstant(at)}`).join("; "),
    ]),
  };
}

function revisionsList({ excursions }: PeriodFacts): PeriodList {
  return {
    name: "revisions",
    description: "What was known of these excursions when",
    header: ["excursion", "revision", "known_at", "change", "reason", "status", ...figuresHeader],
    rows: excursions.flatMap(({ id, revisions }) =>
      revisions.map((each) => [
        id,
        each.revision,
        formatInstant(each.knownAt),
        each.change,
        each.reason,
        each.status,
        ...figureCells(each.figures),
      ]),
    ),
  };
}

function alarmsList({ alarms }: PeriodFacts): PeriodList {
  const header =
    "alarm,kind,severity,subject,appliance,raised_at,acknowledged_at,acknowledged_by,acknowledged_after_ms,returned_at,returned_after_ms,unanswered,phase,text";
  return {
    name: "alarms",
    description: "Alarms raised in the period and how they were answered",
    header: header.split(","),
    rows: alarms.map((each) => [
      each.id,
      each.kind,
      each.severity,
      each.subject,
      each.appliance,
      formatInstant(each.raisedAt),
      instantOrNull(each.acknowledgedAt),
      each.acknowledgedBy,
      each.acknowledgedAt === null ? null : each.acknowledgedAt - each.raisedAt,
      instantOrNull(each.returnedAt),
      each.returnedAt === null ? null : each.returnedAt - each.raisedAt,
      each.isUnanswered,
      each.phase,
      each.text,
    ]),
  };
}

function testsList({ tests }: PeriodFacts): PeriodList {
  const header =
    "drill,appliance,probe,course,started_at,ended_at,outcome,why,goal_ms,raised_after_ms,handed_over_after_ms,answered_after_ms,answered_by,planned_by,reason,reviewed_by,reviewed_at";
  const after = (at: number | null, from: number | null): number | null =>
    at === null || from === null ? null : at - from;
  return {
    name: "drills",
    description: "Tests of the alarms that ended in the period",
    header: header.split(","),
    rows: tests.map((each) => [
      each.id,
      each.appliance,
      each.probe,
      each.course,
      instantOrNull(each.startedAt),
      formatInstant(each.endedAt),
      each.outcome,
      each.why,
      each.goalMs,
      after(each.raisedAt, each.startedAt),
      after(each.handedOverAt, each.raisedAt),
      after(each.answeredAt, each.raisedAt),
      each.answeredBy,
      each.plannedBy,
      each.reason,
      each.reviewedBy,
      instantOrNull(each.reviewedAt),
    ]),
  };
}

function rulesList(facts: PeriodFacts): PeriodList {
  const header =
    "probe,from,to,profile,source,edition,low,high,critical_low,critical_high,deadband,max_gap_ms,excursion_after_ms,recover_after_ms,unmonitored_after_ms,alarm_delay_ms";
  return {
    name: "rules",
    description: "Limits and timings in force",
    header: header.split(","),
    rows: probesOf(facts).flatMap(({ probe }) =>
      probe.rules.map(({ from, to, name, source, edition, rule }) => [
        probe.id,
        formatInstant(from),
        formatInstant(to),
        name,
        source,
        edition,
        rule.low,
        rule.high,
        rule.criticalLow,
        rule.criticalHigh,
        rule.deadband,
        rule.maxGap,
        rule.excursionAfter,
        rule.recoverAfter,
        rule.unmonitoredAfter,
        rule.alarmDelay,
      ]),
    ),
  };
}

function calibrationsList(facts: PeriodFacts): PeriodList {
  return {
    name: "calibrations",
    description:
      "Calibrations in force, and how each probe's stands at the end; no calibration is a line too",
    header: ["probe", "state", "from", "to", "offset", "certificate", "uncertainty", "by", "date", "due"],
    rows: probesOf(facts).flatMap(({ probe }) =>
      probe.calibrations.length === 0
        ? [[probe.id, probe.due, null, null, null, null, null, null, null, null]]
        : probe.calibrations.map(({ from, to, calibration }) => [
            probe.id,
            probe.due,
            formatInstant(from),
            formatInstant(to),
            calibration.offset,
            calibration.certificate ?? null,
            calibration.uncertainty ?? null,
            calibration.by ?? null,
            calibration.date ?? null,
            calibration.due ?? null,
          ]),
    ),
  };
}

function changesList({ changes }: PeriodFacts): PeriodList {
  return {
    name: "changes",
    description:
      "Changes of master data, rules and settings from the audit trail, one line for each difference",
    header: ["audit_entry", "at", "actor", "action", "subject", "why", "path", "from", "to"],
    rows: changes.map((each) => [
      each.entry,
      formatInstant(each.at),
      each.actor,
      each.action,
      each.subject,
      each.why,
      each.path,
      each.from,
      each.to,
    ]),
  };
}

function holdsList({ units }: PeriodFacts): PeriodList {
  return {
    name: "holds",
    description: "Holds of units that began or ended in the period",
    header: ["din", "product_code", "excursion", "since", "exposed", "released_at"],
    rows: units.holds.map((each) => [
      each.din,
      each.productCode,
      each.excursion,
      formatInstant(each.since),
      each.isExposed,
      instantOrNull(each.releasedAt),
    ]),
  };
}

function dispositionsList({ units }: PeriodFacts): PeriodList {
  return {
    name: "dispositions",
    description: "Decisions about units taken in the period",
    header: ["at", "din", "product_code", "decision", "reason", "decided_by"],
    rows: units.dispositions.map((each) => [
      formatInstant(each.at),
      each.din,
      each.productCode,
      each.decision,
      each.reason,
      each.by,
    ]),
  };
}

function actionsList({ actions, window, knownAt, timeZone }: PeriodFacts): PeriodList {
  const today = dayIn(timeZone, Math.min(window.to - 1, knownAt));
  const header =
    "number,excursion,what,owner,due,cause,state,planned_by,planned_at,outcome,note,done_by,done_on,ended_by,ended_at";
  return {
    name: "actions",
    description: "Corrective actions that were open in the period, as they stand",
    header: header.split(","),
    rows: actions
      .map((action) => actionOnWire(action, today))
      .map(({ number, excursion, what, owner, due, cause, state, plannedBy, plannedAt, end }) => [
        number,
        excursion,
        what,
        owner.name,
        due,
        cause,
        state,
        plannedBy,
        plannedAt,
        end?.outcome ?? null,
        end?.note ?? null,
        end?.doneBy ?? null,
        end?.doneOn ?? null,
        end?.by ?? null,
        end?.at ?? null,
      ]),
  };
}

function signaturesList({ signatures }: PeriodFacts): PeriodList {
  return {
    name: "signatures",
    description: "Electronic signatures given in the period",
    header: [
      "at",
      "name",
      "login",
      "role",
      "meaning",
      "method",
      "subject_kind",
      "subject",
      "reason",
      "content_sha256",
    ],
    rows: signatures.map((each) => [
      formatInstant(each.at),
      each.name,
      each.login,
      each.role,
      each.meaning,
      each.method,
      each.subjectKind,
      each.subject,
      each.reason,
      each.contentHash,
    ]),
  };
}
