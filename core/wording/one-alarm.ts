import { clean, gsmName, toGsm } from "./clean.ts";
import { celsiusText, durationText, fullTimeText, timeText } from "./forms.ts";
import { headLine } from "./head-line.ts";
import { fitSms, smsPartsMax } from "./sms.ts";
import { spokenText } from "./spoken-text.ts";
import { aboutOf, type Left, leftOf, placeOf, roughly, sinceOf } from "./told.ts";
import type { Words } from "./words.ts";
import {
  codePlaceholder,
  linkPlaceholder,
  type Surroundings,
  type ToldAlarm,
  type Written,
} from "./written.ts";

/** A call about one alarm. `note`: what an SMS says of it before anything else, of the GSM alphabet. */
export function writeOne(
  alarm: ToldAlarm,
  surroundings: Surroundings,
  words: Words,
  note: string | null = null,
): Written {
  const units = alarm.appliance === null ? null : surroundings.unitsInside([alarm.appliance.id]);
  return {
    subject: headLine(alarm, surroundings, words),
    body: bodyOf(alarm, units, surroundings, words),
    sms: smsOf(alarm, units, surroundings, words, note),
    spoken: spokenText(alarm, units, surroundings, words),
  };
}

function bodyOf(alarm: ToldAlarm, units: number | null, surroundings: Surroundings, words: Words): string {
  const { at, timeZone, isDrill } = surroundings;
  const { labels } = words;
  const isReturn = aboutOf(alarm) === "return";
  const { act } = words.kinds[alarm.kind];
  const line = (label: string, value: string | null): string[] =>
    value === null ? [] : [`${label}${words.colon}${value}`];
  const since = sinceOf(alarm);
  const time = (instant: number): string => `${fullTimeText(instant, timeZone, words)} (${timeZone})`;
  const lines = [
    headLine(alarm, surroundings, words),
    "",
    ...(isDrill ? [words.drillNote, ""] : []),
    ...(isReturn ? [words.gone] : isDrill ? [] : [`${labels.todo}${words.colon}${act}`, words.sayFirst]),
    ...(alarm.isWorse && !isReturn ? [words.worse] : []),
    ...line(labels.left, isReturn ? null : leftSentence(alarm, surroundings, words)),
    ...answerLines(surroundings, words, isReturn),
    "",
    ...line(
      alarm.appliance === null ? labels.about : labels.appliance,
      placeOf(alarm, surroundings, words).name,
    ),
    ...line(labels.room, cleanOrNull(alarm.appliance?.room)),
    ...line(labels.circuit, cleanOrNull(alarm.appliance?.circuit)),
    ...line(labels.probe, cleanOrNull(alarm.probe)),
    ...figureLines(alarm, words),
    ...line(labels.since, since === null ? null : time(since)),
    ...line(labels.raised, time(alarm.raisedAt)),
    ...line(labels.written, time(at)),
    ...line(labels.units, units === null ? null : `${units}`),
    ...line(labels.state, words.phases[alarm.phase]),
    ...line(labels.recorded, clean(alarm.text, 400)),
    ...line(labels.alarm, clean(alarm.id, 400)),
  ];
  return `${lines.join("\n")}\n`;
}

/** Where people answer and look, as far as that is known. */
export function answerLines({ answersBy, pages }: Surroundings, words: Words, isReturn: boolean): string[] {
  const { labels } = words;
  return [
    ...(answersBy.link && !isReturn ? [`${labels.answer}${words.colon}${linkPlaceholder}`] : []),
    ...(pages === null ? [] : [`${labels.board}${words.colon}${pages}`]),
  ];
}

function cleanOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : clean(text);
}

function figureLines({ figures }: ToldAlarm, words: Words): string[] {
  const { labels } = words;
  const degrees = (label: string, celsius: number | null): string[] =>
    celsius === null ? [] : [`${label}${words.colon}${celsiusText(celsius, words)}`];
  switch (figures?.of) {
    case "temperature":
      return [
        ...degrees(labels.measured, figures.celsius),
        ...degrees(labels.limit, figures.limit),
        ...degrees(labels.critical, figures.critical),
      ];
    case "temperature-warning":
      return [...degrees(labels.measured, figures.celsius), ...degrees(labels.limit, figures.limit)];
    case "late-excursion":
      return [`${labels.held}${words.colon}${figures.unitsHeld}`];
    case "edge":
      return [`${labels.seen}${words.colon}${clean(figures.gateway)}`];
    case "platform":
      return figures.reason === null || figures.reason === ""
        ? []
        : [`${labels.reason}${words.colon}${clean(figures.reason)}`];
    default:
      return [];
  }
}

/** How long is left and until when, or that nothing is; null where nothing is known of it. */
function leftSentence(
  alarm: ToldAlarm,
  { at, timeZone, isDrill }: Surroundings,
  words: Words,
): string | null {
  const left = leftOf(alarm, at);
  // What follows from a real alarm, units that are held above all, does not follow from a drill.
  if (isDrill) return left === null ? null : durationText(left.ms, words);
  const time = (instant: number): string => timeText(instant, at, timeZone, words);
  if (left?.until === "limit" && alarm.limitAt !== null) {
    const { earliest, latest } = alarm.limitAt;
    return words.limitAt(durationText(roughly(left.ms), words), time(left.at), time(earliest), time(latest));
  }
  if (left !== null && left.until !== "limit") return sayings[left.until](left, words, time(left.at));
  const { figures } = alarm;
  if (figures?.of === "temperature") return words.isExcursion;
  const isUnproven = (figures?.of === "fault" || figures?.of === "silence") && figures.unmonitoredAt !== null;
  return isUnproven ? words.isUnmonitored : null;
}

const sayings: Readonly<
  Record<Exclude<Left["until"], "limit">, (left: Left, words: Words, time: string) => string>
> = {
  excursion: ({ ms }, words, time) => words.excursionAt(durationText(ms, words), time),
  unmonitored: ({ ms }, words, time) => words.unmonitoredAt(durationText(ms, words), time),
};

function smsOf(
  alarm: ToldAlarm,
  units: number | null,
  surroundings: Surroundings,
  words: Words,
  note: string | null,
): string {
  const isReturn = aboutOf(alarm) === "return";
  const { answersBy, timeZone, at, isDrill } = surroundings;
  const { labels } = words;
  const first = headLine(alarm, surroundings, words, ({ name, id }) => gsmName(name, id), toGsm);
  const from = sinceOf(alarm);
  const since = from === null ? "" : words.since(timeText(from, at, timeZone, words));
  const room = alarm.appliance?.room ?? null;
  const details = [
    // None may mean that nobody keeps count of them here: the mail has the figure.
    ...(units === null || units === 0 ? [] : [`${labels.units}: ${units}`]),
    ...(room === null ? [] : [`${labels.room}: ${clean(room, 40)}`]),
    ...(first.includes(toGsm(since)) || isReturn ? [] : [since]),
  ].join("; ");
  return fitSms(
    {
      first,
      more: [
        ...(note === null ? [] : [note]),
        // Whoever is half asleep moves no units because of a drill.
        ...(isDrill && !isReturn ? [toGsm(words.drillNoteShort)] : []),
        ...(details === "" ? [] : [toGsm(details)]),
        ...(isReturn || isDrill ? [] : [toGsm(words.kinds[alarm.kind].act)]),
      ],
      left: () => null,
      end: smsAnswer(answersBy, isReturn, words),
    },
    smsPartsMax,
  );
}

/** The lines by which an SMS is answered. */
export function smsAnswer(answersBy: Surroundings["answersBy"], isReturn: boolean, words: Words): string[] {
  if (isReturn) return [];
  return [
    ...(answersBy.code ? [toGsm(words.reply(codePlaceholder))] : []),
    ...(answersBy.link ? [linkPlaceholder] : []),
  ];
}
