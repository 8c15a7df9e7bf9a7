import { spokenCelsius, spokenDuration, spokenName } from "./forms.ts";
import { clean } from "./clean.ts";
import { aboutOf, type Left, leftOf, placeOf, roughly } from "./told.ts";
import type { Words } from "./words.ts";
import type { Surroundings, ToldAlarm } from "./written.ts";

/** What a voice says about one alarm: the essential twice, in short sentences without symbols. */
export function spokenText(
  alarm: ToldAlarm,
  units: number | null,
  surroundings: Surroundings,
  words: Words,
): string {
  const { spoken } = words;
  const { name } = placeOf(alarm, surroundings, words);
  const left = leftOf(alarm, surroundings.at);
  const sentences = [
    spokenName(name),
    spokenWhat(alarm, words),
    ...(left === null ? [] : [spokenLeft(left, words)]),
    ...(units === null || units === 0 ? [] : [spoken.units(units, spoken.number(units))]),
  ];
  return spokenTwice(spokenHead(alarm, words), sentences, aboutOf(alarm) === "return", surroundings, words);
}

/** Greeting, head, what is essential, and that once more; then how it is answered. */
export function spokenTwice(
  head: string,
  sentences: readonly string[],
  isReturn: boolean,
  { siteName, isDrill, answersBy }: Surroundings,
  { spoken, drill }: Words,
): string {
  const essential = sentences.map((sentence) => `${capital(sentence)}.`).join(" ");
  const answer = isReturn ? "" : ` ${answersBy.keys ? spoken.press : spoken.noKeys}`;
  return `${isDrill ? `${drill}. ` : ""}${spoken.here(spokenName(clean(siteName)))} ${head} ${essential} ${spoken.again} ${head} ${essential}${answer}`;
}

/** The sentence that says how bad it is. */
export function spokenHead(alarm: ToldAlarm, { spoken }: Words): string {
  const about = aboutOf(alarm);
  if (about === "return") return spoken.back;
  const still = about === "again" ? ` ${spoken.still}` : "";
  if (alarm.severity === "critical") return `${spoken.critical}${still}`;
  if (about === "again") return spoken.still;
  return alarm.severity === "advisory" ? spoken.advice : spoken.alarm;
}

function spokenLeft({ ms, until }: Left, words: Words): string {
  const { left, leftAbout } = words.spoken;
  return until === "limit" ? leftAbout(spokenDuration(roughly(ms), words)) : left(spokenDuration(ms, words));
}

function spokenWhat({ figures, kind, probe }: ToldAlarm, words: Words): string {
  const { spoken, kinds, faults } = words;
  const { one } = kinds[kind];
  const degrees = (celsius: number | null): string | null =>
    celsius === null ? null : spokenCelsius(celsius, words);
  switch (figures?.of) {
    case "temperature":
      return spoken.beyond(figures.side, degrees(figures.celsius), degrees(figures.limit));
    case "temperature-warning":
      return spoken.beyondWarning(figures.side, degrees(figures.celsius), degrees(figures.warnAt));
    case "fault":
      return `${one}. ${capital(faults[figures.fault])}`;
    case "silence":
      return probe === null ? one : `${one}, ${words.probe(spokenName(clean(probe)))}`;
    case "disagreement":
      return `${one}. ${figures.said.map(({ probe: id, celsius }) => `${spokenName(clean(id))}, ${spokenCelsius(celsius, words)}`).join(". ")}`;
    case "late-excursion":
      return `${one}, ${spokenDuration(figures.lengthMs, words)}`;
    case "unanswered":
      return figures.first === null ? one : `${one}. ${capital(kinds[figures.first].one)}`;
    default:
      return one;
  }
}

function capital(sentence: string): string {
  const [first = "", ...rest] = Array.from(sentence);
  return `${first.toLocaleUpperCase()}${rest.join("")}`;
}
