import { decisionWords } from "@coldkeep/core/contract/dispositions.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { meaningWords, type SignatureMeaning } from "@coldkeep/core/signatures/signature.ts";
import type { KeptAction } from "../corrective/corrective-records.ts";
import { actionColumns } from "../corrective/print-actions.ts";
import { dinText } from "../pages/held-units.ts";
import { exactly, siteTime } from "../pages/site-time.ts";
import { alarmWords, severityWords } from "../pages/words.ts";
import { ink, paper, printWidth, type Sheet } from "../reports/sheet.ts";
import { drillOutcomeWords } from "../drills/drill-words.ts";
import { type AlarmResponse, responseFigures } from "./alarm-responses.ts";
import { type AlarmTest, testCounts } from "./alarm-tests.ts";
import type { Interruption } from "./interruptions.ts";
import { printList } from "./pdf-parts.ts";
import type { GivenSignature, PeriodFacts } from "./period-facts.ts";
import { periodDataFile } from "./period-files.ts";
import { periodLists } from "./period-lists.ts";
import { interruptionWords, spanText } from "./period-words.ts";
import type { RuleChange } from "./rule-changes.ts";
import type { DispositionFacts, HoldFacts } from "./unit-acts.ts";

const small = () => ({ size: 8 });

/** Characters of an old or new value that are printed; changes.csv has all of it. */
const valueCharactersMax = 400;

/** Prints the lists of the whole site: alarms, interruptions, changes, units, signatures, and which files are inside. */
export function printLists(sheet: Sheet, facts: PeriodFacts): void {
  sheet.doc.addPage();
  sheet.y = paper.top;
  sheet.write("Lists of the site", paper.left, sheet.y, { size: 16, bold: true });
  sheet.y += 14;
  printAlarms(sheet, facts);
  printTests(sheet, facts);
  printInterruptions(sheet, facts);
  printChanges(sheet, facts);
  printHolds(sheet, facts);
  printDispositions(sheet, facts);
  printActions(sheet, facts);
  printSignatures(sheet, facts);
  printFiles(sheet, facts);
}

function printAlarms(sheet: Sheet, { alarms, timeZone }: PeriodFacts): void {
  const time = siteTime(timeZone);
  const kinds = ["critical", "warning", "advisory"] as const;
  const note = kinds
    .map((severity) => {
      const figures = responseFigures(alarms.filter((alarm) => alarm.severity === severity));
      const median = figures.medianMs === null ? "" : `, median ${exactly(figures.medianMs)}`;
      const p90 = figures.p90Ms === null ? "" : `, 90 % within ${exactly(figures.p90Ms)}`;
      return `${severityWords[severity]}: ${figures.raised} raised, ${figures.answered} acknowledged${median}${p90}, ${figures.unanswered} unanswered.`;
    })
    .join(" ");
  printList<AlarmResponse>(
    sheet,
    { heading: "Alarms", none: "No alarm was raised in the period.", file: "alarms.csv", note },
    [
      { title: "Raised at", width: 82, text: ({ raisedAt }) => time.full(raisedAt), style: small },
      {
        title: "Alarm",
        width: 84,
        text: ({ kind, severity }) => `${alarmWords[kind]}, ${severity}`,
        style: () => ({ size: 8, bold: true }),
      },
      { title: "Text", width: 152, text: ({ text }) => text, style: small },
      {
        title: "Acknowledged",
        width: 100,
        text: (alarm) =>
          alarm.acknowledgedAt === null
            ? alarm.isUnanswered
              ? "Nobody yet"
              : "Not asked for"
            : `after ${exactly(alarm.acknowledgedAt - alarm.raisedAt)} by ${alarm.acknowledgedBy ?? "?"}`,
        style: ({ isUnanswered }) => ({
          size: 8,
          ...(isUnanswered ? { bold: true, colour: ink.alarm } : {}),
        }),
      },
      {
        title: "Condition gone",
        width: printWidth - 418,
        text: ({ returnedAt, raisedAt }) =>
          returnedAt === null ? "–" : `after ${exactly(returnedAt - raisedAt)}`,
        style: small,
      },
    ],
    alarms,
  );
}

function printTests(sheet: Sheet, { tests, timeZone }: PeriodFacts): void {
  const time = siteTime(timeZone);
  const { held, passed, notPassed, brokenOff, notHeld, cancelled, unreviewed } = testCounts(tests);
  const isGood = ({ outcome }: AlarmTest): boolean => outcome === "passed";
  printList<AlarmTest>(
    sheet,
    {
      heading: "Tests of the alarms (drills)",
      none: "No test of the alarms ended in the period.",
      file: "drills.csv",
      note: `${held} held: ${passed} passed, ${notPassed} not passed; ${unreviewed} of these not reviewed. ${brokenOff} broken off by what was real, ${notHeld} not held, ${cancelled} cancelled.`,
    },
    [
      {
        title: "Held at",
        width: 82,
        text: ({ startedAt, endedAt }) => time.full(startedAt ?? endedAt),
        style: small,
      },
      {
        title: "Test",
        width: 132,
        text: ({ id, appliance, course, reason }) => `${id}, ${appliance}: ${course}. ${reason}`,
        style: small,
      },
      {
        title: "Outcome",
        width: 108,
        text: ({ outcome, why }) =>
          why === null ? drillOutcomeWords[outcome] : `${drillOutcomeWords[outcome]}: ${why}`,
        style: (test) => ({ size: 8, bold: true, ...(isGood(test) ? {} : { colour: ink.alarm }) }),
      },
      {
        title: "Answered",
        width: 100,
        text: ({ answeredAt, raisedAt, answeredBy, goalMs }) =>
          answeredAt === null || raisedAt === null
            ? `not (goal ${exactly(goalMs)})`
            : `after ${exactly(answeredAt - raisedAt)} of ${exactly(goalMs)} by ${answeredBy ?? "?"}`,
        style: small,
      },
      {
        title: "Reviewed",
        width: printWidth - 422,
        text: ({ reviewedBy, reviewedAt }) =>
          reviewedBy === null || reviewedAt === null ? "–" : `${reviewedBy}, ${time.minute(reviewedAt)}`,
        style: small,
      },
    ],
    tests,
  );
}

function printInterruptions(sheet: Sheet, { interruptions, timeZone }: PeriodFacts): void {
  const time = siteTime(timeZone);
  printList<Interruption>(
    sheet,
    {
      heading: "Out of service, mains lost, gateways silent",
      none: "Nothing of that kind is on record for the period.",
      file: "interruptions.csv",
    },
    [
      { title: "What", width: 110, text: ({ kind }) => interruptionWords[kind], style: small },
      { title: "Subject", width: 100, text: ({ subject }) => subject, style: small },
      { title: "From – until", width: 160, text: ({ from, to }) => spanText(time, from, to), style: small },
      { title: "Said", width: printWidth - 370, text: ({ said }) => said ?? "–", style: small },
    ],
    interruptions,
  );
}

function printChanges(sheet: Sheet, { changes, timeZone }: PeriodFacts): void {
  const time = siteTime(timeZone);
  printList<RuleChange>(
    sheet,
    {
      heading: "Changes of master data, rules and settings",
      none: "Nothing was changed in the period.",
      file: "changes.csv",
      note: "From the audit trail; one line for each difference.",
    },
    [
      {
        title: "Entry and time",
        width: 88,
        text: ({ entry, at }) => `${entry}, ${time.full(at)}`,
        style: small,
      },
      {
        title: "Who and what",
        width: 118,
        text: ({ actor, action, subject, why }) =>
          `${actor}: ${action}, ${subject}${why === null ? "" : `. ${why}`}`,
        style: small,
      },
      {
        title: "Changed",
        width: printWidth - 206,
        text: changeText,
        style: small,
      },
    ],
    changes,
  );
}

function changeText({ path, from, to }: RuleChange): string {
  if (path === null) return "–";
  const value = (text: string | null, none: string): string => {
    if (text === null) return none;
    return text.length > valueCharactersMax
      ? `${text.slice(0, valueCharactersMax)}… (all of it in changes.csv)`
      : text;
  };
  return `${path}: ${value(from, "nothing")} -> ${value(to, "nothing")}`;
}

function printHolds(sheet: Sheet, { units, timeZone }: PeriodFacts): void {
  const time = siteTime(timeZone);
  printList<HoldFacts>(
    sheet,
    {
      heading: "Holds begun or ended",
      none: "No unit came on hold or was released.",
      file: "holds.csv",
      note: `${units.held} units came on hold, ${units.stillHeld} are on hold at the end of the period.`,
    },
    [
      {
        title: "Donation number",
        width: 100,
        text: ({ din }) => dinText(din),
        style: () => ({ size: 8, bold: true }),
      },
      { title: "Product", width: 64, text: ({ productCode }) => productCode, style: small },
      { title: "Excursion", width: 122, text: ({ excursion }) => excursion, style: small },
      { title: "Held since", width: 100, text: ({ since }) => time.full(since), style: small },
      {
        title: "Ended",
        width: printWidth - 386,
        text: ({ releasedAt }) => (releasedAt === null ? "on hold" : time.full(releasedAt)),
        style: small,
      },
    ],
    units.holds,
  );
}

function printDispositions(sheet: Sheet, { units, timeZone }: PeriodFacts): void {
  const time = siteTime(timeZone);
  printList<DispositionFacts>(
    sheet,
    {
      heading: "Decisions about units",
      none: "No decision was taken in the period.",
      file: "dispositions.csv",
    },
    [
      { title: "At", width: 92, text: ({ at }) => time.full(at), style: small },
      {
        title: "Donation number",
        width: 96,
        text: ({ din }) => dinText(din),
        style: () => ({ size: 8, bold: true }),
      },
      { title: "Product", width: 58, text: ({ productCode }) => productCode, style: small },
      { title: "Decision", width: 70, text: ({ decision }) => decisionWords[decision], style: small },
      { title: "Decided by", width: 84, text: ({ by }) => by, style: small },
      { title: "Reason", width: printWidth - 400, text: ({ reason }) => reason || "–", style: small },
    ],
    units.dispositions,
  );
}

function printActions(sheet: Sheet, { actions, site, timeZone, window, knownAt }: PeriodFacts): void {
  printList<KeptAction>(
    sheet,
    {
      heading: "Corrective actions",
      none: "None was open in the period.",
      file: "actions.csv",
      note: "Those that were open at some time in the period, as they stand.",
    },
    actionColumns({ id: site, timeZone }, Math.min(window.to - 1, knownAt), { namesExcursion: true }),
    actions,
  );
}

function printSignatures(sheet: Sheet, { signatures, timeZone }: PeriodFacts): void {
  const time = siteTime(timeZone);
  printList<GivenSignature>(
    sheet,
    {
      heading: "Electronic signatures given",
      none: "None was given in the period.",
      file: "signatures.csv",
    },
    [
      { title: "At", width: 92, text: ({ at }) => time.full(at), style: small },
      {
        title: "Who",
        width: 110,
        text: ({ name, role }) => `${name}, ${role}`,
        style: () => ({ size: 8, bold: true }),
      },
      {
        title: "Meaning",
        width: 70,
        text: ({ meaning }) => meaningWords[meaning as SignatureMeaning],
        style: small,
      },
      {
        title: "What",
        width: 110,
        text: ({ subject, subjectKind }) => `${subjectKind} ${subject}`,
        style: small,
      },
      { title: "Reason", width: printWidth - 382, text: ({ reason }) => reason, style: small },
    ],
    signatures,
  );
}

interface FileLine {
  readonly name: string;
  readonly description: string;
  readonly entries: string;
}

function printFiles(sheet: Sheet, facts: PeriodFacts): void {
  const rows: FileLine[] = [
    { name: periodDataFile, description: "Everything that this report states, for programs", entries: "–" },
    ...periodLists(facts).map(({ name, description, rows: lines }) => ({
      name: `${name}.csv`,
      description,
      entries: String(lines.length),
    })),
  ];
  printList<FileLine>(
    sheet,
    {
      heading: "Files inside this document",
      none: "",
      file: "",
      note: `Any PDF reader shows them as attachments. Known at ${formatInstant(facts.knownAt)}; times in them are in UTC, lengths in milliseconds.`,
    },
    [
      { title: "File", width: 120, text: ({ name }) => name, style: () => ({ size: 8, bold: true }) },
      { title: "What", width: 310, text: ({ description }) => description, style: small },
      { title: "Lines", width: printWidth - 430, text: ({ entries }) => entries, style: small },
    ],
    rows,
  );
}
