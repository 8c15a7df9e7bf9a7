/** What gateways tell is read by the settings, and nothing of it disappears. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RawCall } from "./inbound.ts";
import { inboundItemsMax, readInbound } from "./read-inbound.ts";
import { type InboundSettings, inboundSchema } from "./sms-gateway-settings.ts";

const auth = { by: "query", name: "key", secret: "planted-secret-0123456789" } as const;
const report = {
  reference: "/id",
  status: "/status",
  delivered: ["DELIVRD", 1, true],
  failed: ["UNDELIV"],
  pending: ["ENROUTE"],
};
const reply = { from: "/from", text: "/text", reference: "/id", at: "/at" };
const settings = inboundSchema.parse({ auth, report, reply });

const json = (body: unknown): RawCall => ({
  search: "",
  headers: { "content-type": "application/json; charset=utf-8" },
  body: JSON.stringify(body),
});
const form = (body: string): RawCall => ({
  search: "",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body,
});
const query = (search: string): RawCall => ({ search: `?${search}`, headers: {}, body: null });

test.each([
  ["JSON", json({ id: "m1", status: "DELIVRD" })],
  ["a form", form("id=m1&status=DELIVRD")],
  ["a query", query("id=m1&status=DELIVRD&key=planted-secret-0123456789")],
  ["a body and a query", { ...json({ status: "DELIVRD" }), search: "?id=m1" }],
] as const)("a report is read from %s", (_name, call) => {
  expect(readInbound(settings, call)).toEqual([
    { kind: "report", reference: "m1", isDelivered: true, status: "DELIVRD" },
  ]);
});

test.each([
  [
    { id: 7, status: 1 },
    { kind: "report", reference: "7", isDelivered: true, status: "1" },
  ],
  [
    { id: 7, status: true },
    { kind: "report", reference: "7", isDelivered: true, status: "true" },
  ],
  [
    { id: "m", status: "UNDELIV", text: "stat:UNDELIV", from: "1" },
    { kind: "report", isDelivered: false },
  ],
  [{ id: "m", status: "ENROUTE" }, { kind: "pending" }],
  [
    { id: "m", status: "MAYBE" },
    { kind: "unreadable", reason: expect.stringContaining('"MAYBE"') },
  ],
  [
    { id: "m", status: "received", from: "32470123456", text: "4711 20" },
    { kind: "reply", from: "+32470123456" },
  ],
  [
    { from: " 32470123456", text: "", at: 1_795_305_600 },
    { kind: "reply", reference: null, at: 1_795_305_600_000 },
  ],
  [{ from: "+32470123456", text: "ok", at: "2026-11-22T01:00:00+01:00" }, { at: 1_795_305_600_000 }],
  [
    { from: "+32470123456", text: "ok", at: "yesterday" },
    { kind: "reply", at: null },
  ],
  [{ from: "+32470123456" }, { kind: "unreadable", raw: '{"from":"+32470123456"}' }],
  [{ from: "9".repeat(500), text: "ok" }, { kind: "unreadable" }],
] as const)("%j is %j", (item, expected) => {
  expect(readInbound(settings, json(item))).toMatchObject([expected]);
});

test("several in one call come out one by one, and those beyond the limit are told of", () => {
  const many: InboundSettings = { ...settings, items: "/results" };
  const results = Array.from({ length: inboundItemsMax + 5 }, (_, index) => ({
    id: index,
    status: "DELIVRD",
  }));
  const read = readInbound(many, json({ results }));
  expect(read).toHaveLength(inboundItemsMax + 1);
  expect(read.at(-1)).toMatchObject({ kind: "unreadable", reason: `5 more than ${inboundItemsMax}` });
  expect(readInbound(many, json({ results: [] }))).toMatchObject([{ kind: "unreadable" }]);
});

const anyCall: fc.Arbitrary<RawCall> = fc.record({
  search: fc.oneof(
    fc.constant(""),
    fc.webQueryParameters().map((text) => `?${text}`),
  ),
  headers: fc.record({
    "content-type": fc.constantFrom("application/json", "application/x-www-form-urlencoded", "text/plain"),
  }),
  body: fc.option(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc
        .record(
          {
            id: fc.jsonValue(),
            status: fc.jsonValue(),
            from: fc.jsonValue(),
            text: fc.jsonValue(),
            at: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((item) => JSON.stringify(item)),
    ),
    { nil: null },
  ),
});

test("whatever comes, it is read as something and nothing is thrown, also cut anywhere, and no secret is in it", () => {
  fc.assert(
    fc.property(
      anyCall,
      fc.constantFrom(undefined, "", "/results", "/a~1b"),
      fc.nat(50),
      (call, items, cut) => {
        const given = { ...settings, ...(items === undefined ? {} : { items }) };
        const withKey = {
          ...call,
          search: `${call.search === "" ? "?" : `${call.search}&`}key=${auth.secret}`,
        };
        for (const body of [call.body, call.body?.slice(0, cut) ?? null]) {
          const read = readInbound(given, { ...withKey, body });
          expect(read.length).toBeGreaterThan(0);
          expect(JSON.stringify(read)).not.toContain(auth.secret);
          for (const item of read) if (item.kind === "report") expect(item.reference).not.toBe("");
        }
      },
    ),
  );
});
