import { decisionKinds, decisionWords } from "./dispositions.ts";

/** The lists that people choose from: causes of excursions, and for each kind of decision the reasons for it. */
export const choiceLists = ["cause", ...decisionKinds] as const;

/** A list that people choose from. */
export type ChoiceList = (typeof choiceLists)[number];

/** The lists as people read them. */
export const choiceListWords: Readonly<Record<ChoiceList, string>> = {
  cause: "Causes of excursions",
  release: `Reasons: ${decisionWords.release.toLowerCase()}`,
  concession: `Reasons: ${decisionWords.concession.toLowerCase()}`,
  discard: `Reasons: ${decisionWords.discard.toLowerCase()}`,
  "other-use": `Reasons: ${decisionWords["other-use"].toLowerCase()}`,
};

/** Most entries of a list. */
export const choicesMax = 100;

/** Longest entry of a list, in characters. */
export const choiceCharactersMax = 100;

/** Longest text that a person adds to a chosen cause, in characters. */
export const causeTextCharactersMax = 200;

/** What a chosen entry and a person's own words come to: `Other: ...` where none of the list fits, empty where nothing was said. */
export function chosenText(entry: string, ownWords: string): string {
  if (ownWords === "") return entry;
  return `${entry === "" ? "Other" : entry}: ${ownWords}`;
}

/** The entries of a list as a person writes them, one a line, without blank lines; or what is wrong with them. */
export function readChoices(
  text: string,
): { readonly ok: true; readonly entries: readonly string[] } | { readonly ok: false; readonly why: string } {
  const entries = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const twice = entries.find((entry, index) => entries.indexOf(entry) !== index);
  const long = entries.find((entry) => entry.length > choiceCharactersMax);
  if (entries.length > choicesMax) return { ok: false, why: `A list has at most ${choicesMax} entries.` };
  if (long !== undefined)
    return { ok: false, why: `"${long.slice(0, 30)}…" is longer than ${choiceCharactersMax} characters.` };
  if (twice !== undefined) return { ok: false, why: `"${twice}" stands there twice.` };
  return { ok: true, entries };
}
