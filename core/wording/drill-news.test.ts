/** What is told of drills: the first word says that it is one, and nothing that there is to say is cut. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { subjectCharactersMax } from "../alarms/describe.ts";
import { languages } from "../duty/media.ts";
import { toSeptets } from "../gsm/gsm7.ts";
import { toGsm } from "./clean.ts";
import { type DrillNews, writeDrillNews } from "./drill-news.ts";
import { smsParts } from "./sms.ts";
import { wordsOf } from "./write-call.ts";

const name = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
  fc.constantFrom(
    "Erytro 1",
    "Réfrigérateur à concentrés érythrocytaires n° 2",
    "{answer-link}",
    "🩸".repeat(40),
  ),
);
const news: fc.Arbitrary<DrillNews> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      "begins" as const,
      "unanswered" as const,
      "cancelled" as const,
      "broken-off" as const,
    ),
  }),
  fc.record({
    kind: fc.constant("answered" as const),
    by: name,
    withinMs: fc.integer({ min: -1, max: 1e7 }),
  }),
);

test("news of a drill begin with its mark, fit 70 characters and two SMS of the GSM alphabet, and ask for no answer", () => {
  fc.assert(
    fc.property(news, name, fc.constantFrom(...languages), (told, place, language) => {
      const { subject, body, sms, spoken } = writeDrillNews(
        told,
        { id: "fridge-1", name: place },
        null,
      )(language);
      const mark = `${wordsOf[language].drill}: `;
      expect(subject.startsWith(mark)).toBe(true);
      expect(sms.startsWith(toGsm(mark))).toBe(true);
      expect(body.startsWith(subject)).toBe(true);
      expect(spoken.startsWith(wordsOf[language].drill)).toBe(true);
      expect(subject.length).toBeLessThanOrEqual(subjectCharactersMax);
      expect(toSeptets(sms)).not.toBeNull();
      expect(smsParts(sms) ?? 9).toBeLessThanOrEqual(2);
      expect(`${subject}${body}${sms}`).not.toMatch(/\{answer-/);
      if (told.kind === "broken-off")
        expect(sms).toContain(toGsm(wordsOf[language].drillNews.brokenOff.said));
    }),
    { numRuns: 400 },
  );
});
