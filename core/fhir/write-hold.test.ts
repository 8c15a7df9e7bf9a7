import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { HoldMessage } from "../contract/hold-feed.ts";
import { parseInstant } from "../time/millis.ts";
import { standardNumberings } from "../numbering/numbering.ts";
import { makeWallClock } from "../time/wall-time.ts";
import { outcomeTextMax, outcomeWords, readBatchAnswer } from "./hold-answer.ts";
import { readProduct } from "./read-product.ts";
import { writeHoldBatch } from "./write-hold.ts";

const page = readFileSync(new URL("../../docs/hold-feed.md", import.meta.url), "utf8");
const block = (name: string): unknown =>
  JSON.parse(
    new RegExp(`^\`\`\`json ${name}\\n([\\s\\S]*?)^\`\`\``, "m").exec(page)?.[1] ?? expect.fail(name),
  );

const message: HoldMessage = {
  din: "G123417000001",
  productCode: "E0336V00",
  sequence: 4711,
  changedAt: "2026-11-22T02:40:00.000Z",
  status: "held",
  isHeld: true,
  appliance: "fridge-1",
  holds: [{ excursion: "p1-high-1x2y3z", since: "2026-11-22T02:40:00.000Z", exposed: true }],
};
const details = { description: "Red cells", expires: parseInstant("2026-12-20T22:59:00Z") };
const base = "https://fhir.blood-bank.example/r5";

describe("docs/hold-feed.md", () => {
  test("a held unit goes out as it says", () => {
    expect(writeHoldBatch("mechelen", "A9999", base, [{ message, ...details }])).toEqual(block("fhir hold"));
  });

  test("its answer confirms the unit", () => {
    expect(readBatchAnswer(block("fhir confirmed"), 2)).toEqual({
      ok: true,
      entries: [
        { isTaken: true, why: null },
        { isTaken: true, why: null },
      ],
    });
  });

  test("what it calls refused confirms nothing of that unit, and says why", () => {
    const answer = readBatchAnswer(block("fhir refused"), 2);
    expect(answer.ok && answer.entries[0]).toEqual({
      isTaken: false,
      why: "422 Unknown product code E0336V00",
    });
  });
});

test("a decided unit is told as on hold no more, without reasons", () => {
  const released = { ...message, status: "released", isHeld: false, holds: [] };
  const [product, communication] = writeHoldBatch("mechelen", null, base, [
    { message: released, description: null, expires: null },
  ]).entry.map(({ resource }) => resource);
  expect(product).toMatchObject({ productStatus: { code: "available" } });
  expect(communication).toMatchObject({
    category: [{ coding: [{ code: "no-hold" }] }],
    priority: "routine",
    payload: [{ contentCodeableConcept: { text: expect.stringContaining("released") } }],
  });
  expect(communication).not.toHaveProperty("reason");
});

test("a status that FHIR has no word for is never told as available", () => {
  const [entry] = writeHoldBatch("s", null, base, [
    { message: { ...message, status: "elsewhere" }, description: null, expires: null },
  ]).entry;
  expect(entry?.resource).toMatchObject({ productStatus: { code: "unavailable" } });
});

test("what goes out is read again as the same unit", () => {
  const [entry] = writeHoldBatch("mechelen", "A9999", base, [{ message, ...details }]).entry;
  const settings = {
    numberings: standardNumberings,
    clock: makeWallClock("Europe/Brussels"),
    dinSystems: [],
  };
  expect(readProduct(entry?.resource, settings)).toMatchObject({
    ok: true,
    unit: {
      din: message.din,
      productCode: message.productCode,
      expires: details.expires,
      own: { status: "held" },
    },
  });
});

describe("an answer", () => {
  const answer = (entry: readonly unknown[], type = "batch-response") => ({
    resourceType: "Bundle",
    type,
    entry,
  });
  const taken = { response: { status: "200 OK" } };

  test("of other length, kind or shape confirms nothing", () => {
    for (const value of [
      null,
      {},
      [],
      "x",
      answer([taken]),
      answer([taken, {}]),
      answer([taken, taken], "searchset"),
    ])
      expect(readBatchAnswer(value, 2).ok).toBe(false);
    expect(readBatchAnswer(answer([taken, taken]), 2).ok).toBe(true);
  });

  test("takes only 2xx without an error for taken", () => {
    const error = {
      resourceType: "OperationOutcome",
      issue: [{ severity: "error", diagnostics: "no\u0000\n such" }],
    };
    const hint = {
      resourceType: "OperationOutcome",
      issue: [{ severity: "information", code: "informational" }],
    };
    const entry = [
      { response: { status: "201" } },
      { response: { status: "200", outcome: hint } },
      { response: { status: "200", outcome: error } },
      { response: { status: "2000" } },
      { response: { status: "412 Precondition Failed", outcome: error } },
    ];
    const read = readBatchAnswer(answer(entry), 5);
    expect(read.ok && read.entries.map(({ isTaken }) => isTaken)).toEqual([true, true, false, false, false]);
    expect(read.ok && read.entries[4]?.why).toBe("412 no such");
  });

  test("never throws, and never confirms by chance", () => {
    fc.assert(
      fc.property(fc.anything(), fc.nat(10), (value, requests) => {
        expect(readBatchAnswer(value, requests).ok).toBe(false);
        expect((outcomeWords(value) ?? "").length).toBeLessThanOrEqual(outcomeTextMax);
      }),
    );
  });
});
