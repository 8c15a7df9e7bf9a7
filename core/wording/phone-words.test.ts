/** What the telephone says after a key: no digit or sign that a voice would stumble over. */
import { expect, test } from "vitest";
import { languages } from "../duty/media.ts";
import { phoneWords, spokenTime } from "./phone-words.ts";

test("times of day as people say them", () => {
  const said = (clock: string): string[] => languages.map((language) => spokenTime(clock, language));
  const order = languages.join(" ");
  expect(order).toBe("en nl fr");
  expect(said("03:42")).toEqual(["three forty two", "drie uur tweeënveertig", "trois heures quarante-deux"]);
  expect(said("00:05")).toEqual(["twelve oh five", "nul uur vijf", "minuit cinq"]);
  expect(said("01:01")).toEqual(["one oh one", "één uur één", "une heure une"]);
  expect(said("21:00")).toEqual(["nine o'clock", "eenentwintig uur", "vingt et une heures"]);
  expect(said("12:30")).toEqual(["twelve thirty", "twaalf uur dertig", "douze heures trente"]);
});

test("nothing that is said holds digits or signs, at any time of day", () => {
  for (const language of languages) {
    const { time, taken, ...others } = phoneWords[language];
    const texts: string[] = Object.values(others);
    for (let minute = 0; minute < 24 * 60; minute += 1)
      texts.push(taken(time(Math.floor(minute / 60), minute % 60)));
    for (const text of texts) expect(text).toMatch(/^[\p{L} ,.:'-]+$/u);
    expect(new Set(texts).size).toBeGreaterThanOrEqual(12 * 60);
  }
});
