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
  ["4711,20", { code: "4711", minutes: 20, what: "" }],
  ["4711: 20 on my way", { code: "4711", minutes: 20, what: "on my way" }],
  ["4711-20", { code: "4711", minutes: 20, what: "" }],
  ["4711👍", { code: "4711", minutes: null, what: "👍" }],
  ["4711 20 kan niet vroeger", { code: "4711", minutes: 20, what: "kan niet vroeger" }],
  ["4711 ik kom, nog niet thuis", { code: "4711", minutes: null, what: "ik kom, nog niet thuis" }],
  ["4711 nova shift moves them", { code: "4711", minutes: null, what: "nova shift moves them" }],
  ["4711 passe par là, j'arrive", { code: "4711", minutes: null, what: "passe par là, j'arrive" }],
  ["ok 10 onderweg", { code: null, minutes: 10, what: "onderweg" }],
  ["4711 sorry, ik kom eraan", { code: "4711", minutes: null, what: "sorry ik kom eraan" }],
  ["ok onderweg", { code: null, minutes: null, what: "onderweg" }],
  ["Ok.", { code: null, minutes: null, what: "" }],
  ["４７１１ ２０", { code: "4711", minutes: 20, what: "" }],
])("%s", (text, parsed) => {
  expect(parseReply(text)).toEqual({ ...parsed, isRefusal: false });
});

test.each([
  "4711 no",
  "4711: No, ask Bo",
  "4711 nee",
  "4711 neen ben niet van wacht",
  "4711 niet",
  "4711 ik kan niet komen",
  "4711 ik kan nu niet",
  "4711 kan ik niet",
  "4711 non",
  "4711 je ne peux pas",
  "4711 je ne suis pas de garde",
  "4711 I can't come",
  "4711 I can’t",
  "4711 sorry, not on call",
  "4711 cannot",
  "4711 impossible",
  "ok 4711 kan niet",
  "ok 4711 but I cannot",
  "nee 4711",
  "Non, 4711",
])("%j refuses the call of that code", (text) => {
  expect(parseReply(text)).toMatchObject({ code: "4711", isRefusal: true });
});

test.each(["ja maar ik kan niet", "Nee", "no."])("%j refuses the only call", (text) => {
  expect(parseReply(text)).toMatchObject({ code: null, isRefusal: true });
});

test.each([
  "OK, I am driving and answer later",
  "ok thanks, who is this?",
  "1 new message in your mailbox",
  "1 10 new messages",
  "4711 Automatisch antwoord: ik ben met verlof",
  "4711 Réponse automatique",
])("%j is nobody's answer", (text) => {
  expect(parseReply(text)).toBe(null);
});

test.each(["", "   ", "who is this?", "471", "47111", "stop", "\u0000"])("%j is no answer", (text) => {
  expect(parseReply(text)).toBe(null);
});

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
