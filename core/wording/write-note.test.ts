/** Short notes: whatever names there are, two SMS at most, of the GSM alphabet, and no name passes for a code. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { languages } from "../duty/media.ts";
import { toSeptets } from "../gsm/gsm7.ts";
import { toUserData } from "../gsm/user-data.ts";
import { exampleAlarm, exampleAt, exampleSurroundings } from "./examples.ts";
import { smsPartsMax } from "./sms.ts";
import { wordsOf } from "./write-call.ts";
import { codeOfOther, type Note, writeNote } from "./write-note.ts";

const foreign = fc.oneof(
  fc.string({ unit: "binary", maxLength: 120 }),
  fc.constantFrom("{answer-code:12}", "ثلاجة الدم ١", "Fri\u202eevil\nBcc: x", "🩸".repeat(60), "Ré-œuvre ç"),
);
const alarms = fc.array(
  foreign.map((name) =>
    exampleAlarm({ appliance: { id: `f${name.length}`, name, room: null, circuit: null } }),
  ),
  { minLength: 1, maxLength: 5 },
);
const until = fc.integer({ min: exampleAt, max: exampleAt + 1e8 });
const calls = fc.array(fc.record({ code: fc.nat(99_999).map(codeOfOther), alarms }), { maxLength: 9 });
const anyNote: fc.Arbitrary<Note> = fc.oneof(
  fc.record({ kind: fc.constant("taken" as const), alarms, until }),
  fc.record({ kind: fc.constantFrom("declined" as const, "over" as const), alarms }),
  fc.record({
    kind: fc.constantFrom("takenBy" as const, "already" as const),
    alarms,
    who: foreign,
    until: fc.option(until, { nil: null }),
  }),
  fc.constant({ kind: "nothing" as const }),
  fc.record({
    kind: fc.constantFrom("unknownCode" as const, "several" as const, "notUnderstood" as const),
    calls,
  }),
);

test("a note is two SMS at most, in the GSM alphabet, and names no code but those of the calls that it lists", () => {
  fc.assert(
    fc.property(anyNote, fc.constantFrom(...languages), fc.boolean(), (note, language, isDrill) => {
      const text = writeNote(note, { ...exampleSurroundings, isDrill })(language);
      const filled = text.replaceAll(/\{answer-code:\d+\}/g, "0000");
      expect(toSeptets(filled)).not.toBeNull();
      expect(toUserData(filled, 1)?.length).toBeLessThanOrEqual(smsPartsMax);
      expect(text.startsWith(wordsOf[language].drill)).toBe(isDrill);
      const listed = "calls" in note ? note.calls.map(({ code }) => code) : [];
      for (const code of text.match(/\{[^}]*\}/g) ?? []) expect(listed).toContain(code);
    }),
  );
});

test("calls beyond those that fit are counted", () => {
  const many = Array.from({ length: 9 }, (_, index) => ({
    code: codeOfOther(index),
    alarms: [exampleAlarm()],
  }));
  const lines = writeNote({ kind: "several", calls: many }, exampleSurroundings)("en").split("\n");
  expect(lines.slice(1)).toEqual([
    "{answer-code:0} = Erytro 1",
    "{answer-code:1} = Erytro 1",
    "{answer-code:2} = Erytro 1",
    "{answer-code:3} = Erytro 1",
    "{answer-code:4} = Erytro 1",
    "+ 4 more",
    "Reply with code and minutes, such as {answer-code:0} 20",
  ]);
});
