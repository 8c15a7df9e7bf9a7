import { expect, test } from "vitest";
import { subjectCharactersMax } from "../alarms/describe.ts";
import { languages } from "../duty/media.ts";
import { smsParts } from "./sms.ts";
import { writeTestMessage } from "./test-message.ts";

test.each(languages)(
  "a test says first that it is one, that there is no alarm, and fits, in %s",
  (language) => {
    const long = "Sint-Maarten-van-Tours-op-de-heuvel".repeat(4);
    for (const [site, by] of [
      ["mechelen", "Jo"],
      [long, `{answer-link}${long}`],
    ] as const) {
      const { subject, body, sms, spoken } = writeTestMessage(site, by)(language);
      for (const text of [subject, body, sms, spoken]) expect(text).toMatch(/^Test/);
      expect(subject.length).toBeLessThanOrEqual(subjectCharactersMax);
      expect(subject).toMatch(/no alarm|geen alarm|pas d'alarme/);
      expect(smsParts(sms)).toBeLessThanOrEqual(2);
      expect(`${body}${sms}`).not.toContain("{");
    }
  },
);
