import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { unitStatuses } from "../contract/units.ts";
import { standardNumberings } from "../numbering/numbering.ts";
import { numberingSchema } from "../numbering/numbering-settings.ts";
import { parseInstant } from "../time/millis.ts";
import { makeWallClock } from "../time/wall-time.ts";
import { bundleEntriesMax, readBundle, writeBundle } from "./bundle.ts";
import { operationOutcome } from "./outcome.ts";
import { type FhirSettings, readProduct } from "./read-product.ts";
import { dinSystem, mphoSystem } from "./systems.ts";
import { type ToldUnit, writeProduct } from "./write-product.ts";

const page = readFileSync(new URL("../../docs/units.md", import.meta.url), "utf8");
const block = (name: string): string =>
  new RegExp(`^\`\`\`json ${name}\\n([\\s\\S]*?)^\`\`\``, "m").exec(page)?.[1] ?? expect.fail(name);

const settings: FhirSettings = {
  numberings: standardNumberings,
  clock: makeWallClock("Europe/Brussels"),
  dinSystems: ["http://blood.example/numbers"],
};
const withOthers: FhirSettings = {
  ...settings,
  numberings: numberingSchema.parse(JSON.parse(block("numbering"))),
};

const incoming = () => JSON.parse(block("fhir in")) as Record<string, unknown>;

const told: ToldUnit = {
  din: "A999921123456",
  productCode: "E0398VA0",
  description: "Red cells",
  expires: parseInstant("2026-12-31T22:59:00Z"),
  facility: "A9999",
  own: {
    status: "held",
    holds: ["x-17"],
    exposure: {
      count: 1,
      outMs: 720_000,
      longestOutMs: 720_000,
      unknownMs: 60_000,
      minCelsius: 4,
      maxCelsius: 8,
      degreeMinutes: 20,
    },
  },
};

describe("docs/units.md", () => {
  test("a product is read as it says", () => {
    expect(readProduct(incoming(), settings)).toEqual({
      ok: true,
      unit: {
        din: "A999921123456",
        productCode: "E0398VA0",
        description: null,
        expires: parseInstant("2021-08-03T04:59:00Z"),
        productStatus: "available",
        own: null,
      },
    });
  });

  test("a held unit is written as it says", () => {
    expect(writeProduct(told)).toEqual(JSON.parse(block("fhir out")));
  });

  test("a refusal is written as it says", () => {
    const result = readBundle(
      { resourceType: "Bundle", type: "batch", entry: [{ resource: { ...incoming(), division: "B00000" } }] },
      settings,
    );
    if (!result.ok) expect.fail(result.why);
    expect(operationOutcome(result.bundle.refusals)).toEqual(JSON.parse(block("fhir refused")));
  });
});

describe("products", () => {
  const change = (fields: Record<string, unknown>) => readProduct({ ...incoming(), ...fields }, settings);

  test("may carry the number in several places", () => {
    const din = { system: dinSystem, value: "A999921123456" };
    const full = { coding: [{ code: "E0398VA0", display: "Red cells" }] };
    expect(change({ biologicalSourceEvent: undefined, productCode: full })).toMatchObject({
      ok: true,
      unit: { description: "Red cells" },
    });
    expect(change({ identifier: [din], biologicalSourceEvent: undefined })).toMatchObject({ ok: true });
    expect(
      change({
        identifier: [{ system: "http://blood.example/numbers", value: din.value }],
        biologicalSourceEvent: undefined,
      }),
    ).toMatchObject({ ok: true });
    expect(
      change({
        identifier: [{ system: "http://other.example", value: din.value }],
        biologicalSourceEvent: undefined,
      }),
    ).toMatchObject({ code: "fhir.identity-missing" });
  });

  test("a division of its own goes into the product code", () => {
    expect(change({ identifier: [], division: "000012" })).toMatchObject({
      ok: true,
      unit: { productCode: "E0398V99000012" },
    });
    expect(change({ identifier: [], division: "A00000" })).toMatchObject({
      ok: true,
      unit: { productCode: "E0398VA0" },
    });
  });

  test("an expiry may be a day, which ends in the site's zone", () => {
    expect(change({ expirationDate: "2026-12-31" })).toMatchObject({
      ok: true,
      unit: { expires: parseInstant("2026-12-31T22:59:00Z") },
    });
    expect(change({ expirationDate: undefined })).toMatchObject({ ok: true, unit: { expires: null } });
  });

  test.each([
    [{ resourceType: "Patient" }, "fhir.shape-invalid", "BiologicallyDerivedProduct.resourceType"],
    [
      { productCode: { coding: [{ code: 7 }] } },
      "fhir.shape-invalid",
      "BiologicallyDerivedProduct.productCode.coding[0].code",
    ],
    [
      { identifier: [], biologicalSourceEvent: undefined },
      "fhir.identity-missing",
      "BiologicallyDerivedProduct.biologicalSourceEvent",
    ],
    [{ property: [] }, "fhir.identity-missing", "BiologicallyDerivedProduct.productCode"],
    [
      { identifier: [], productCode: { coding: [{ code: "E0398V99" }] }, division: undefined },
      "fhir.identity-missing",
      "BiologicallyDerivedProduct.division",
    ],
    [
      { biologicalSourceEvent: { value: "A999921123457", system: dinSystem } },
      "fhir.identity-differs",
      "BiologicallyDerivedProduct.identifier",
    ],
    [
      { productCode: { coding: [{ code: "E0399" }] } },
      "fhir.identity-differs",
      "BiologicallyDerivedProduct.identifier",
    ],
    [
      { identifier: [], productCode: { coding: [{ code: "E0398V00" }] } },
      "fhir.identity-differs",
      "BiologicallyDerivedProduct.division",
    ],
    [
      { identifier: [{ system: mphoSystem, value: "A9999" }] },
      "isbt.mpho-invalid",
      "BiologicallyDerivedProduct.identifier",
    ],
    [
      { identifier: [], biologicalSourceEvent: { value: "123" } },
      "numbering.din-unknown",
      "BiologicallyDerivedProduct.productCode",
    ],
    [{ identifier: [], division: "A" }, "isbt.division-invalid", "BiologicallyDerivedProduct.division"],
    [{ expirationDate: "2026-12" }, "fhir.expiry-invalid", "BiologicallyDerivedProduct.expirationDate"],
    [{ expirationDate: "2026-02-30" }, "fhir.expiry-invalid", "BiologicallyDerivedProduct.expirationDate"],
  ])("%j is refused as %s at %s", (fields, code, expression) => {
    expect(change(fields)).toMatchObject({ ok: false, code, expression });
  });

  const labels = fc.record({
    din: fc.stringMatching(/^[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{10}$/),
    productCode: fc.oneof(
      fc.stringMatching(/^[EF][0-9]{4}[A-Za-z0-9]([A-Z][a-z0]|00)$/),
      fc.stringMatching(/^[EF][0-9]{4}[A-Za-z0-9]99[A-Za-z0-9]{6}$/),
    ),
    facility: fc.option(fc.constantFrom("A9999", "W1234")),
  });
  const others = fc.record({
    din: fc.stringMatching(/^DE[0-9]{8}$/),
    productCode: fc.stringMatching(/^[A-Z]{4}$/),
    facility: fc.constant(null),
  });
  const celsius = fc.option(fc.integer({ min: -90, max: 40 }));
  const exposures = fc.record({
    count: fc.nat(9),
    outMs: fc.nat(),
    longestOutMs: fc.nat(),
    unknownMs: fc.nat(),
    minCelsius: celsius,
    maxCelsius: celsius,
    degreeMinutes: fc.double({ min: 0, max: 1e6, noNaN: true }),
  });
  const units = fc
    .tuple(
      fc.oneof(labels, others),
      fc.record({
        description: fc.option(fc.string({ minLength: 1, maxLength: 200 })),
        expires: fc.option(fc.integer({ min: 0, max: 4e12 })),
        own: fc.record({
          status: fc.constantFrom(...unitStatuses),
          holds: fc.array(fc.stringMatching(/^x-[0-9]{1,5}$/), { maxLength: 4 }),
          exposure: fc.option(exposures),
        }),
      }),
    )
    .map(([identity, rest]): ToldUnit => ({ ...identity, ...rest }));

  test("come back as they were told, over JSON, alone and in bundles", () => {
    fc.assert(
      fc.property(fc.array(units, { minLength: 1, maxLength: 4 }), (each) => {
        const text = JSON.stringify(writeBundle(each.map(writeProduct)));
        const result = readBundle(JSON.parse(text), withOthers);
        if (!result.ok) expect.fail(result.why);
        expect(result.bundle.refusals).toEqual([]);
        const { units: read } = result.bundle;
        expect(read.map(({ unit }) => ({ ...unit, productStatus: null }))).toEqual(
          each.map(({ din, productCode, description, expires, own }) => ({
            din,
            productCode,
            description,
            expires,
            own,
            productStatus: null,
          })),
        );
      }),
    );
  });

  test("a held unit is never told as available", () => {
    fc.assert(
      fc.property(units, (unit) => {
        const isFree = unit.own.status === "available" || unit.own.status === "released";
        expect(writeProduct(unit).productStatus?.code === "available").toBe(isFree);
      }),
    );
  });

  test("no value makes them throw", () => {
    const around = fc.anything();
    fc.assert(
      fc.property(
        fc.oneof(around, fc.dictionary(fc.constantFrom(...Object.keys(incoming()), "entry", "type"), around)),
        (value) => {
          readProduct(value, settings);
          readBundle(value, settings);
          readProduct(
            typeof value === "object" && value !== null ? { ...incoming(), ...value } : value,
            withOthers,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("bundles", () => {
  const entry = { resource: incoming() };
  const bundle = (fields: Record<string, unknown>) =>
    readBundle({ resourceType: "Bundle", type: "transaction", ...fields }, settings);

  test("tell products from other resources, and the good from the bad", () => {
    const bad = { resource: { ...incoming(), expirationDate: "x" } };
    expect(bundle({ entry: [entry, { resource: { resourceType: "Patient" } }, bad, {}] })).toMatchObject({
      ok: true,
      bundle: {
        isAllOrNothing: true,
        units: [{ index: 0 }],
        refusals: [{ code: "fhir.expiry-invalid", expression: "Bundle.entry[2].resource.expirationDate" }],
        skipped: [1, 3],
      },
    });
    expect(bundle({ type: "collection" })).toMatchObject({
      ok: true,
      bundle: { isAllOrNothing: false, units: [] },
    });
  });

  test("of other kinds, and too large ones, are refused", () => {
    expect(bundle({ type: "history" })).toMatchObject({
      code: "fhir.bundle-kind",
      expression: "Bundle.type",
    });
    expect(bundle({ entry: Array.from({ length: bundleEntriesMax + 1 }, () => ({})) })).toMatchObject({
      code: "fhir.bundle-too-large",
    });
    expect(bundle({ entry: Array.from({ length: bundleEntriesMax }, () => ({})) })).toMatchObject({
      ok: true,
    });
    expect(readBundle([], settings)).toMatchObject({ code: "fhir.shape-invalid" });
  });
});
