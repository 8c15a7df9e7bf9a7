import { attemptsText } from "../pages/excursion-page.ts";
import { timeOut } from "../pages/excursion-facts.ts";
import { dinText, holdText, isRecall } from "../pages/held-units.ts";
import { siteTime } from "../pages/site-time.ts";
import { celsius } from "../pages/temperature.ts";
import type { ExcursionPageView, HeldUnitView, NotificationView, RevisionView } from "../pages/views.ts";
import { alarmWords, count, phaseWords } from "../pages/words.ts";
import { table } from "./sheet-table.ts";
import { ink, printWidth, type Sheet } from "./sheet.ts";

/** Prints the held units, those to be recalled first, each with a line for the decision. */
export function reportUnits(sheet: Sheet, view: ExcursionPageView): void {
  const time = siteTime(view.site.timeZone);
  const recall = view.units.filter(isRecall);
  const units = [...recall, ...view.units.filter((unit) => !isRecall(unit))];
  sheet.heading(units.length === 0 ? "Held units" : `Held units: ${units.length}`, 60);
  if (units.length === 0) {
    sheet.paragraph("No unit on record was inside during the held interval.", { colour: ink.muted });
    return;
  }
  const list =
    recall.length === 0
      ? "None has left: the recall list is empty."
      : `Recall list: ${count(recall.length, "unit")} no longer in an appliance; listed first.`;
  sheet.paragraph(list, { size: 8.5, colour: recall.length === 0 ? ink.muted : ink.alarm });
  sheet.y += 3;
  table<HeldUnitView>(
    sheet,
    [
      {
        title: "Donation number",
        width: 86,
        text: (unit) => dinText(unit.din),
        style: () => ({ bold: true }),
      },
      { title: "Product", width: 54, text: (unit) => unit.productCode },
      {
        title: "Was inside from",
        width: 78,
        text: (unit) => time.minute(unit.residenceFrom),
        style: () => ({ size: 8 }),
      },
      {
        title: "Until",
        width: 78,
        text: (unit) => (unit.residenceTo === null ? "still inside" : time.minute(unit.residenceTo)),
        style: () => ({ size: 8 }),
      },
      {
        title: "Now",
        width: 68,
        text: (unit) => unit.now ?? "LEFT: recall",
        style: (unit) => (isRecall(unit) ? { bold: true, colour: ink.alarm } : {}),
      },
      { title: "Hold", width: 52, text: holdWord, style: () => ({ size: 8 }) },
      {
        title: "Decision and initials",
        width: printWidth - 416,
        text: (unit) => (unit.decision === null ? "" : holdText(unit)),
        style: () => ({ size: 8 }),
      },
    ],
    units,
  );
}

/** Whether the hold stands, in a word or two. */
function holdWord(unit: HeldUnitView): string {
  return unit.released ? "Ended" : unit.exposed ? "Held" : "Held, shown not exposed";
}

/** Prints what was known when. */
export function reportRevisions(sheet: Sheet, view: ExcursionPageView): void {
  const time = siteTime(view.site.timeZone);
  sheet.heading("What was known when", 60);
  table<RevisionView>(
    sheet,
    [
      {
        title: "Revision",
        width: 44,
        text: (revision) => String(revision.revision),
        style: () => ({ bold: true }),
      },
      { title: "Known at", width: 100, text: (revision) => time.full(revision.knownAt) },
      {
        title: "Change and reason",
        width: 165,
        text: (revision) => `${revision.change}: ${revision.reason}`,
      },
      {
        title: "Figures then",
        width: printWidth - 309,
        text: (revision) => figuresText(revision, view.site.timeZone),
      },
    ],
    view.revisions,
  );
}

function figuresText({ figures }: RevisionView, timeZone: string): string {
  const time = siteTime(timeZone);
  const end = figures.end === null ? "open" : time.short(figures.end);
  const extreme = figures.extremeCelsius === null ? "" : `, extreme ${celsius(figures.extremeCelsius, 2)}`;
  return `${time.short(figures.start)} – ${end}; out of range ${timeOut(figures)}${extreme}`;
}

/** Prints the alarms that went with it and who was told. */
export function reportTold(sheet: Sheet, view: ExcursionPageView): void {
  const time = siteTime(view.site.timeZone);
  sheet.heading("Alarms", 50);
  if (view.alarms.length === 0) sheet.paragraph("No alarm was raised for it.", { colour: ink.muted });
  else {
    table(
      sheet,
      [
        { title: "Raised at", width: 100, text: (alarm) => time.full(alarm.raisedAt) },
        {
          title: "Alarm",
          width: 85,
          text: (alarm) => `${alarmWords[alarm.kind]}, ${alarm.severity}`,
          style: () => ({ bold: true }),
        },
        { title: "Text", width: 174, text: (alarm) => alarm.text },
        {
          title: "Stands",
          width: printWidth - 359,
          text: (alarm) =>
            `${phaseWords[alarm.phase]}${alarm.acknowledgedBy === null ? "" : ` by ${alarm.acknowledgedBy}`}`,
        },
      ],
      view.alarms,
    );
  }
  const answers = view.alarms.flatMap(({ text, answers: given = [] }) =>
    given.map((each) => ({ ...each, text })),
  );
  if (answers.length > 0) {
    sheet.heading("Who answered", 50);
    table(
      sheet,
      [
        { title: "At", width: 100, text: (answer) => time.full(answer.at) },
        { title: "Who", width: 85, text: (answer) => answer.by, style: () => ({ bold: true }) },
        { title: "Alarm", width: 174, text: (answer) => answer.text },
        { title: "How, and what was promised", width: printWidth - 359, text: (answer) => answer.note ?? "" },
      ],
      answers,
    );
  }
  sheet.heading("Who was told", 50);
  if (view.notifications.length === 0) {
    sheet.paragraph("Nobody was told of it, and nobody is owed a message.", { colour: ink.muted });
    return;
  }
  table(
    sheet,
    [
      { title: "Who", width: 130, text: (told) => `${told.contact}, ${told.address}` },
      { title: "Message", width: 150, text: (told) => told.subject },
      { title: "Owed since", width: 100, text: (told) => time.full(told.owedAt) },
      {
        title: "Sent at",
        width: printWidth - 380,
        text: (told) =>
          `${told.sentAt === null ? "Not sent" : time.full(told.sentAt)}${attemptsText(told)}${cameBackText(told)}`,
        style: (told) => (told.sentAt === null ? { colour: ink.alarm } : {}),
      },
    ],
    view.notifications,
  );
}

/** Why a message came back, where it did. */
function cameBackText({ happened }: NotificationView): string {
  const back = happened.findLast(({ event }) => event === "returned");
  return back?.detail === undefined || back.detail === null ? "" : `; ${back.detail}`;
}
