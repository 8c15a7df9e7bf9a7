import { afterAll, beforeAll, expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { replay } from "../replay/replay.ts";
import { firstAdministrator, inviteAndSignIn, type SignedIn } from "../testing/signed-in.ts";
import { testServer, type TestServer, testStart } from "../testing/test-server.ts";
import { turn } from "./file-reading.ts";
import { importsMax, waitingMaxMs } from "./import-desk.ts";
import { refusalReport } from "./refusal-report.ts";
import { plainName } from "./upload.ts";

let running: TestServer;
let sam: SignedIn;
let other: SignedIn;
let auditor: SignedIn;

beforeAll(async () => {
  running = await testServer({ start: testStart + 120 * minuteMs });
  const { people } = running.server.services;
  const admin = await firstAdministrator(people, running.clock);
  sam = await inviteAndSignIn(people, running.clock, admin, "sam", "storage");
  other = await inviteAndSignIn(people, running.clock, admin, "olga", "storage");
  auditor = await inviteAndSignIn(people, running.clock, admin, "aud", "auditor");
});
afterAll(() => running.stop());

const header = "din;product code;description;expires;location;at;reason";
const line = (serial: number, rest = "Red cells;2026-12-31;Red cells 1;2026-11-22 01:30;received"): string =>
  `G123426${String(serial).padStart(6, "0")};E0336V00;${rest}`;

function form(parts: Readonly<Record<string, string | { name: string; text: string }>>) {
  const boundary = "----coldkeep-test";
  const fields = Object.entries(parts).map(([name, value]) => {
    const file = typeof value === "string" ? "" : `; filename="${value.name}"`;
    const type = typeof value === "string" ? "" : "content-type: text/csv\r\n";
    return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n${type}\r\n${typeof value === "string" ? value : value.text}\r\n`;
  });
  return {
    payload: `${fields.join("")}--${boundary}--\r\n`,
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  };
}

const page = (method: "GET" | "POST", url: string, by: SignedIn, sent?: ReturnType<typeof form>) =>
  running.server.web.inject({
    method,
    url,
    headers: { ...by.headers, ...sent?.headers },
    ...(sent === undefined ? {} : { payload: sent.payload }),
  });

async function handIn(text: string, by = sam, name = "stock.csv"): Promise<string> {
  const answer = await page("POST", "/units/import", by, form({ file: { name, text }, pasted: "" }));
  expect(answer.statusCode).toBe(303);
  return String(answer.headers.location);
}

const words = (text: string): string => text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");

/** Looks at an import until it is taken. */
async function takenPage(path: string): Promise<string> {
  for (;;) {
    await turn();
    const text = words((await page("GET", path, sam)).payload);
    if (!text.includes("Being taken.")) return text;
  }
}

const post = (text: string, query = "", headers: Record<string, string> = {}) =>
  running.server.web.inject({
    method: "POST",
    url: `/v1/units/import${query}`,
    headers: { authorization: "Bearer test-token", "content-type": "text/csv", ...headers },
    payload: text,
  });

const status = async (serial: number): Promise<number> =>
  (await running.call("GET", `/v1/units/G123426${String(serial).padStart(6, "0")}/E0336V00`)).status;

test("a file is checked, shown with its refused lines, and taken only on the word", async () => {
  const path = await handIn([header, line(1), line(2, "x;31/12/2026;;;"), line(3)].join("\n"));
  const preview = words((await page("GET", path, sam)).payload);
  expect(preview).toContain("Take these 2 lines");
  expect(preview).toContain("3 expires 31/12/2026 is no time as this file has them");
  expect(preview).toContain("units-csv.time-invalid");
  expect(preview).toContain("2 G123426000001 E0336V00 Red cells");
  expect(await status(1)).toBe(404);

  expect((await page("POST", `${path}/take`, sam)).headers.location).toBe(path);
  const result = await takenPage(path);
  expect(result).toContain("Lines taken 2");
  expect(result).toContain("1 refused line");
  expect([await status(1), await status(2), await status(3)]).toEqual([200, 404, 200]);
  const report = await page("GET", `${path}/report.csv`, sam);
  expect(report.payload).toMatch(/^line,column,code,why\r\n3,expires,units-csv.time-invalid,/);
  const { database } = running.server.services;
  const trail = database.all(
    database.query.selectFrom("audit").select(["actor", "detail"]).where("action", "=", "units.fed"),
  );
  expect(trail.at(-1)).toMatchObject({ actor: "person:sam" });
  expect(JSON.parse(String(trail.at(-1)?.detail))).toMatchObject({
    file: { name: "stock.csv", sha256: expect.stringMatching(/^[0-9a-f]{64}$/), lines: [2, 4] },
  });
});

test("what a line leaves out stays as it is known, in one file and between files", async () => {
  const first = [header, line(10), `G123426000010;E0336V00;;;;2026-11-22 02:00;out`].join("\n");
  expect((await post(first)).json()).toMatchObject({
    lines: 2,
    units: { taken: 1 },
    movements: { taken: 2 },
  });
  await post([header, `G123426000010;E0336V00;;2027-01-31;;;`].join("\n"));
  expect((await running.call("GET", "/v1/units/G123426000010/E0336V00")).json).toMatchObject({
    description: "Red cells",
    expires: "2027-01-31T22:59:00.000Z",
    appliance: null,
  });
});

test("a machine sends a file, tries it without taking, and sends it again without harm", async () => {
  const text = [header, line(20), line(21), line(21), "nonsense;x;;;;;"].join("\r\n");
  const dry = await post(text, "?dryRun=true&name=../../day.csv");
  expect(dry.json()).toMatchObject({ name: "day.csv", isTaken: false, lines: 2, refused: 2, units: null });
  expect(await status(20)).toBe(404);
  const taken = (await post(text)).json<{ refusals: unknown[] }>();
  expect(taken).toMatchObject({ isTaken: true, lines: 2, units: { taken: 2, known: 0 }, refused: 2 });
  expect(taken.refusals).toMatchObject([
    { line: 4, column: null, code: "units-csv.duplicate" },
    { line: 5, column: "din", code: "isbt.din-invalid" },
  ]);
  const before = running.server.services.journal.head().sequence;
  expect((await post(text)).json()).toMatchObject({ units: { taken: 0, known: 2 }, movements: { known: 2 } });
  expect(running.server.services.journal.head().sequence).toBe(before);
});

test("a file larger than a slice is taken whole, each line once", async () => {
  const many = Array.from({ length: 4_500 }, (_, index) => line(100_000 + index));
  expect((await post([header, ...many].join("\n"))).json()).toMatchObject({
    lines: 4_500,
    units: { taken: 4_500 },
    movements: { taken: 4_500 },
    refused: 0,
  });
});

test("a file that cannot be read is refused as a whole, with where and why", async () => {
  const answer = await post("a;b\n1;2");
  expect(answer.statusCode).toBe(422);
  expect(answer.json()).toMatchObject({ code: "units-import.unreadable" });
  expect(answer.payload).toContain("units-csv.header-missing");
  const binary = await running.server.web.inject({
    method: "POST",
    url: "/v1/units/import",
    headers: { authorization: "Bearer test-token", "content-type": "text/csv" },
    payload: Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
  });
  expect(binary.payload).toContain("units-csv.encoding-invalid");
  expect((await post("", "", { "content-type": "application/json" })).statusCode).toBe(400);
  expect((await post("x", "", { "content-type": "application/zip" })).statusCode).toBe(415);
  const path = await handIn("a;b\n1;2");
  expect((await page("GET", path, sam)).payload).toContain("This file cannot be taken.");
  const take = await page("POST", `${path}/take`, sam);
  expect([take.statusCode, words(take.payload)]).toEqual([
    409,
    expect.stringContaining("must name the columns"),
  ]);
});

test("forms without a file, cut in the middle or of nonsense are told, and lines can be pasted", async () => {
  const none = await page("POST", "/units/import", sam, form({ pasted: "  " }));
  expect([none.statusCode, none.payload]).toEqual([422, expect.stringContaining("Choose a file")]);
  const sent = form({ file: { name: "a.csv", text: line(1) } });
  for (const payload of [sent.payload.slice(0, 60), "", "\u0000\u0001"])
    expect((await page("POST", "/units/import", sam, { ...sent, payload })).statusCode).toBe(400);
  const pasted = await page("POST", "/units/import", sam, form({ pasted: `${header}\r\n${line(30)}` }));
  expect((await page("GET", String(pasted.headers.location), sam)).payload).toContain("Take this line");
});

test("an import is its owner's alone, can be taken back, and is forgotten in time", async () => {
  const text = [header, line(40)].join("\n");
  const path = await handIn(text);
  expect((await page("GET", path, other)).statusCode).toBe(404);
  expect((await page("POST", `${path}/take`, other)).statusCode).toBe(404);
  expect((await page("POST", "/units/import", auditor, form({ pasted: text }))).statusCode).toBe(403);
  await page("POST", `${path}/drop`, sam);
  expect((await page("GET", path, sam)).statusCode).toBe(404);
  const first = await handIn(text);
  for (let more = 0; more < importsMax; more += 1) await handIn(text, other);
  expect((await page("GET", first, sam)).statusCode).toBe(404);
  const last = await handIn(text);
  expect(waitingMaxMs).toBeGreaterThan(10 * minuteMs);
  for (let waited = 0; waited <= waitingMaxMs; waited += 10 * minuteMs) {
    running.clock.advance(10 * minuteMs);
    await page("GET", "/units", sam);
  }
  expect((await page("GET", last, sam)).statusCode).toBe(404);
  expect(await status(40)).toBe(404);
});

test("names come without folders, reports without formulas", () => {
  expect([
    plainName("C:\\x\\stock.csv"),
    plainName("../a/b.csv"),
    plainName("\u0007"),
    plainName("/"),
  ]).toEqual(["stock.csv", "b.csv", "without a name", "without a name"]);
  const report = refusalReport([{ line: 2, column: "scan", code: "x.y", why: '=1+1 "is", no' }], 3);
  expect(report).toBe(
    'line,column,code,why\r\n2,scan,x.y,"\'=1+1 ""is"", no"\r\n,,,2 more lines were refused that are not listed.\r\n',
  );
});

test("the journal gives the same records and the same trail again", () => {
  expect(replay(running.server.services.database, () => undefined).differing).toEqual([]);
});
