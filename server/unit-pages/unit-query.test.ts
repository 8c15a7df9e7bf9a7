import fc from "fast-check";
import { expect, test } from "vitest";
import { standardNumberings } from "@coldkeep/core/numbering/numbering.ts";
import { numberingSchema } from "@coldkeep/core/numbering/numbering-settings.ts";
import { readUnitQuery } from "./unit-query.ts";

const ask = (text: string) => readUnitQuery(text, standardNumberings);
const whole = { kind: "number", din: "G123417654321" };
const unit = { kind: "unit", din: "G123417654321", productCode: "E0398V00" };

test.each([
  ["", { kind: "all" }],
  ["G123417654321", whole],
  ["g123417654321a", whole],
  ["G1234 17 654321 [A]", whole],
  ["=G12341765432170", whole],
  ["]C0=G12341765432170", whole],
  ["]C4=G12341765432170=<E0398V00", unit],
  ["=+02000=G12341765432170=<E0398V00", unit],
  ["G1234 17 654321 [A] E0398V00", unit],
  ["G123417654321 E0398V00", unit],
  ["G1234 17", { kind: "part", prefix: "G123417" }],
  ["g12", { kind: "part", prefix: "G12" }],
  ["G123417654321B", { kind: "refused", code: "isbt.check-wrong" }],
  ["=<E0398V00", { kind: "refused", code: "isbt.unit-incomplete" }],
  ["]C1010541234567", { kind: "refused", code: "isbt.symbology-other" }],
  ["-G&é\"'&è§(é'(\"", { kind: "refused", code: "isbt.keyboard-layout" }],
  ["<script>", { kind: "refused", code: "isbt.not-isbt" }],
  ["A".repeat(31), { kind: "refused", code: "isbt.din-invalid" }],
  ["A".repeat(301), { kind: "refused", code: "isbt.too-long" }],
])("%j is read", (text, query) => {
  expect(ask(text)).toMatchObject(query);
});

test("numbers of a numbering that is configured are found, alone and with their product code", () => {
  const numberings = numberingSchema.parse({
    isbt128: false,
    others: [{ name: "old", dinPattern: "'DE'N{8}", productPattern: "A{4}", example: "DE12345678 EKFA" }],
  });
  expect(readUnitQuery("de12345678 ekfa", numberings)).toEqual({
    kind: "unit",
    din: "DE12345678",
    productCode: "EKFA",
  });
  expect(readUnitQuery("de1234", numberings)).toEqual({ kind: "part", prefix: "DE1234" });
});

test("whatever the text, it is read or refused with a reason", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 400 }), fc.string({ unit: "binary" })), (text) => {
      const query = ask(text);
      if (query.kind === "refused") expect(query.why).not.toBe("");
    }),
  );
});
