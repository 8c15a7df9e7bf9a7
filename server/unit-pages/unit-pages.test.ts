import { afterAll, beforeAll, expect, test } from "vitest";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { listedMax } from "./find-units.ts";

let running: TestServer;
let reader: SignedIn;
let administrator: SignedIn;
const held = { din: "G123417654321", productCode: "E0336V00" };
const at = (minute: number): string => formatInstant(testStart + minute * minuteMs);

beforeAll(async () => {
  running = await testServer({ start: testStart + 120 * minuteMs });
  const { people } = running.server.services;
  administrator = await firstAdministrator(people, running.clock);
  reader = await inviteAndSignIn(people, running.clock, administrator, "sam", "on-call");
  const units = [
    { ...held, description: "Red cells <b>", expires: "2026-12-31T22:59:00.000Z" },
    { din: held.din, productCode: "E0398V00" },
    ...Array.from({ length: 120 }, (_, index) => ({
      din: `G123426${String(index).padStart(6, "0")}`,
      productCode: "E0336V00",
    })),
  ];
  const movements = [
    { ...held, at: at(0), appliance: "fridge-1", reason: "stock" },
    { ...held, at: at(50), appliance: null, reason: "to the ward" },
    { ...held, at: at(95), appliance: "fridge-1", reason: "returned" },
    { din: "G123426000007", productCode: "E0336V00", at: at(90), appliance: "fridge-2", reason: "" },
  ];
  await running.call("POST", "/v1/units/feed", { units, movements });
  const celsius = [4, ...Array.from({ length: 20 }, () => 9), ...Array.from({ length: 99 }, () => 4)];
  await running.post(
    "p1",
    celsius.map((each, minute) => ({ at: testStart + minute * minuteMs, celsius: each })),
  );
});
afterAll(() => running.stop());

const get = (url: string, headers: Record<string, string> = reader.headers) =>
  running.server.web.inject({ method: "GET", url, headers });
const search = (q: string, more = "") => get(`/units?q=${encodeURIComponent(q)}${more}`);
const dins = (text: string): string[] =>
  [...text.matchAll(/href="\/units\/([A-Z0-9]+)\//g)].map((match) => match[1] ?? "");

test("a unit's page tells where it was, what holds it, its exposure, advice with its source, and decisions", async () => {
  const { statusCode, payload } = await get(`/units/${held.din}/${held.productCode}`);
  expect(statusCode).toBe(200);
  const text = payload.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  expect(text).toContain("G1234 17 654321 [A] E0336V00");
  expect(payload).toContain("Red cells &#60;b&#62;");
  expect(text).toContain("still there: assumed, no movement says otherwise");
  expect(payload).toMatch(/href="\/excursions\/[^"]+"/);
  expect(text).toContain("Out of every appliance, and back 1 45 min");
  expect(text).toContain("Transfusion Medicine Handbook");
  expect(text).toContain("Exceeded");
  expect(text).toContain("Nobody has decided about it.");
});

test("a label that is scanned leads to its unit, a number with one product too", async () => {
  const scan = await search("]C4=G12341765432170=<E0336V00");
  expect([scan.statusCode, scan.headers.location]).toEqual([303, `/units/${held.din}/${held.productCode}`]);
  const alone = await search("G123426000007");
  expect(alone.headers.location).toBe("/units/G123426000007/E0336V00");
  const several = await search("G1234 17 654321 [A]");
  expect([several.statusCode, dins(several.payload)]).toEqual([200, [held.din, held.din]]);
  const otherProduct = await search("G123417654321 E9999V00");
  expect(otherProduct.payload).toContain("was ever registered");
  expect(dins(otherProduct.payload)).toHaveLength(2);
});

test("a part of a number lists all that begin so, page by page, none twice", async () => {
  const seen: string[] = [];
  let url: string | undefined = "/units?q=G123426";
  while (url !== undefined) {
    const { payload } = await get(url);
    seen.push(...dins(payload));
    url = /<a href="([^"]+)" rel="next">/
      .exec(payload)?.[1]
      ?.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  }
  expect(seen).toHaveLength(120);
  expect(new Set(seen).size).toBe(120);
  expect(seen).toEqual(seen.toSorted());
});

test("lists are filtered by status and by appliance, with and without a number", async () => {
  expect(dins((await get("/units?status=held")).payload)).toEqual([held.din]);
  expect(dins((await get("/units?appliance=fridge-2")).payload)).toEqual(["G123426000007"]);
  expect(dins((await search("G1234", "&appliance=fridge-2")).payload)).toEqual(["G123426000007"]);
  expect(dins((await search("G1234", "&status=held")).payload)).toEqual([held.din]);
  expect(dins((await get("/units?status=nonsense")).payload)).toHaveLength(listedMax);
});

test("what cannot be right is told, and nothing is searched for", async () => {
  const wrong = await search("G123417654321B");
  expect([wrong.statusCode, dins(wrong.payload)]).toEqual([422, []]);
  expect(wrong.payload).toContain("The check character B does not belong to");
  expect((await search("<script>alert(1)</script>")).payload).not.toContain("<script>alert");
  expect((await get("/units?cursor=nonsense")).statusCode).toBe(400);
  expect((await get("/units/G123417654321/NONE")).statusCode).toBe(404);
});

test("who may not see records sees no units", async () => {
  expect((await get("/units", { accept: "text/html" })).statusCode).toBe(303);
  expect((await get("/units", administrator.headers)).statusCode).toBe(403);
});
