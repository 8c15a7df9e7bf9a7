import fc from "fast-check";
import { expect, test } from "vitest";
import { isNumber } from "./phone-number.ts";

const phone = "+32470123456";

test.each([
  "+32470123456",
  "0032470123456",
  "32470123456",
  "0470123456",
  "+32 470 12 34 56",
  "0470/12.34.56",
  "(0032) 470-123456",
])("%j is that telephone", (sender) => {
  expect(isNumber(sender, phone)).toBe(true);
});

test.each([
  "",
  "0",
  "123456",
  "0123456",
  "+3247012345",
  "+324701234567",
  "+31470123456",
  "470123456",
  "0471123456",
  "Coldkeep",
  "+32470123456;",
  "００32470123456",
])("%j is not", (sender) => {
  expect(isNumber(sender, phone)).toBe(false);
});

test("no two telephones of one country are taken for each other, however one is written", () => {
  const number = fc.stringMatching(/^4[0-9]{8}$/);
  fc.assert(
    fc.property(number, number, (one, other) => {
      for (const sender of [`+32${one}`, `0032${one}`, `32${one}`, `0${one}`])
        expect(isNumber(sender, `+32${other}`)).toBe(one === other);
    }),
  );
});
