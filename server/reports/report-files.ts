import { figuresOnWire } from "@coldkeep/core/contract/excursions.ts";
import { instantOrNull } from "@coldkeep/core/contract/instants.ts";
import { dayIn } from "@coldkeep/core/corrective/corrective-action.ts";
import { readingsCsv } from "@coldkeep/core/report/readings-csv.ts";
import { type ReportData, reportFiles, reportFormat } from "@coldkeep/core/report/report-data.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { actionOnWire } from "../corrective/action-on-wire.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { ExcursionPageView, HeldUnitView } from "../pages/views.ts";
import type { Attachment } from "./attachment.ts";
import { csvField } from "./csv-field.ts";
import { rulesOf } from "./report-exposures.ts";
import type { Evidence, StatedExposure, StatedProfile } from "./report-evidence.ts";

/** The files inside the report of an excursion: what it states, the readings from which it follows, and the units. The same report has the same files. */
export function reportAttachments(view: ExcursionPageView, evidence: Evidence): Attachment[] {
  const readings = readingsCsv(evidence.readings);
  const units = unitsCsv(view.units, evidence.exposures);
  const actions = actionsCsv(view);
  const data: ReportData = {
    ...reportData(view, evidence),
    readings: { name: reportFiles.readings, sha256: sha256Hex(readings), entries: evidence.readings.length },
    units: { name: reportFiles.units, sha256: sha256Hex(units), entries: view.units.length },
    actionList: { name: reportFiles.actions, sha256: sha256Hex(actions), entries: view.actions.length },
  };
  const file = (name: string, mediaType: string, description: string, text: string): Attachment => ({
    name,
    mediaType,
    description,
    relationship: "Data",
    content: new TextEncoder().encode(text),
    at: view.at,
  });
  return [
    file(
      reportFiles.data,
      "application/json",
      "Everything that this report states",
      `${JSON.stringify(data, null, 1)}\n`,
    ),
    file(
      reportFiles.readings,
      "text/csv",
      "The readings from which its figures follow, as they were judged",
      readings,
    ),
    file(reportFiles.units, "text/csv", "The units that it holds", units),
    file(reportFiles.actions, "text/csv", "Corrective actions", actions),
  ];
}

function reportData(
  view: ExcursionPageView,
  { profiles, calibrations, exposures }: Evidence,
): Omit<ReportData, "readings" | "units" | "actionList"> {
  const { excursion } = view;
  const { id, probe, appliance, status, revision, applianceName } = excursion;
  return {
    format: reportFormat,
    site: view.site.id,
    timeZone: view.site.timeZone,
    knownAt: formatInstant(view.at),
    excursion: { id, probe, appliance, status, ...figuresOnWire(excursion), revision },
    applianceName,
    profiles: profiles.map(profileOnWire),
    calibrations: calibrations.map((each) => ({
      from: each.from === undefined ? null : formatInstant(each.from),
      offset: each.offset,
      certificate: each.certificate ?? null,
      uncertainty: each.uncertainty ?? null,
      due: each.due ?? null,
    })),
    revisions: view.revisions.map((each) => ({
      revision: each.revision,
      knownAt: formatInstant(each.knownAt),
      change: each.change,
      reason: each.reason,
      status:
        each.change === "withdrawn" || each.change === "merged"
          ? "withdrawn"
          : each.figures.end === null
            ? "open"
            : "closed",
      ...figuresOnWire(each.figures),
    })),
    alarms: view.alarms.map(
      ({ id: alarm, kind, severity, phase, raisedAt, acknowledgedBy, text, answers = [] }) => ({
        id: alarm,
        kind,
        severity,
        phase,
        raisedAt: formatInstant(raisedAt),
        acknowledgedBy,
        text,
        answers: answers.map(({ at, by, note }) => ({ at: formatInstant(at), by, note })),
      }),
    ),
    told: view.notifications.map(({ contact, subject, owedAt, sentAt, attempts, outcome }) => ({
      contact,
      subject,
      owedAt: formatInstant(owedAt),
      sentAt: instantOrNull(sentAt),
      attempts,
      outcome,
    })),
    signatures: view.signatures.map(({ name, at, meaning, reason, contentHash, stands }) => ({
      name,
      at: formatInstant(at),
      meaning,
      reason,
      contentHash,
      covers: stands ? "the present version" : "an earlier version",
    })),
    decisions: view.decisions.map(({ name, at, decision, reason, content, second }) => ({
      decision,
      name,
      at: formatInstant(at),
      reason,
      cause: content.cause,
      units: content.units.map(({ din, productCode }) => `${din} ${productCode}`),
      second:
        second === null
          ? null
          : {
              name: second.name,
              verdict: second.verdict,
              reason: second.reason,
              at: formatInstant(second.at),
            },
    })),
    actions: actionsOf(view).map(({ excursion: _same, owner, ...action }) => ({
      ...action,
      owner: owner.name,
    })),
    adviceRules: rulesOf(exposures).map(({ rule, title, source, edition }) => ({
      rule,
      title,
      source,
      edition,
    })),
    exposures: exposures.map(({ din, productCode, figures, advice }) => ({
      unit: `${din} ${productCode}`,
      outMs: figures.outMs,
      unknownMs: figures.worstCaseMs - figures.outMs,
      worstCaseMs: figures.worstCaseMs,
      longestOutMs: figures.longestOutMs,
      excursions: figures.count,
      minCelsius: figures.minCelsius,
      maxCelsius: figures.maxCelsius,
      degreeMinutes: rounded(figures.degreeMinutes),
      advice: advice.map(({ rule, verdict, figures: compared }) => ({
        rule,
        verdict,
        figures: [...compared],
      })),
    })),
    journal: view.journalHead,
    audit: view.auditHead,
  };
}

/** Degree-minutes to a thousandth: the last digits are those of adding up. */
function rounded(degreeMinutes: number): number {
  return Math.round(degreeMinutes * 1_000) / 1_000;
}

function exposureCells(exposure: StatedExposure | undefined): (string | number | null)[] {
  if (exposure === undefined) return Array.from({ length: 9 }, () => null);
  const { figures, advice } = exposure;
  return [
    figures.outMs,
    figures.worstCaseMs - figures.outMs,
    figures.worstCaseMs,
    figures.longestOutMs,
    figures.count,
    figures.minCelsius,
    figures.maxCelsius,
    rounded(figures.degreeMinutes),
    advice.map(({ title, verdict }) => `${title}: ${verdict}`).join("; "),
  ];
}

function actionsOf({ actions, at, site }: ExcursionPageView) {
  const today = dayIn(site.timeZone, at);
  return actions.map((action) => actionOnWire(action, today));
}

const actionsHeader =
  "number,what,owner,due,cause,state,planned_by,planned_at,outcome,note,done_by,done_on,ended_by,ended_at";

function actionsCsv(view: ExcursionPageView): string {
  const lines = actionsOf(view).map(({ number, what, owner, due, cause, state, plannedBy, plannedAt, end }) =>
    [
      String(number),
      what,
      owner.name,
      due,
      cause ?? "",
      state,
      plannedBy,
      plannedAt,
      end?.outcome ?? "",
      end?.note ?? "",
      end?.doneBy ?? "",
      end?.doneOn ?? "",
      end?.by ?? "",
      end?.at ?? "",
    ]
      .map(csvField)
      .join(","),
  );
  return [actionsHeader, ...lines, ""].join("\r\n");
}

function profileOnWire({ from, rule, name, source, edition }: StatedProfile, index: number) {
  return {
    from: index === 0 ? null : formatInstant(from),
    name,
    source,
    edition,
    low: rule.low,
    high: rule.high,
    criticalLow: rule.criticalLow,
    criticalHigh: rule.criticalHigh,
    deadband: rule.deadband,
    maxGapMs: rule.maxGap,
    excursionAfterMs: rule.excursionAfter,
    recoverAfterMs: rule.recoverAfter,
    unmonitoredAfterMs: rule.unmonitoredAfter,
    alarmDelayMs: rule.alarmDelay,
  };
}

const unitsHeader =
  "din,product_code,inside_from,inside_until,now,exposed,held_since,released,decision,decided_by,decided_at,out_ms,unknown_ms,worst_case_ms,longest_out_ms,excursions,min_celsius,max_celsius,degree_minutes,advice";

function unitsCsv(units: readonly HeldUnitView[], exposures: readonly StatedExposure[]): string {
  const byUnit = new Map(exposures.map((each) => [`${each.din} ${each.productCode}`, each]));
  const lines = units.map((unit) =>
    [
      unit.din,
      unit.productCode,
      formatInstant(unit.residenceFrom),
      instantOrNull(unit.residenceTo) ?? "",
      unit.now ?? "",
      String(unit.exposed),
      formatInstant(unit.heldSince),
      String(unit.released),
      unit.decision?.decision ?? "",
      unit.decision?.by ?? "",
      unit.decision === null ? "" : formatInstant(unit.decision.at),
      ...exposureCells(byUnit.get(`${unit.din} ${unit.productCode}`)),
    ]
      .map(csvField)
      .join(","),
  );
  return [unitsHeader, ...lines, ""].join("\r\n");
}
