import { subjectCharactersMax } from "../alarms/describe.ts";
import type { Language } from "../duty/media.ts";
import type { DurationMs } from "../time/millis.ts";
import { clean, cleanName, cutText, gsmName, toGsm } from "./clean.ts";
import { durationText } from "./forms.ts";
import { drillMark } from "./head-line.ts";
import { fitSms } from "./sms.ts";
import type { Words } from "./words.ts";
import { wordsOf } from "./write-call.ts";
import type { Written } from "./written.ts";

/** What is told of a drill itself. */
export type DrillNews =
  | { readonly kind: "begins" | "unanswered" | "cancelled" | "broken-off" }
  | { readonly kind: "answered"; readonly by: string; readonly withinMs: DurationMs };

/** Longest name of whoever answered, characters: the head has to say that it is over. */
const byCharactersMax = 24;

/** Most parts of an SMS with such news. */
const newsPartsMax = 2;

/** Writes news of a drill: that it begins, or that and why it is over. `record`: where its record stands; null where that is not known. */
export function writeDrillNews(
  news: DrillNews,
  place: { readonly id: string; readonly name: string },
  record: string | null,
): (language: Language) => Written {
  return (language) => {
    const words = wordsOf[language];
    const name = cleanName(place.name, place.id);
    const mark = drillMark({ isDrill: true }, words);
    const said = saidOf(news, words);
    // The name gives way, so that what there is to say is not cut.
    const head = (where: string, max: number): string => {
      const whole = `${mark}${headOf(news, where, words)}`;
      if (whole.length <= max) return whole;
      const shorter = cutText(where, Math.max(where.length - (whole.length - max), 8));
      return cutText(`${mark}${headOf(news, shorter, words)}`, max);
    };
    const subject = head(name, subjectCharactersMax);
    const body = [
      subject,
      "",
      said,
      ...(record === null ? [] : ["", `${words.drillNews.record}${words.colon}${record}`]),
      "",
    ].join("\n");
    const first = toGsm(head(gsmName(name, clean(place.id)), subjectCharactersMax));
    const sms = fitSms({ first, more: [toGsm(said)], left: () => null, end: [] }, newsPartsMax);
    return { subject, body, sms, spoken: `${words.drill}. ${said}` };
  };
}

function headOf(news: DrillNews, where: string, { drillNews }: Words): string {
  if (news.kind === "answered") return drillNews.answered.head(where, clean(news.by, byCharactersMax));
  return drillNews[newsWords[news.kind]].head(where);
}

function saidOf(news: DrillNews, words: Words): string {
  const { drillNews } = words;
  if (news.kind !== "answered") return drillNews[newsWords[news.kind]].said;
  const within = durationText(Math.max(news.withinMs, 0), words);
  return drillNews.answered.said(clean(news.by, byCharactersMax), within);
}

const newsWords = {
  begins: "begins",
  unanswered: "unanswered",
  cancelled: "cancelled",
  "broken-off": "brokenOff",
} as const;
