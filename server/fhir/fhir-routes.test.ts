import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";

let running: TestServer;
beforeAll(async () => {
  running = await testServer({ start: testStart + 120 * minuteMs });
});
afterAll(() => running.stop());

const page = readFileSync(new URL("../../docs/units.md", import.meta.url), "utf8");
const product = JSON.parse(/```json fhir in\n([\s\S]*?)```/.exec(page)?.[1] ?? "{}") as Record<
  string,
  unknown
>;
const id = "A999921123456.E0398VA0";
const base = "/fhir/BiologicallyDerivedProduct";

async function fhir(method: "GET" | "PUT" | "POST", url: string, body?: unknown, headers = {}) {
  const answer = await running.server.web.inject({
    method,
    url,
    headers: { authorization: "Bearer test-token", "content-type": "application/fhir+json", ...headers },
    ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  expect(answer.headers["content-type"]).toBe("application/fhir+json; charset=utf-8");
  return { status: answer.statusCode, json: answer.json<Record<string, unknown>>() };
}

const codeOf = (json: Record<string, unknown>): string =>
  (json as { issue: [{ details: { coding: [{ code: string }] } }] }).issue[0].details.coding[0].code;

test("a product comes in, is registered as a unit, and goes out again as the same", async () => {
  const put = await fhir("PUT", `${base}/${id}`, product);
  expect(put).toMatchObject({
    status: 201,
    json: { id, division: "A00000", expirationDate: "2021-08-03T04:59:00.000Z" },
  });
  expect((await fhir("PUT", `${base}/${id}`, put.json)).status).toBe(200);
  expect((await fhir("POST", base, product)).status).toBe(200);
  expect((await fhir("GET", `${base}/${id}`)).json).toEqual(put.json);
  expect((await running.call("GET", "/v1/units/A999921123456/E0398VA0")).status).toBe(200);
});

test.each([
  ["A999921123456", 1],
  ["https://www.isbt128.org/uri/DonationIdentificationNumber|A999921123456", 1],
  ["https://www.isbt128.org/uri/MPHOUniqueIdentifier|A9999E0398A999921123456A00000", 1],
  ["A9999E0398A999921123456000000", 0],
  ["A9999211234", 0],
  ["urn:other|A999921123456", 0],
])("the search for %s finds %d", async (identifier, total) => {
  const answer = await fhir("GET", `${base}?identifier=${encodeURIComponent(identifier)}`);
  expect(answer).toMatchObject({ status: 200, json: { type: "searchset", total } });
});

test("a held unit goes out as unavailable, with the excursion that holds it and its figures", async () => {
  const unit = { din: "G123417654321", productCode: "E0336V00" };
  const movement = { ...unit, at: new Date(testStart).toISOString(), appliance: "fridge-1", reason: "" };
  await running.call("POST", "/v1/units/feed", { units: [unit], movements: [movement] });
  await running.post(
    "p1",
    Array.from({ length: 60 }, (_, minute) => ({
      at: testStart + minute * minuteMs,
      celsius: minute < 1 ? 4 : 9,
    })),
  );
  const { json } = await fhir("GET", `${base}/G123417654321.E0336V00`);
  expect(json).toMatchObject({ productStatus: { code: "unavailable" } });
  expect(JSON.stringify(json)).toContain('"code":"held"');
  expect(JSON.stringify(json)).toContain('"valueString":');
});

test("a transaction is taken whole or not at all, a batch entry by entry", async () => {
  const good = { ...product, identifier: [], biologicalSourceEvent: { value: "A999921123457" } };
  const bad = { resourceType: "BiologicallyDerivedProduct" };
  const bundle = (type: string) => ({
    resourceType: "Bundle",
    type,
    entry: [{ resource: good }, { resource: bad }, { resource: { resourceType: "Patient" } }],
  });
  const whole = await fhir("POST", "/fhir", bundle("transaction"));
  expect([whole.status, codeOf(whole.json)]).toEqual([422, "fhir.identity-missing"]);
  expect((await fhir("GET", `${base}/A999921123457.E0398VA0`)).status).toBe(404);
  const batch = await fhir("POST", "/fhir", bundle("batch"));
  expect(batch).toMatchObject({
    status: 200,
    json: {
      type: "batch-response",
      entry: [
        { response: { status: "200" } },
        { response: { status: "422" } },
        { response: { status: "204" } },
      ],
    },
  });
  expect((await fhir("GET", `${base}/A999921123457.E0398VA0`)).status).toBe(200);
});

test("what is wrong is told as an OperationOutcome", async () => {
  const wrong: [Promise<{ status: number; json: Record<string, unknown> }>, number, string][] = [
    [fhir("PUT", `${base}/A999921123456.E0398V00`, product), 422, "fhir.identity-differs"],
    [fhir("POST", base, { resourceType: "Patient" }), 422, "fhir.shape-invalid"],
    [fhir("POST", base, "{"), 400, "request.invalid"],
    [fhir("POST", "/fhir", { resourceType: "Bundle", type: "history" }), 422, "fhir.bundle-kind"],
    [fhir("GET", base), 422, "fhir.identity-missing"],
    [fhir("GET", `${base}/none`), 404, "unit.unknown"],
    [fhir("GET", `${base}/${id}`, undefined, { authorization: "Bearer wrong" }), 401, "auth.unknown"],
    [fhir("POST", base, "x", { "content-type": "text/plain" }), 415, "request.media-type"],
  ];
  for (const [answer, status, code] of wrong) {
    const { json, status: told } = await answer;
    expect({ told, code: codeOf(json), type: json["resourceType"] }).toEqual({
      told: status,
      code,
      type: "OperationOutcome",
    });
  }
  expect((await fhir("GET", "/fhir/metadata")).json).toMatchObject({ fhirVersion: "5.0.0" });
});

test("whatever is sent, it is taken or refused, and nothing breaks", async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 4 }), fc.constantFrom(base, "/fhir"), async (text, url) => {
      expect((await fhir("POST", url, text)).status).toBeLessThan(500);
    }),
    { numRuns: 40 },
  );
});
