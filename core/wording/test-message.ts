import { subjectCharactersMax } from "../alarms/describe.ts";
import type { Language } from "../duty/media.ts";
import { clean, cutText, toGsm } from "./clean.ts";
import { fitSms } from "./sms.ts";
import { wordsOf } from "./write-call.ts";
import type { Written } from "./written.ts";

/** Longest name of the site, and of whoever sends the test, characters: the head has to say that there is no alarm. */
const nameCharactersMax = 24;

/** Most parts of an SMS that is a test. */
const testPartsMax = 2;

/** Writes a message by which `by` tries whether messages of a site reach somebody. Its first word says that it is a test. */
export function writeTestMessage(site: string, by: string): (language: Language) => Written {
  return (language) => {
    const { testMessage } = wordsOf[language];
    const subject = cutText(testMessage.head(clean(site, nameCharactersMax)), subjectCharactersMax);
    const said = testMessage.said(clean(by, nameCharactersMax));
    const sms = fitSms(
      { first: toGsm(subject), more: [toGsm(said)], left: () => null, end: [] },
      testPartsMax,
    );
    return { subject, body: `${subject}\n\n${said}\n`, sms, spoken: `Test. ${said} ${said}` };
  };
}
