import { causeOf } from "../alarms/causes.ts";
import type { AlarmKind } from "../alarms/alarm.ts";
import { subjectCharactersMax } from "../alarms/describe.ts";
import { clean, cleanName, cutText, gsmName, toGsm } from "./clean.ts";
import { durationText, fullTimeText, spokenDuration, spokenName } from "./forms.ts";
import { drillMark, headLine } from "./head-line.ts";
import { answerLines, smsAnswer } from "./one-alarm.ts";
import { fitSms, stormPartsMax } from "./sms.ts";
import { spokenTwice } from "./spoken-text.ts";
import { aboutOf, leftOf } from "./told.ts";
import type { Words } from "./words.ts";
import type { Surroundings, ToldAlarm, ToldPlace, Written } from "./written.ts";

/** Most lines of alarms and of appliances in one message; the rest is counted and stands on the board. Critical ones come first. */
export const gatheredLinesMax = 1_000;

/** Most alarms that an SMS tries to name. */
const smsNamesMax = 8;

/** Kinds in the order in which they explain others. */
const explaining: readonly AlarmKind[] = [
  "power",
  "gateway-silent",
  "probe-silent",
  "temperature-high",
  "temperature-low",
  "late-excursion",
  "probe-fault",
  "probe-disagreement",
  "door",
  "agitator",
  "temperature-warning-high",
  "temperature-warning-low",
  "battery",
  "clock",
  "buffer",
];

interface Gathered {
  /** Critical ones first, then the earliest. */
  readonly alarms: readonly ToldAlarm[];
  readonly causes: readonly string[] | null;
  readonly places: readonly ToldPlace[];
  readonly units: number;
  readonly isReturn: boolean;
}

/**
 * One call about several alarms: what, where, how bad, then each appliance and each alarm, critical ones by name first. `note`: what an SMS says of it before anything else, of the GSM
 * alphabet.
 */
export function writeMany(
  told: readonly ToldAlarm[],
  causes: readonly string[] | null,
  surroundings: Surroundings,
  words: Words,
  isDigest: boolean,
  note: string | null = null,
): Written {
  const alarms = told.toSorted((a, b) => rank(a) - rank(b) || a.raisedAt - b.raisedAt);
  const places = [
    ...new Map(
      alarms.flatMap(({ appliance }) => (appliance === null ? [] : [[appliance.id, appliance] as const])),
    ).values(),
  ];
  const gathered: Gathered = {
    alarms,
    causes,
    places,
    units: surroundings.unitsInside(places.map(({ id }) => id)),
    isReturn: alarms.every((alarm) => aboutOf(alarm) === "return"),
  };
  const subject = subjectOf(gathered, surroundings, words, isDigest);
  return {
    subject,
    body: bodyOf(subject, gathered, surroundings, words, isDigest),
    sms: smsOf(gathered, surroundings, words, isDigest, note),
    spoken: spokenOf(gathered, surroundings, words, isDigest),
  };
}

function rank({ severity }: ToldAlarm): number {
  return severity === "critical" ? 0 : severity === "warning" ? 1 : 2;
}

/** What the alarms are together, in a few words. */
function phraseOf({ alarms }: Gathered, { kinds, several }: Words): string {
  const given = new Set(alarms.map(({ kind }) => kind));
  const [first, second] = explaining.filter((kind) => given.has(kind));
  if (first === undefined) {
    const [only] = given;
    return given.size === 1 && only !== undefined ? kinds[only].many : several;
  }
  const worst = alarms[0];
  if (worst?.severity === "critical" && worst.kind !== first)
    return `${kinds[first].many}, ${kinds[worst.kind].many}`;
  const explains = given.has("power") || given.has("gateway-silent");
  return second === undefined || explains ? kinds[first].many : `${kinds[first].many}, ${kinds[second].many}`;
}

function headOf({ alarms, isReturn }: Gathered, { heads }: Words): string {
  if (isReturn) return heads.back;
  const critical = alarms.filter(({ severity }) => severity === "critical").length;
  const isAgain = alarms.every((alarm) => aboutOf(alarm) === "again");
  if (critical > 0) return `${isAgain ? heads.criticalAgain : heads.critical} (${critical})`;
  if (isAgain) return heads.again;
  return alarms.every(({ severity }) => severity === "advisory") ? heads.advice : heads.alarm;
}

function whereOf(
  { causes, places }: Gathered,
  { siteName }: Surroundings,
  words: Words,
  naming: (name: string, id: string) => string,
): string {
  const site = naming(clean(siteName), "site");
  if (causes?.[0] === undefined) return words.where("site", site);
  const { kind, name } = causeOf(causes[0]);
  if (kind === "kind") return words.where("site", site);
  const known = kind === "appliance" ? places.find(({ id }) => id === name) : undefined;
  return words.where(kind, naming(cleanName(known?.name ?? name, name), clean(name)));
}

/** The least time that is left for any of them; null where none is foretold. */
function leastLeft({ alarms }: Gathered, { at }: Surroundings): number | null {
  const all = alarms.flatMap((alarm) => {
    const left = leftOf(alarm, at);
    return left === null || left.until === "limit" ? [] : [left.ms];
  });
  return all.reduce<number | null>((least, ms) => (least === null ? ms : Math.min(least, ms)), null);
}

function subjectOf(
  gathered: Gathered,
  surroundings: Surroundings,
  words: Words,
  isDigest: boolean,
  naming: (name: string, id: string) => string = (name) => name,
  fold: (text: string) => string = (text) => text,
): string {
  const { alarms, places, units } = gathered;
  const head = isDigest ? words.digest(alarms.length) : headOf(gathered, words);
  const before = fold(`${drillMark(surroundings, words)}${head}: ${phraseOf(gathered, words)} `);
  const size =
    places.length === 0
      ? words.alarms(alarms.length)
      : `${words.appliances(places.length)}, ${words.unitsInside(units)}`;
  const least = leastLeft(gathered, surroundings);
  const left = least === null ? "" : fold(`, ${words.left(durationText(least, words))}`);
  const where = fold(whereOf(gathered, surroundings, words, naming));
  const room = (tail: string): number => subjectCharactersMax - before.length - tail.length;
  const full = fold(`, ${size}${left}`);
  const short = fold(
    `, ${places.length === 0 ? words.alarms(alarms.length) : words.appliances(places.length)}${left}`,
  );
  const tail = room(full) >= Math.min(where.length, whereCharactersMin) ? full : short;
  const shown = cutText(where, Math.max(room(tail), whereCharactersMin), fold("…"));
  return cutText(`${before}${shown}${tail}`, subjectCharactersMax, fold("…"));
}

/** Fewest characters that are left of where it is. */
const whereCharactersMin = 12;

function bodyOf(
  subject: string,
  gathered: Gathered,
  surroundings: Surroundings,
  words: Words,
  isDigest: boolean,
): string {
  const { alarms, places, units, isReturn } = gathered;
  const { at, timeZone, isDrill, unitsInside } = surroundings;
  const { labels } = words;
  const [first] = alarms;
  const time = (instant: number): string => `${fullTimeText(instant, timeZone, words)} (${timeZone})`;
  const least = leastLeft(gathered, surroundings);
  const holding = (id: string): string => words.unitsInside(unitsInside([id]));
  const earliest = alarms.reduce((found, { raisedAt }) => Math.min(found, raisedAt), first?.raisedAt ?? at);
  const act = first === undefined ? "" : words.kinds[actKind(gathered) ?? first.kind].act;
  const lines = [
    subject,
    "",
    ...(isDrill ? [words.drillNote, ""] : []),
    ...(isDigest
      ? [words.digestNote]
      : isReturn
        ? [words.goneMany]
        : isDrill
          ? []
          : [`${labels.todo}${words.colon}${act}`, words.sayFirst]),
    ...(least === null ? [] : [`${labels.left}${words.colon}${durationText(least, words)}`]),
    ...answerLines(surroundings, words, isReturn || isDigest),
    "",
    `${labels.cause}${words.colon}${phraseOf(gathered, words)} ${whereOf(gathered, surroundings, words, (name) => name)}`,
    `${labels.alarms}${words.colon}${alarms.length}; ${words.appliances(places.length)}, ${words.unitsInside(units)}`,
    `${labels.first}${words.colon}${time(earliest)}`,
    `${labels.written}${words.colon}${time(at)}`,
    "",
    ...(places.length === 0 ? [] : [`${words.appliancesList}${words.colon.trimEnd()}`]),
    ...limited(
      places.map(({ id, name }) => `- ${cleanName(name, id)} (${holding(id)})`),
      words,
    ),
    ...(places.length === 0 ? [] : [""]),
    `${words.alarmsList}${words.colon.trimEnd()}`,
    ...limited(
      alarms.map((alarm) => lineOf(alarm, surroundings, words)),
      words,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** What explains the others is what something is to be done about, unless one is critical. */
function actKind({ alarms }: Gathered): AlarmKind | undefined {
  const [first] = alarms;
  if (first?.severity === "critical") return first.kind;
  return explaining.find((kind) => alarms.some((alarm) => alarm.kind === kind));
}

function lineOf(alarm: ToldAlarm, surroundings: Surroundings, words: Words): string {
  return `- ${headLine(alarm, { ...surroundings, isDrill: false }, words)} [${words.phases[alarm.phase]}]`;
}

function limited(lines: readonly string[], { moreOnBoard }: Words): string[] {
  if (lines.length <= gatheredLinesMax) return [...lines];
  return [...lines.slice(0, gatheredLinesMax), `- ${moreOnBoard(lines.length - gatheredLinesMax)}`];
}

function smsOf(
  gathered: Gathered,
  surroundings: Surroundings,
  words: Words,
  isDigest: boolean,
  note: string | null,
): string {
  const { alarms, isReturn } = gathered;
  const plain = { ...surroundings, isDrill: false };
  const lines = alarms
    .slice(0, smsNamesMax)
    .map((alarm) => headLine(alarm, plain, words, ({ name, id }) => gsmName(name, id), toGsm));
  return fitSms(
    {
      first: [
        subjectOf(gathered, surroundings, words, isDigest, gsmName, toGsm),
        ...(note === null ? [] : [note]),
      ].join("\n"),
      more: lines,
      left: (count) => {
        const rest = count + alarms.length - lines.length;
        return toGsm(words.more(rest));
      },
      end: [...smsAnswer(surroundings.answersBy, isReturn || isDigest, words)],
    },
    stormPartsMax,
  );
}

function spokenOf(gathered: Gathered, surroundings: Surroundings, words: Words, isDigest: boolean): string {
  const { spoken } = words;
  const { alarms, places, units, isReturn } = gathered;
  const critical = alarms.some(({ severity }) => severity === "critical");
  const least = leastLeft(gathered, surroundings);
  const head = isReturn
    ? spoken.back
    : critical
      ? spoken.critical
      : alarms.every(({ severity }) => severity === "advisory")
        ? spoken.advice
        : spoken.alarm;
  const sentences = [
    `${phraseOf(gathered, words)} ${spokenName(whereOf(gathered, surroundings, words, (name) => name))}`,
    ...(places.length === 0 ? [] : [spoken.inAppliances(places.length, spoken.number(places.length))]),
    ...(units === 0 ? [] : [spoken.units(units, spoken.number(units))]),
    ...(least === null ? [] : [spoken.left(spokenDuration(least, words))]),
  ];
  return spokenTwice(head, sentences, isReturn || isDigest, surroundings, words);
}
