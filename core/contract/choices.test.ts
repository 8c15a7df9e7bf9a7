import { expect, test } from "vitest";
import { choiceCharactersMax, choicesMax, chosenText, readChoices } from "./choices.ts";

test("what was chosen and what was said make one text", () => {
  expect(chosenText("Door left open", "")).toBe("Door left open");
  expect(chosenText("Door left open", "again")).toBe("Door left open: again");
  expect(chosenText("", "a mouse in the fan")).toBe("Other: a mouse in the fan");
  expect(chosenText("", "")).toBe("");
});

test("a list is read line by line, and what cannot be one is told", () => {
  expect(readChoices(" a \r\n\r\nb\nc ")).toEqual({ ok: true, entries: ["a", "b", "c"] });
  expect(readChoices("")).toEqual({ ok: true, entries: [] });
  expect(readChoices("a\nb\na")).toMatchObject({ ok: false, why: expect.stringContaining("twice") });
  expect(readChoices("x".repeat(choiceCharactersMax))).toMatchObject({ ok: true });
  expect(readChoices("x".repeat(choiceCharactersMax + 1))).toMatchObject({ ok: false });
  const many = Array.from({ length: choicesMax + 1 }, (_, index) => `entry ${index}`);
  expect(readChoices(many.join("\n"))).toMatchObject({ ok: false });
  expect(readChoices(many.slice(1).join("\n"))).toMatchObject({ ok: true });
});
