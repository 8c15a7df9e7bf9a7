import fc from "fast-check";
import { expect, test } from "vitest";
import { parseReply, replyPromiseCharactersMax } from "./parse-reply.ts";

test.each([
  ["4711", { code: "4711", minutes: null, what: "" }],
  [" 4711 20 ", { code: "4711", minutes: 20, what: "" }],
  ["4711 20 min onderweg, ben er zo", { code: "4711", minutes: 20, what: "onderweg, ben er zo" }],
  ["OK 4711, 15 minutes je déplace les poches", { code: "4711", minutes: 15, what: "je déplace les poches" }],
  ["ja", { code: null, minutes: null, what: "" }],
  ["Oui 10", { code: null, minutes: 10, what: "" }],
  ["4711 moves the bags", { code: "4711", minutes: null, what: "moves the bags" }],
  ["4711 mind the door", { code: "4711", minutes: null, what: "mind the door" }],
  ["1", { code: null, minutes: null, what: "" }],
  ["4711 0", { code: "4711", minutes: null, what: "" }],
  ["４７１１ ２０", { code: "4711", minutes: 20, what: "" }],
])("%s", (text, parsed) => {
  expect(parseReply(text)).toEqual(parsed);
});

test.each(["", "   ", "who is this?", "471", "47111", "stop", "nee 4711", "\u0000"])(
  "%j is no answer",
  (text) => {
    expect(parseReply(text)).toBe(null);
  },
);

test("whatever comes, nothing throws and limits hold", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 2_000 }),
        fc.string().map((text) => `4711 20 ${text}`),
      ),
      (text) => {
        const parsed = parseReply(text);
        if (parsed === null) return;
        expect(parsed.what.length).toBeLessThanOrEqual(replyPromiseCharactersMax);
        expect(parsed.minutes === null || (parsed.minutes > 0 && parsed.minutes < 1_000)).toBe(true);
      },
    ),
  );
});
