/** Messages in three languages, for every kind of alarm and whatever names and figures there are. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { alarmKinds, alarmPhases, alarmSeverities } from "../alarms/alarm.ts";
import { subjectCharactersMax } from "../alarms/describe.ts";
import { languages } from "../duty/media.ts";
import { eventKinds } from "../contract/events.ts";
import { toSeptets } from "../gsm/gsm7.ts";
import { toUserData } from "../gsm/user-data.ts";
import { faultWords } from "../readings/reading.ts";
import { toGsm } from "./clean.ts";
import { exampleAlarm, exampleAt, examples, exampleSurroundings, storm } from "./examples.ts";
import { celsiusText } from "./forms.ts";
import { dutchNumber, englishNumber, frenchNumber } from "./numbers.ts";
import { smsParts, smsPartsMax, stormPartsMax } from "./sms.ts";
import { aboutOf, headOf, leftOf, whatOf } from "./told.ts";
import {
  markRepeated,
  markRepeatedSms,
  wordsOf,
  writeCall,
  writeDigest,
  writePromisePassed,
} from "./write-call.ts";
import type { Surroundings, ToldAlarm } from "./written.ts";

const celsius = fc.double({ min: -199, max: 199, noNaN: true, noDefaultInfinity: true });
const instant = fc.integer({ min: exampleAt - 1e9, max: exampleAt + 1e9 });
const orNull = <T>(given: fc.Arbitrary<T>) => fc.option(given, { nil: null });
const side = fc.constantFrom("high" as const, "low" as const);
const foreign = fc.oneof(
  fc.string({ unit: "binary", maxLength: 120 }),
  fc.string({ unit: "grapheme", maxLength: 120 }),
  fc.constantFrom(
    "{answer-code}",
    "ثلاجة الدم ١",
    "Fri\u202eevil\nBcc: x",
    "Холодильник",
    "a\u0000b",
    "🩸".repeat(60),
    "Ré-œuvre ç",
  ),
);
const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/);

const figures = fc.oneof(
  fc.constant(null),
  fc.record({
    of: fc.constant("temperature" as const),
    side,
    celsius: orNull(celsius),
    limit: orNull(celsius),
    critical: orNull(celsius),
    since: orNull(instant),
    excursionAt: orNull(instant),
  }),
  fc.record({
    of: fc.constant("temperature-warning" as const),
    side,
    celsius: orNull(celsius),
    warnAt: orNull(celsius),
    limit: orNull(celsius),
  }),
  fc.record({
    of: fc.constant("fault" as const),
    fault: fc.constantFrom(...faultWords),
    since: instant,
    unmonitoredAt: orNull(instant),
  }),
  fc.record({ of: fc.constant("silence" as const), since: instant, unmonitoredAt: orNull(instant) }),
  fc.record({
    of: fc.constant("event" as const),
    event: fc.constantFrom(...eventKinds),
    since: instant,
    isGateway: fc.boolean(),
  }),
  fc.record({
    of: fc.constant("edge" as const),
    gateway: id,
    since: instant,
    until: orNull(instant),
    celsius: orNull(celsius),
    beyond: orNull(celsius),
    words: orNull(foreign),
  }),
  fc.record({
    of: fc.constant("disagreement" as const),
    since: orNull(instant),
    said: fc.array(fc.record({ probe: id, celsius }), { maxLength: 3 }),
  }),
  fc.record({
    of: fc.constant("late-excursion" as const),
    side: fc.constantFrom("high" as const, "low" as const, "unmonitored" as const),
    since: instant,
    lengthMs: fc.nat(1e9),
    unitsHeld: fc.nat(99_999),
  }),
  fc.record({
    of: fc.constant("platform" as const),
    name: orNull(foreign),
    lastsMs: orNull(fc.nat(1e9)),
    count: orNull(fc.nat(99_999)),
    reason: orNull(foreign),
  }),
  fc.record({
    of: fc.constant("unanswered" as const),
    first: orNull(fc.constantFrom(...alarmKinds)),
    others: fc.nat(500),
  }),
);

const alarm: fc.Arbitrary<ToldAlarm> = fc.record({
  id,
  kind: fc.constantFrom(...alarmKinds),
  severity: fc.constantFrom(...alarmSeverities),
  about: fc.constantFrom("onset" as const, "again" as const, "return" as const),
  isWorse: fc.boolean(),
  subject: id,
  appliance: orNull(fc.record({ id, name: foreign, room: orNull(id), circuit: orNull(id) })),
  probe: orNull(id),
  figures,
  raisedAt: instant,
  phase: fc.constantFrom(...alarmPhases),
  text: foreign,
  limitAt: orNull(fc.record({ at: instant, earliest: instant, latest: instant })),
});

const surroundings: fc.Arbitrary<Surroundings> = fc.record({
  at: fc.constant(exampleAt),
  timeZone: fc.constantFrom("Europe/Brussels", "UTC", "America/St_Johns"),
  siteName: fc.oneof(foreign, id),
  pages: orNull(fc.constant("https://coldkeep.example.org/")),
  unitsInside: fc.nat(99_999).map((units) => () => units),
  isDrill: fc.boolean(),
  answersBy: fc.record({ link: fc.boolean(), code: fc.boolean(), keys: fc.boolean() }),
});

/** How many SMS a text takes by the modem's own reckoning, the placeholders filled with their longest values. */
function partsOf(sms: string): number {
  const filled = sms.replaceAll("{answer-link}", "x".repeat(90)).replaceAll("{answer-code}", "0000");
  expect(toSeptets(filled)).not.toBeNull();
  return toUserData(filled, 1)?.length ?? Number.POSITIVE_INFINITY;
}

function expectWhole(text: string, { answersBy }: Surroundings): void {
  const placeholders = text.match(/[{}][^}]*\}?/g) ?? [];
  for (const found of placeholders) expect(["{answer-link}", "{answer-code}"]).toContain(found);
  if (!answersBy.link) expect(placeholders).not.toContain("{answer-link}");
  if (!answersBy.code) expect(placeholders).not.toContain("{answer-code}");
  expect(text).not.toMatch(/undefined|NaN|\[object/);
  expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(text.isWellFormed()).toBe(true);
}

test("one alarm: 70 characters say what, where, how bad; the SMS keeps to its parts; nothing foreign breaks out", () => {
  fc.assert(
    fc.property(alarm, surroundings, fc.constantFrom(...languages), (told, around, language) => {
      const words = wordsOf[language];
      const { subject, body, sms, spoken } = writeCall([told], null, around)(language);
      expect(subject.length).toBeLessThanOrEqual(subjectCharactersMax);
      const drill = around.isDrill ? `${words.drill}: ` : "";
      expect(subject.startsWith(`${drill}${headOf(told, words)}: `)).toBe(true);
      expect(sms.startsWith(toGsm(`${drill}${headOf(told, words)}: `))).toBe(true);
      expect(
        spoken.startsWith(around.isDrill ? words.drill : (words.spoken.here("x").split("x")[0] ?? "")),
      ).toBe(true);
      const [what] = whatOf(told, exampleSurroundings, words).split(/[,(:]/);
      expect(subject).toContain((what ?? "").slice(0, 12));
      if (told.figures?.of === "temperature" && told.figures.celsius !== null && aboutOf(told) !== "return") {
        expect(subject).toContain(celsiusText(told.figures.celsius, words));
        expect(sms.slice(0, subjectCharactersMax)).toContain(toGsm(celsiusText(told.figures.celsius, words)));
      }
      expect(partsOf(sms)).toBeLessThanOrEqual(smsPartsMax);
      for (const text of [subject, body, sms, spoken]) expectWhole(text, around);
      expect(subject).not.toContain("\n");
      expect(spoken).not.toMatch(/[°%<>{}−]/);
    }),
    { numRuns: 2_000 },
  );
});

test("several alarms: as much in 70 characters, and three parts of SMS at the most", () => {
  fc.assert(
    fc.property(
      fc.array(alarm, { minLength: 2, maxLength: 30 }),
      orNull(
        fc
          .tuple(fc.constantFrom("appliance", "gateway", "circuit", "room", "kind"), id)
          .map(([kind, name]) => [`${kind}:${name}`]),
      ),
      surroundings,
      fc.constantFrom(...languages),
      (told, causes, around, language) => {
        for (const written of [
          writeCall(told, causes, around)(language),
          writeDigest(told, around)(language),
        ]) {
          expect(written.subject.length).toBeLessThanOrEqual(subjectCharactersMax);
          expect(partsOf(written.sms)).toBeLessThanOrEqual(stormPartsMax);
          for (const text of Object.values(written)) expectWhole(text, around);
        }
        const critical = told.some(
          ({ severity, about, kind }) =>
            severity === "critical" && (about !== "return" || kind === "late-excursion"),
        );
        const { subject } = writeCall(told, causes, around)(language);
        if (critical) expect(subject).toContain(wordsOf[language].heads.critical);
      },
    ),
    { numRuns: 300 },
  );
});

test("a wide or small brace in a name becomes no placeholder's", () => {
  expect(toGsm("\ufe5banswer-link\ufe5c \uff5banswer-code\uff5d")).toBe("(answer-link) (answer-code)");
});

test("what is left is said in the first 70 characters of the subject and of the SMS, in every language", () => {
  for (const language of languages) {
    for (const [name, told] of examples) {
      const left = leftOf(told, exampleAt);
      if (left === null) continue;
      const { subject, sms } = writeCall([told], null, exampleSurroundings)(language);
      const { left: exactly, leftAbout } = wordsOf[language];
      const words = left.until === "limit" ? leftAbout("20 min") : exactly(`${left.ms / 60_000} min`);
      expect(subject, name).toContain(words);
      expect(sms.slice(0, subjectCharactersMax), name).toContain(words);
    }
  }
});

test("the same figures stand in all languages", () => {
  for (const [name, told] of examples) {
    const numbers = languages.map((language) =>
      [
        ...new Set(writeCall([told], null, exampleSurroundings)(language).body.match(/\d+/g) ?? []),
      ].toSorted(),
    );
    expect(numbers[1], name).toEqual(numbers[0]);
    expect(numbers[2], name).toEqual(numbers[0]);
  }
});

/** Words that are the same in both languages. */
const alike: ReadonlySet<string> = new Set([
  "min",
  ".",
  ",",
  ": ",
  "h",
  "d",
  "Alarm",
  "Limit",
  "Circuit",
  "Gateway g1",
  "1 min",
]);

test("no English stands in Dutch or French", () => {
  const leaves = (value: unknown): string[] => {
    if (typeof value === "string") return [value];
    if (typeof value === "function") {
      const say = value as (...all: unknown[]) => unknown;
      const firsts =
        value.length === 1 ? ["§"] : ["high", "low", "unmonitored", "room", "gateway", "site", 2];
      return firsts.map((first) => String(say(first, "§", "§")));
    }
    return Object.values(value as object).flatMap(leaves);
  };
  const english = leaves(wordsOf.en);
  for (const language of ["nl", "fr"] as const) {
    const own = leaves(wordsOf[language]);
    expect(own).toHaveLength(english.length);
    const same = own.filter((word, index) => word === english[index] && !alike.has(word));
    expect(
      same.filter((word) =>
        /\p{L}{3}/u.test(word.replaceAll(/high|low|unmonitored|undefined|minutes|room|gateway|site/gi, "")),
      ),
    ).toEqual([]);
    for (const [name, told] of examples) {
      const { subject, sms, spoken } = writeCall([told], null, exampleSurroundings)(language);
      expect(`${subject} ${sms} ${spoken}`, name).not.toMatch(
        /\b(the|and|since|above|below|left|units|lost|nothing|still|warm for|inside|press)\b/i,
      );
    }
  }
});

test("a name that the GSM alphabet cannot write gives way to the id; accents to their letters", () => {
  const told = (name: string) =>
    exampleAlarm({ appliance: { id: "fridge-1", name, room: null, circuit: null } });
  const sms = (name: string) => writeCall([told(name)], null, exampleSurroundings)("fr").sms;
  expect(sms("ثلاجة الدم")).toContain("fridge-1");
  expect(sms("Forêt ça œuf")).toContain("Foret ca oeuf");
  expect(sms("Réa 1")).toContain("Réa 1");
});

test("a drill never says that units are held", () => {
  for (const language of languages) {
    for (const [name, told] of examples) {
      const { body } = writeCall([told], null, { ...exampleSurroundings, isDrill: true })(language);
      expect(body, name).not.toContain(wordsOf[language].isExcursion);
      expect(body, name).not.toContain(wordsOf[language].isUnmonitored);
      expect(body, name).toContain(wordsOf[language].drillNote);
    }
  }
});

test("keys are asked for only where the telephone hears them", () => {
  for (const language of languages) {
    const { press, noKeys } = wordsOf[language].spoken;
    const spoken = (keys: boolean) => {
      const answersBy = { ...exampleSurroundings.answersBy, keys };
      return writeCall([exampleAlarm()], null, { ...exampleSurroundings, answersBy })(language).spoken;
    };
    expect([spoken(true).includes(press), spoken(true).includes(noKeys)]).toEqual([true, false]);
    expect([spoken(false).includes(press), spoken(false).includes(noKeys)]).toEqual([false, true]);
  }
});

test("numbers in words", () => {
  expect([0, 21, 37, 80, 412, 1_001, 32_500].map(englishNumber)).toEqual([
    "zero",
    "twenty one",
    "thirty seven",
    "eighty",
    "four hundred twelve",
    "one thousand one",
    "thirty two thousand five hundred",
  ]);
  expect([0, 22, 37, 103, 1_001, 20_000].map(dutchNumber)).toEqual([
    "nul",
    "tweeëntwintig",
    "zevenendertig",
    "honderd drie",
    "duizend een",
    "twintigduizend",
  ]);
  expect([0, 21, 71, 80, 81, 95, 200, 203, 3_000, 80_000, 200_000].map(frenchNumber)).toEqual([
    "zéro",
    "vingt et un",
    "septante et un",
    "quatre-vingts",
    "quatre-vingt-un",
    "nonante-cinq",
    "deux cents",
    "deux cent trois",
    "trois mille",
    "quatre-vingt mille",
    "deux cent mille",
  ]);
});

test("a promise that has passed says who promised what, and how it stands; a repeat is marked behind the drill", () => {
  const promised = { by: "Jo Peeters", what: "move the units", until: exampleAt - 60_000 };
  const { subject, body, sms } = writePromisePassed(
    [promised],
    [exampleAlarm()],
    null,
    exampleSurroundings,
  )("en");
  expect(subject).toMatch(/^Still on: Erytro 1: 7.4 °C above 6.0 °C/);
  expect(body).toContain('Jo Peeters promised "move the units" by 02:09; it is still out.');
  expect(sms).toContain("Jo Peeters promised");
  expect(partsOf(sms)).toBeLessThanOrEqual(smsPartsMax);
  expect(markRepeated("Alarm: x", "nl")).toBe("Herhaald: Alarm: x");
  expect(markRepeated("EXERCICE: Alarme: x", "fr")).toBe("EXERCICE: Répété: Alarme: x");
});

test("promises about several alarms that have passed are told once each, with whose alarms they were", () => {
  const jo = { by: "Jo Peeters", what: "move the units", until: exampleAt - 60_000 };
  const mia = { by: "Mia Claes", what: "", until: exampleAt - 120_000 };
  const told = storm("power")
    .slice(0, 4)
    .map((alarm) => ({ ...alarm, about: "again" as const }));
  for (const language of languages) {
    const promise = wordsOf[language].promise;
    const all = writePromisePassed([jo, jo, jo, jo], told, ["circuit:north"], exampleSurroundings)(language);
    expect(all.body).toContain(`${promise(jo.by, jo.what, "02:09")}. ${wordsOf[language].promiseNote}`);
    expect(all.sms.split("\n")[1]).toBe(toGsm(promise(jo.by, jo.what, "02:09")));
    expect(partsOf(all.sms)).toBeLessThanOrEqual(stormPartsMax);
    const some = writePromisePassed([jo, mia, mia, null], told, null, exampleSurroundings)(language);
    expect(some.body).toContain(`${promise(jo.by, jo.what, "02:09")} (${wordsOf[language].alarms(1)}).`);
    expect(some.body).toContain(`${promise(mia.by, null, "02:08")} (${wordsOf[language].alarms(2)}).`);
    expect(partsOf(some.sms)).toBeLessThanOrEqual(stormPartsMax);
  }
});

test("an SMS that is marked as a repeat takes no more parts than before and keeps all by which it is answered", () => {
  const link = `https://cold.example.org/a/${"x".repeat(62)}`;
  for (const language of languages) {
    const mark = wordsOf[language].repeated;
    for (const told of [[exampleAlarm()], ...(["power", "gateway", "back"] as const).map(storm)])
      for (const isDrill of [false, true]) {
        const { sms } = writeCall(told, null, { ...exampleSurroundings, isDrill })(language);
        const sent = sms.replaceAll("{answer-code}", "4711").replaceAll("{answer-link}", link);
        const marked = markRepeatedSms(sent, language);
        expect(marked.split("\n")[0]).toContain(`${mark}: `);
        expect(smsParts(marked)).toBeLessThanOrEqual(smsParts(sent) ?? 0);
        const answers = (text: string) => text.split("\n").filter((line) => /4711|https/.test(line));
        expect(answers(marked)).toEqual(answers(sent));
      }
  }
  const full = "x".repeat(160);
  expect(markRepeatedSms(full, "en")).toBe(`Repeated: ${"x".repeat(150)}`);
  const tight = `Alarm: x\n${"y".repeat(80)}\nReply 4711 30 = I take it\nhttps://cold.example.org/a/12345678`;
  expect(markRepeatedSms(tight, "en")).toBe(
    "Repeated: Alarm: x\nReply 4711 30 = I take it\nhttps://cold.example.org/a/12345678",
  );
  // Letters that are not of the GSM alphabet cost what they cost; nothing is left out for that.
  expect(markRepeatedSms("Alarm: Ω ş\nmore", "nl")).toBe("Herhaald: Alarm: Ω ş\nmore");
});

test("a storm of 500 appliances is one screen and a list, in two or three parts of SMS", () => {
  for (const language of languages) {
    for (const what of ["power", "gateway", "back"] as const) {
      const { subject, body, sms } = writeCall(storm(what), ["circuit:north"], exampleSurroundings)(language);
      expect(subject.length).toBeLessThanOrEqual(subjectCharactersMax);
      expect(partsOf(sms)).toBeLessThanOrEqual(stormPartsMax);
      expect(body.split("\n").findIndex((line) => line.startsWith("- "))).toBeLessThan(20);
      expect(body.match(/^- /gm)).toHaveLength(1_000);
    }
  }
});
