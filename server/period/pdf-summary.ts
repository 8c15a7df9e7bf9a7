import { tookText } from "../canary/canary-words.ts";
import { mktNote } from "@coldkeep/core/exposure/mkt.ts";
import { periodTitle } from "@coldkeep/core/report/period.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { exactly, siteTime } from "../pages/site-time.ts";
import { celsius } from "../pages/temperature.ts";
import { count, dueWords } from "../pages/words.ts";
import { type Column, rule, table } from "../reports/sheet-table.ts";
import { ink, paper, printWidth, type Sheet } from "../reports/sheet.ts";
import { actionCounts } from "./action-counts.ts";
import { responseFigures } from "./alarm-responses.ts";
import { testCounts } from "./alarm-tests.ts";
import { type ApplianceFacts, type PeriodFacts, type ProbeFacts, probesOf } from "./period-facts.ts";
import { share } from "./period-words.ts";

/** Most things that the summary names one by one. */
const namedMax = 12;

/** Prints the first page: what it is about, what the period came to, and what somebody still has to see to. */
export function printSummary(sheet: Sheet, facts: PeriodFacts): void {
  head(sheet, facts);
  identity(sheet, facts);
  sentence(sheet, facts);
  figures(sheet, facts);
  attention(sheet, facts);
}

function head(sheet: Sheet, facts: PeriodFacts): void {
  sheet.write("COLDKEEP", paper.left, sheet.y, { size: 8, bold: true, colour: ink.accent });
  const style = { size: 8, colour: ink.muted, align: "right", width: printWidth } as const;
  sheet.write(`Site ${facts.site}`, paper.left, sheet.y, style);
  sheet.y += 16;
  sheet.write("Period report", paper.left, sheet.y, { size: 20, bold: true });
  sheet.y += 27;
  sheet.paragraph(`${periodTitle(facts.period)}, site ${facts.site}`, { size: 12, colour: ink.muted });
  sheet.y += 6;
}

function identity(sheet: Sheet, facts: PeriodFacts): void {
  const time = siteTime(facts.timeZone);
  const { window, knownAt, appliances } = facts;
  const pairs: readonly (readonly [string, string])[] = [
    ["From", `${time.full(window.from)}, ${time.zone(window.from)}`],
    ["Until", `${time.full(window.to)}, ${time.zone(window.to)}`],
    ["As known at", `${time.full(knownAt)}, ${time.zone(knownAt)}`],
    ["Watched", `${count(appliances.length, "appliance")}, ${count(probesOf(facts).length, "probe")}`],
  ];
  for (const [label, value] of pairs) {
    sheet.write(label, paper.left, sheet.y, { size: 8.5, colour: ink.muted, width: 70 });
    sheet.y += sheet.write(value, paper.left + 72, sheet.y, { bold: true, width: printWidth - 72 }) + 4;
  }
}

function total(facts: PeriodFacts, of: (probe: ProbeFacts) => DurationMs): DurationMs {
  return probesOf(facts).reduce((sum, { probe }) => sum + of(probe), 0);
}

function allTime(facts: PeriodFacts): DurationMs {
  return probesOf(facts).length * (facts.window.to - facts.window.from);
}

function sentence(sheet: Sheet, facts: PeriodFacts): void {
  const standing = facts.excursions.filter(({ status }) => status !== "withdrawn");
  const inRange = share(
    total(facts, ({ measure }) => measure.inMs),
    allTime(facts),
  );
  const isOver = facts.knownAt >= facts.window.to;
  const text = [
    isOver
      ? ""
      : "The period was not over, or its last readings had not come, when this was made: what follows can still change. ",
    `Of all the time of all probes, ${inRange} is shown to have been in range. `,
    `${count(standing.length, "excursion")} touched the period; ${count(facts.units.held, "unit")} came on hold; people released ${facts.units.released} and discarded ${facts.units.discarded}.`,
  ].join("");
  const style = { size: 10, width: printWidth - 24 } as const;
  const height = sheet.measure(text, style) + 16;
  sheet.y += 8;
  sheet.doc.rect(paper.left, sheet.y, printWidth, height).fill(isOver ? ink.faint : ink.alarmGround);
  sheet.doc.rect(paper.left, sheet.y, 3, height).fill(isOver ? ink.accent : ink.alarm);
  sheet.write(text, paper.left + 12, sheet.y + 8, style);
  sheet.y += height;
}

function figures(sheet: Sheet, facts: PeriodFacts): void {
  sheet.heading("The period in figures", 60);
  for (const [label, value, meaning] of figureLines(facts)) {
    const styles = [
      { size: 8.5, colour: ink.muted, width: 112 },
      { size: 9, bold: true, width: 170 },
      { size: 8, colour: ink.muted, width: printWidth - 300 },
    ] as const;
    const texts = [label, value, meaning] as const;
    const height = Math.max(...texts.map((text, index) => sheet.measure(text, styles[index]))) + 5;
    sheet.room(height);
    for (const [index, x] of [0, 120, 300].entries())
      sheet.write(texts[index] ?? "", paper.left + x, sheet.y + 2.5, styles[index]);
    sheet.y += height;
    rule(sheet, paper.left, sheet.y, printWidth, ink.rule);
  }
}

function figureLines(facts: PeriodFacts): (readonly [label: string, value: string, meaning: string])[] {
  const all = allTime(facts);
  const part = (of: (probe: ProbeFacts) => DurationMs): string => {
    const ms = total(facts, of);
    return ms === 0 ? "none" : `${share(ms, all)} (${exactly(ms)})`;
  };
  const gaps = probesOf(facts).flatMap(({ probe }) => probe.gaps);
  const unexplained = gaps.filter(({ reasons }) => reasons[0]?.cause === "nothing-known").length;
  const { excursions, units } = facts;
  const actions = actionCounts(facts);
  const standing = excursions.filter(({ status }) => status !== "withdrawn");
  const withdrawn = excursions.length - standing.length;
  const reviewed = (state: string): number => standing.filter(({ review }) => review === state).length;
  const answers = responseFigures(facts.alarms);
  const lengthOr = (ms: DurationMs | null): string => (ms === null ? "–" : exactly(ms));
  const due = (state: string): number => probesOf(facts).filter(({ probe }) => probe.due === state).length;
  return [
    [
      "In range",
      part(({ measure }) => measure.inMs),
      "Shown by readings, of the time of all probes together",
    ],
    ["Too cold", part(({ measure }) => measure.lowMs), "Measured below the low limit"],
    ["Too warm", part(({ measure }) => measure.highMs), "Measured above the high limit"],
    ["Unknown", part(({ measure }) => measure.unknownMs), "Nothing can be shown for this time"],
    [
      "Not yet known",
      part(({ measure }) => measure.pendingMs),
      "Too early to say when this was made; the rest of a period that is not over",
    ],
    [
      "Gaps",
      `${gaps.length}, of which ${unexplained} unexplained`,
      "Longer than the profile allows between two readings",
    ],
    [
      "Excursions",
      `${standing.length}: ${reviewed("signed")} signed, ${reviewed("unsigned")} not signed, ${reviewed("outdated")} changed since, ${reviewed("open")} open`,
      withdrawn === 0
        ? "By status of the review, as known when this was made"
        : `By status of the review. ${withdrawn} more withdrawn: later readings showed that they were none`,
    ],
    [
      "Alarms",
      `${answers.raised}: ${answers.answered} acknowledged, ${answers.unanswered} unanswered`,
      "Raised in the period",
    ],
    [
      "Answered after",
      `median ${lengthOr(answers.medianMs)}, 90 % within ${lengthOr(answers.p90Ms)}`,
      `From raised to acknowledged; the longest ${lengthOr(answers.longestMs)}`,
    ],
    ...canaryLines(facts),
    [
      "Units",
      `${units.held} held, ${units.released} released, ${units.discarded} discarded, ${units.otherUse} for other use`,
      `${count(units.stillHeld, "unit")} on hold at the end of the period, as known when this was made`,
    ],
    [
      "Calibrations",
      `${due("good")} good, ${due("due")} due, ${due("overdue")} overdue`,
      `${count(due("none"), "probe")} without one on record, ${due("undated")} without a date for the next`,
    ],
    [
      "Corrective actions",
      `${actions.planned} planned, ${actions.done} done, ${actions.cancelled} cancelled`,
      `${actions.open} open at the end of the period, ${actions.overdue} of them overdue`,
    ],
    [
      "Changes",
      String(new Set(facts.changes.map(({ entry }) => entry)).size),
      "Of master data, rules and settings, from the audit trail",
    ],
  ];
}

/** That alarms reached people, as far as test alarms say; nothing where the site had none. */
function canaryLines({ canary }: PeriodFacts): (readonly [string, string, string])[] {
  const { runs, inTime, late, interrupted, medianMs, longestMs } = canary;
  if (runs === 0) return [];
  const took = (ms: DurationMs | null): string => (ms === null ? "–" : tookText(ms));
  return [
    [
      "Test alarms",
      `${runs}: ${inTime} in time, ${late} late, ${interrupted} interrupted`,
      `From sample to receipt, without the alarm's delay: median ${took(medianMs)}, the longest ${took(longestMs)}`,
    ],
  ];
}

function attention(sheet: Sheet, facts: PeriodFacts): void {
  sheet.heading("To be seen to", 40);
  const lines = attentionLines(facts);
  if (lines.length === 0) sheet.paragraph("Nothing is left open.", { colour: ink.muted });
  for (const line of lines.slice(0, namedMax)) sheet.paragraph(`•  ${line}`);
  if (lines.length > namedMax)
    sheet.paragraph(`•  And ${lines.length - namedMax} more; they stand in the lists below.`);
}

function attentionLines(facts: PeriodFacts): string[] {
  const { excursions, alarms } = facts;
  const named = (states: readonly string[], words: string): string[] => {
    const ids = excursions
      .filter(({ status, review }) => status !== "withdrawn" && states.includes(review))
      .map(({ id }) => id);
    if (ids.length === 0) return [];
    const more = ids.length > 6 ? ` and ${ids.length - 6} more` : "";
    return [`${count(ids.length, "excursion")} ${words}: ${ids.slice(0, 6).join(", ")}${more}`];
  };
  const { overdue } = actionCounts(facts);
  const { notPassed, unreviewed } = testCounts(facts.tests);
  const unanswered = alarms.filter(({ isUnanswered }) => isUnanswered).length;
  const unexplained = probesOf(facts).flatMap(({ appliance, probe }) => {
    const open = probe.gaps.filter(({ reasons }) => reasons[0]?.cause === "nothing-known");
    const ms = open.reduce((sum, gap) => sum + gap.to - gap.from, 0);
    if (open.length === 0) return [];
    return [
      `${appliance.name}, ${probe.id}: ${count(open.length, "gap")} without an explanation on record, ${exactly(ms)}`,
    ];
  });
  const calibrations = probesOf(facts).flatMap(({ appliance, probe }) =>
    probe.due === "overdue" || probe.due === "none"
      ? [`${appliance.name}, ${probe.id}: ${dueWords[probe.due]}`]
      : [],
  );
  return [
    ...named(["open"], "still open"),
    ...named(["unsigned"], "not signed"),
    ...named(["outdated"], "signed and changed since"),
    ...(unanswered === 0 ? [] : [`${count(unanswered, "alarm")} that nobody acknowledged`]),
    ...(notPassed === 0 ? [] : [`${count(notPassed, "test")} of the alarms not passed`]),
    ...(unreviewed === 0 ? [] : [`${count(unreviewed, "test")} of the alarms not reviewed`]),
    ...(facts.units.stillHeld === 0
      ? []
      : [`${count(facts.units.stillHeld, "unit")} on hold without a decision at the end of the period`]),
    ...(overdue === 0 ? [] : [`${count(overdue, "corrective action")} overdue at the end of the period`]),
    ...calibrations,
    ...unexplained,
  ];
}

interface Line {
  readonly appliance: ApplianceFacts;
  readonly probe: ProbeFacts;
}

/** Prints the coverage of all probes, one line each. */
export function printCoverage(sheet: Sheet, facts: PeriodFacts): void {
  const whole = facts.window.to - facts.window.from;
  sheet.heading("Coverage of each probe", 80);
  sheet.paragraph(
    "The five shares are the whole period; coverage.csv has them in milliseconds, which add up exactly.",
    { size: 8.5, colour: ink.muted },
  );
  sheet.y += 2;
  const part = (title: string, width: number, of: (probe: ProbeFacts) => DurationMs, colour?: string) => ({
    title,
    width,
    text: ({ probe }: Line) => share(of(probe), whole),
    style: ({ probe }: Line) => ({
      size: 8,
      ...(colour !== undefined && of(probe) > 0 ? { bold: true, colour } : {}),
    }),
  });
  const degrees = (value: number | null): string => (value === null ? "–" : celsius(value, 1));
  const small = () => ({ size: 8 });
  const columns: Column<Line>[] = [
    { title: "Appliance", width: 104, text: ({ appliance }) => appliance.name, style: small },
    { title: "Probe", width: 76, text: ({ probe }) => probe.id, style: () => ({ size: 8, bold: true }) },
    part("In range", 46, ({ measure }) => measure.inMs),
    part("Too cold", 44, ({ measure }) => measure.lowMs, ink.alarm),
    part("Too warm", 44, ({ measure }) => measure.highMs, ink.alarm),
    part("Unknown", 44, ({ measure }) => measure.unknownMs, ink.unknown),
    part("Not yet known", 44, ({ measure }) => measure.pendingMs),
    {
      title: "Coldest to warmest",
      width: printWidth - 402,
      text: ({ probe }) =>
        probe.measure.minCelsius === null
          ? "no reading"
          : `${degrees(probe.measure.minCelsius)} to ${degrees(probe.measure.maxCelsius)}`,
      style: small,
    },
  ];
  table(sheet, columns, probesOf(facts));
  if (facts.wantsMkt) printMkt(sheet, facts);
}

function printMkt(sheet: Sheet, facts: PeriodFacts): void {
  sheet.heading("Mean kinetic temperature", 60);
  sheet.paragraph(mktNote, { size: 8.5, bold: true });
  sheet.y += 2;
  const columns: Column<Line>[] = [
    { title: "Appliance", width: 150, text: ({ appliance }) => appliance.name },
    { title: "Probe", width: 110, text: ({ probe }) => probe.id, style: () => ({ bold: true }) },
    {
      title: "Mean kinetic temperature",
      width: 110,
      text: ({ probe }) => (probe.mktCelsius === null ? "–" : celsius(probe.mktCelsius, 2)),
    },
    {
      title: "Over measured time of",
      width: printWidth - 370,
      text: ({ probe: { measure } }) => exactly(measure.inMs + measure.lowMs + measure.highMs),
    },
  ];
  table(sheet, columns, probesOf(facts));
}
