import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { parse } from "yaml";
import type { CommandIo } from "../command-io.ts";
import { replay } from "../replay/replay.ts";
import { openDatabase } from "../store/database.ts";
import { exampleSite, type TestServer, testServer, testStart } from "../testing/test-server.ts";
import { applyCommand } from "./apply-command.ts";

const channelSite = `${exampleSite}channels: [ { id: logger-7.t1, assignments: { probe: p1 } } ]\n`;
let server: TestServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Half an hour of readings, the middle of which is at `warm`. */
function spell(warm: number): Reading[] {
  return Array.from({ length: 31 }, (_, minute) => ({
    at: testStart + minute * minuteMs,
    celsius: minute >= 8 && minute <= 22 ? warm : 4,
  }));
}

interface Item {
  readonly id: string;
  readonly probe: string;
  readonly appliance: string;
  readonly status: string;
  readonly revision: number;
}

const items = async (query = ""): Promise<Item[]> => {
  const answer = await server?.call("GET", `/v1/excursions${query}`);
  if (answer === undefined) throw new RangeError("no server was started");
  return (answer.json as { items: Item[] }).items;
};

function withCalibration(site: string, offset: number, from: number): unknown {
  const content = parse(site) as { appliances: { probes: Record<string, unknown>[] }[] };
  const probe = content.appliances[0]?.probes[0];
  if (probe === undefined) throw new RangeError("the site has no probe");
  probe["calibration"] = [{ offset: 0 }, { from: formatInstant(from), offset, certificate: "C-2026-1" }];
  return content;
}

async function started(site: string, channel: string, warm: number): Promise<TestServer> {
  const running = await testServer({ site, start: testStart + 31 * minuteMs });
  server = running;
  await running.post(channel, spell(warm));
  await running.call("PUT", "/v1/units/G071726000001/E0336V00", { description: "Red cells" });
  const at = formatInstant(testStart);
  const movement = {
    din: "G071726000001",
    productCode: "E0336V00",
    at,
    appliance: "fridge-1",
    reason: "stored",
  };
  await running.call("POST", "/v1/movements", movement);
  return running;
}

test("a calibration found wrong last month: the dry run says what changes, applying does it, and the past stays known", async () => {
  const running = await started(exampleSite, "p1", 6.3);
  const [found] = await items();
  expect(found).toMatchObject({ probe: "p1", status: "closed", revision: 1 });
  const knownThen = running.clock.epochMs();
  running.clock.advance(minuteMs);
  const corrected = withCalibration(exampleSite, -0.5, testStart);
  const rehearsed = (await running.call("POST", "/v1/site?dryRun=true", corrected)).json;
  expect(rehearsed).toMatchObject({
    dryRun: true,
    differences: [{ path: "appliances.fridge-1.probes.p1.calibration", from: null }],
    revisions: [{ excursion: found?.id, change: "withdrawn", status: "withdrawn", units: 1, exposed: 0 }],
    revisionsTotal: 1,
    units: 1,
  });
  expect(await items()).toEqual([found]);
  const applied = (await running.call("POST", "/v1/site", corrected)).json;
  expect(applied).toEqual({ ...(rehearsed as object), dryRun: false });
  expect(await items()).toEqual([]);
  expect(await items(`?knownAt=${formatInstant(knownThen)}`)).toEqual([found]);
  expect(await items(`?knownAt=${formatInstant(testStart)}`)).toEqual([]);
  const one = await running.call("GET", `/v1/excursions/${found?.id}?knownAt=${formatInstant(knownThen)}`);
  expect(one.json).toEqual(found);
  const unknown = await running.call(
    "GET",
    `/v1/excursions/${found?.id}?knownAt=${formatInstant(testStart)}`,
  );
  expect(unknown).toMatchObject({ status: 404, json: { code: "excursion.unknown" } });
  const revisions = await running.call("GET", `/v1/excursions/${found?.id}/revisions`);
  expect(revisions.json).toMatchObject({
    items: [{ change: "opened" }, { change: "withdrawn", reason: "The rules for that time changed" }],
  });
  const window = `from=${formatInstant(testStart)}&to=${formatInstant(testStart + 30 * minuteMs)}`;
  const readings = await running.call("GET", `/v1/probes/p1/readings?${window}`);
  expect(readings.json).toMatchObject({
    readings: expect.arrayContaining([{ at: expect.anything(), celsius: 3.5 }]),
  });
});

test("a back-dated assignment moves the readings, the excursion and its holds to the other refrigerator", async () => {
  const running = await started(channelSite, "logger-7.t1", 8);
  const [found] = await items();
  expect(found).toMatchObject({ probe: "p1", appliance: "fridge-1", status: "closed" });
  running.clock.advance(minuteMs);
  const moved = channelSite.replace(
    "{ probe: p1 }",
    `[ { probe: p1 }, { probe: p2, from: "${formatInstant(testStart)}" } ]`,
  );
  expect((await running.call("POST", "/v1/site", parse(moved))).status).toBe(200);
  expect(await items()).toMatchObject([{ probe: "p2", appliance: "fridge-2", status: "closed" }]);
  expect(await items("?status=withdrawn")).toMatchObject([{ id: found?.id }]);
  const unit = await running.call("GET", "/v1/units/G071726000001/E0336V00");
  expect(unit.json).toMatchObject({ holds: [{ excursion: found?.id, exposed: false }] });
  const again = await running.restart();
  server = again;
  expect((await again.call("GET", "/v1/excursions?probe=p1")).json).toMatchObject({ items: [] });
  expect(replay(again.server.services.database, () => undefined).differing).toEqual([]);
});

test("a site that is none is refused with what is wrong, and nothing changes", async () => {
  const running = await started(exampleSite, "p1", 6.3);
  const head = running.server.services.journal.head();
  const answer = await running.call("POST", "/v1/site", { site: "x" });
  expect(answer).toMatchObject({ status: 400, json: { code: "site.invalid" } });
  expect(answer.text).toContain("appliances");
  expect(running.server.services.journal.head()).toEqual(head);
});

function commandIo(folder: string): { io: CommandIo; lines: string[] } {
  const lines: string[] = [];
  const files: Readonly<Record<string, string>> = {
    "site.yaml": exampleSite,
    "corrected.yaml": JSON.stringify(withCalibration(exampleSite, -0.5, testStart)),
  };
  const io: CommandIo = {
    print: (line) => void lines.push(line),
    readFile: (path) => files[path] ?? "",
    environment: { COLDKEEP_DATA: join(folder, "data") },
  };
  return { io, lines };
}

test("the command shows, rehearses and applies on the records of a stopped server, and leaves those of a running one alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-apply-"));
  writeFileSync(join(folder, "site.yaml"), exampleSite);
  const running = await testServer({ folder, start: testStart + 31 * minuteMs });
  await running.post("p1", spell(6.3));
  const clock = virtualClock(running.clock.epochMs() + minuteMs);
  const { io, lines } = commandIo(folder);
  expect(() => applyCommand(["corrected.yaml"], io, clock)).toThrow(
    expect.objectContaining({ code: "records.in-use" }),
  );
  await running.server.stop();
  const entries = () => {
    const database = openDatabase(join(folder, "data", "records.sqlite"));
    const count = database.prepare("SELECT count(*) AS n FROM journal").get()?.["n"];
    database.close();
    return count;
  };
  const before = entries();
  expect(applyCommand(["site.yaml"], io, clock)).toBe(0);
  expect(applyCommand(["corrected.yaml", "--dry-run"], io, clock)).toBe(0);
  expect(entries()).toBe(before);
  expect(lines.join("\n")).toContain("nothing to apply");
  expect(lines.join("\n")).toMatch(/appliances\.fridge-1\.probes\.p1\.calibration: \(none\) -> .*C-2026-1/);
  expect(lines.join("\n")).toMatch(/p1-high-\w+: withdrawn/);
  expect(applyCommand(["corrected.yaml"], io, clock)).toBe(0);
  expect(lines.at(-1)).toBe("Applied.");
  expect(entries()).toBe(Number(before) + 2);
  expect(() => applyCommand([], io, clock)).toThrow(expect.objectContaining({ code: "arguments.invalid" }));
  rmSync(folder, { recursive: true, force: true });
});
