import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { formatDuration } from "@coldkeep/core/time/millis.ts";
import type { ApplianceKind } from "@coldkeep/core/site/site.ts";
import { timeOut } from "../pages/excursion-facts.ts";
import { exactly, siteTime } from "../pages/site-time.ts";
import { celsius, limitsText } from "../pages/temperature.ts";
import { applianceWords, count, dueWords, reviewWords, sideWords, statusWords } from "../pages/words.ts";
import { type Column, table } from "../reports/sheet-table.ts";
import { ink, paper, printWidth, type Sheet } from "../reports/sheet.ts";
import { printedRowsMax } from "./pdf-parts.ts";
import type {
  ApplianceFacts,
  ExcursionFacts,
  ExplainedGap,
  PeriodFacts,
  ProbeFacts,
} from "./period-facts.ts";
import { lengthOrDash, partsOf, reasonsText, share, spanText } from "./period-words.ts";

/** Prints each appliance: its probes' time, rules and calibrations, its excursions and its gaps. */
export function printAppliances(sheet: Sheet, facts: PeriodFacts): void {
  sheet.doc.addPage();
  sheet.y = paper.top;
  sheet.write("Appliances", paper.left, sheet.y, { size: 16, bold: true });
  sheet.y += 24;
  printBarLegend(sheet);
  for (const appliance of facts.appliances) {
    const { id, name, kind, room } = appliance;
    sheet.heading(name, 130);
    const place = room === null ? "" : `, room ${room}`;
    sheet.paragraph(
      `${id}: ${applianceWords[kind as ApplianceKind].toLowerCase()}${place}, ${count(appliance.probes.length, "probe")}`,
      { size: 8.5, colour: ink.muted },
    );
    for (const probe of appliance.probes) printProbe(sheet, facts, probe);
    printExcursions(sheet, facts, appliance);
    printGaps(sheet, facts, appliance);
  }
}

function printProbe(sheet: Sheet, facts: PeriodFacts, probe: ProbeFacts): void {
  const time = siteTime(facts.timeZone);
  const { measure } = probe;
  const whole = facts.window.to - facts.window.from;
  sheet.room(86);
  sheet.y += 4;
  sheet.write(`Probe ${probe.id}`, paper.left, sheet.y, { size: 9.5, bold: true });
  sheet.y += 14;
  timeline(sheet, facts, probe);
  const cell = printWidth / 5;
  const cells = partsOf(measure).map(([label, ms], index) => {
    const x = paper.left + index * cell;
    sheet.write(label, x, sheet.y, { size: 7.5, colour: ink.muted, width: cell - 6 });
    const bad = index > 0 && index < 4 && ms > 0;
    const style = { size: 9, bold: true, colour: bad ? ink.alarm : ink.text, width: cell - 6 };
    sheet.write(share(ms, whole), x, sheet.y + 10, style);
    return sheet.write(lengthOrDash(ms), x, sheet.y + 21, { size: 7.5, colour: ink.muted, width: cell - 6 });
  });
  sheet.y += 21 + Math.max(...cells) + 3;
  const readings =
    measure.minCelsius === null || measure.maxCelsius === null
      ? "No reading with a temperature."
      : `${probe.readings} readings (${probe.faults} faults), ${celsius(measure.minCelsius, 2)} to ${celsius(measure.maxCelsius, 2)}; longest time out ${lengthOrDash(measure.longestOutMs)}; ${measure.degreeMinutes.toFixed(1)} degree-minutes.`;
  const small = { size: 8, colour: ink.muted } as const;
  sheet.paragraph(`${readings}${shortText(probe)}`, small);
  for (const rule of probe.rules) {
    const edition = rule.edition === null ? "" : `, ${rule.edition}`;
    const source = rule.source === null ? "no legal source given" : `${rule.source}${edition}`;
    const when = probe.rules.length === 1 ? "" : `${spanText(time, rule.from, rule.to)}: `;
    sheet.paragraph(
      `Rules: ${when}${rule.name}, ${limitsText(rule.rule)}, readings at most ${formatDuration(rule.rule.maxGap)} apart; ${source}.`,
      small,
    );
  }
  sheet.paragraph(`Calibration: ${calibrationText(probe)}.`, {
    ...small,
    ...(probe.due === "overdue" || probe.due === "none" ? { colour: ink.alarm } : {}),
  });
}

function shortText({ short, further }: ProbeFacts): string {
  const parts = [
    short.count === 0
      ? ""
      : ` ${count(short.count, "short fault")} between good readings, together ${exactly(short.ms)} unknown.`,
    further.count === 0
      ? ""
      : ` ${further.count} further gaps of together ${exactly(further.ms)} are not listed.`,
  ];
  return parts.join("");
}

function calibrationText({ calibrations, due }: ProbeFacts): string {
  const texts = calibrations.map(({ calibration }) => {
    const { offset, certificate, uncertainty, due: until } = calibration;
    return [
      `offset ${offset} °C`,
      ...(certificate === undefined ? [] : [`certificate ${certificate}`]),
      ...(uncertainty === undefined ? [] : [`uncertainty ${uncertainty} °C`]),
      ...(until === undefined ? [] : [`good through ${until}`]),
    ].join(", ");
  });
  return [...(due === "none" ? [] : texts), dueWords[due]].join("; ");
}

/** Draws the window as a bar: where nothing is known, and where the excursions of the probe lie. */
function timeline(sheet: Sheet, facts: PeriodFacts, probe: ProbeFacts): void {
  const { from, to } = facts.window;
  const at = (instant: number): number =>
    paper.left + (printWidth * (Math.min(Math.max(instant, from), to) - from)) / (to - from);
  const bar = (start: number, end: number, colour: string): void => {
    const width = Math.max(0.6, at(end) - at(start));
    sheet.doc.rect(Math.min(at(start), paper.left + printWidth - width), sheet.y, width, 8).fill(colour);
  };
  sheet.doc.rect(paper.left, sheet.y, printWidth, 8).fill(ink.held);
  if (facts.knownAt < to) bar(Math.max(from, facts.knownAt), to, ink.faint);
  for (const gap of probe.gaps) bar(gap.from, gap.to, ink.unknown);
  for (const { figures, status, probe: whose } of facts.excursions)
    if (whose === probe.id && status !== "withdrawn" && figures.side !== "unmonitored")
      bar(figures.start, figures.end ?? facts.knownAt, ink.alarm);
  sheet.y += 12;
}

/** What the colours of the bars mean, once. */
function printBarLegend(sheet: Sheet): void {
  let x: number = paper.left;
  for (const [colour, text] of [
    [ink.held, "readings"],
    [ink.unknown, "gap"],
    [ink.alarm, "excursion"],
    [ink.faint, "not yet known"],
  ] as const) {
    sheet.doc.rect(x, sheet.y + 2, 10, 6).fill(colour);
    sheet.write(text, x + 14, sheet.y, { size: 7.5, colour: ink.muted, width: 70 });
    x += 80;
  }
  sheet.y += 12;
}

function printExcursions(sheet: Sheet, facts: PeriodFacts, appliance: ApplianceFacts): void {
  const time = siteTime(facts.timeZone);
  const rows = facts.excursions.filter((each) => each.appliance === appliance.id);
  if (rows.length === 0) return subtitle(sheet, "Excursions: none");
  subtitle(sheet, `Excursions: ${rows.length}`);
  const small = () => ({ size: 8 });
  const columns: Column<ExcursionFacts>[] = [
    {
      title: "Excursion",
      width: 92,
      text: ({ id, revision }) => `${id}, revision ${revision}`,
      style: small,
    },
    {
      title: "What and when",
      width: 132,
      text: ({ figures, status }) =>
        `${sideWords[figures.side]}, ${statusWords[status].toLowerCase()}: ${spanText(time, figures.start, figures.end)}`,
      style: ({ figures, status }) => ({
        size: 8,
        ...(status !== "withdrawn" && figures.critical ? { bold: true, colour: ink.alarm } : {}),
      }),
    },
    { title: "Figures", width: 128, text: ({ figures }) => figuresText(figures), style: small },
    {
      title: "Units",
      width: 34,
      text: ({ unitsHeld }) => String(unitsHeld),
      style: small,
    },
    {
      title: "Review",
      width: printWidth - 386,
      text: ({ review, signatures, status }) =>
        status === "withdrawn"
          ? "Withdrawn: later readings showed that it was none"
          : [
              review === "open" ? "Still open" : reviewWords[review],
              ...signatures.map(({ name, at }) => `${name}, ${time.minute(at)}`),
            ].join("; "),
      style: small,
    },
  ];
  table(sheet, columns, rows.slice(0, printedRowsMax));
  more(sheet, rows.length, "excursions.csv");
}

function figuresText(figures: ExcursionFacts["figures"]): string {
  if (figures.side === "unmonitored") return timeOut(figures);
  const extreme = figures.extremeCelsius === null ? "" : `, extreme ${celsius(figures.extremeCelsius, 2)}`;
  const critical = figures.critical ? ", beyond critical" : "";
  return `Out ${timeOut(figures)}${extreme}${critical}; ${figures.degreeMinutes.toFixed(1)} degree-minutes`;
}

interface ProbeGap {
  readonly probe: string;
  readonly gap: ExplainedGap;
}

function printGaps(sheet: Sheet, facts: PeriodFacts, { probes }: ApplianceFacts): void {
  const time = siteTime(facts.timeZone);
  const rows = probes.flatMap((probe) => probe.gaps.map((gap): ProbeGap => ({ probe: probe.id, gap })));
  if (rows.length === 0) return subtitle(sheet, "Gaps: none");
  const all = rows.reduce((sum: DurationMs, { gap }) => sum + gap.to - gap.from, 0);
  subtitle(sheet, `Gaps: ${rows.length}, together ${exactly(all)}`);
  const small = () => ({ size: 8 });
  const columns: Column<ProbeGap>[] = [
    { title: "Probe", width: 82, text: ({ probe }) => probe, style: small },
    {
      title: "From – until",
      width: 168,
      text: ({ gap }) => spanText(time, gap.from, gap.to),
      style: small,
    },
    { title: "Length", width: 84, text: ({ gap }) => exactly(gap.to - gap.from), style: small },
    {
      title: "On record for that time",
      width: printWidth - 334,
      text: ({ gap }) => reasonsText(gap),
      style: ({ gap }) => ({
        size: 8,
        ...(gap.reasons[0]?.cause === "nothing-known" ? { bold: true, colour: ink.alarm } : {}),
      }),
    },
  ];
  table(sheet, columns, rows.slice(0, printedRowsMax));
  more(sheet, rows.length, "gaps.csv");
}

function subtitle(sheet: Sheet, text: string): void {
  sheet.room(40);
  sheet.y += 6;
  sheet.write(text, paper.left, sheet.y, { size: 9, bold: true, colour: ink.accent });
  sheet.y += 14;
}

function more(sheet: Sheet, rows: number, file: string): void {
  if (rows <= printedRowsMax) return;
  sheet.y += 4;
  sheet.paragraph(`Printed are the first ${printedRowsMax} of ${rows}; all are in ${file}.`, {
    size: 8.5,
    bold: true,
  });
}
