/**
 * Goal: a unit that left the appliance before the late readings came, and one issued to a hospital, are on hold and on the recall list within the very transaction that took the readings. Method: a real
 * server is killed at once when it has answered the late batch; the records that it leaves, and the next server on them, are asked.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import { startServerProcess } from "../testing/server-process.ts";
import { exampleSite } from "../testing/test-server.ts";

const productCode = "E0398V00";
const stayed = "A999926100001";
const elsewhere = "A999926100002";
const issued = "A999926100003";
const left = "A999926100004";
const never = "A999926100005";
/** Five hours of history that ended an hour ago. */
const start = Date.now() - 6 * 60 * minuteMs;
const instant = (minute: number): string => formatInstant(start + minute * minuteMs);

test("killed right after its answer to late readings, the server has all units that were inside on hold, those that left on the recall list", async () => {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-late-"));
  const environment = {
    COLDKEEP_DATA: join(folder, "data"),
    COLDKEEP_SITE: join(folder, "site.yaml"),
    COLDKEEP_API_TOKEN: "token",
  };
  writeFileSync(environment.COLDKEEP_SITE, exampleSite);
  const server = await startServerProcess(environment);
  const call = async (url: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = { authorization: "Bearer token", "content-type": "application/json" };
    const response = await fetch(`${url}${path}`, {
      headers,
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    return response.json();
  };
  const moves: readonly (readonly [din: string, minute: number, appliance: string | null, reason: string])[] =
    [
      [stayed, 0, "fridge-1", "stock"],
      [elsewhere, 0, "fridge-1", "stock"],
      [elsewhere, 120, "fridge-2", "moved"],
      [issued, 0, "fridge-1", "stock"],
      [issued, 130, null, "issued to St Rita hospital"],
      [left, 0, "fridge-1", "stock"],
      [left, 90, null, "to the ward"],
      [never, 0, "fridge-1", "stock"],
      [never, 50, null, "issued before"],
    ];
  await call(server.url, "/v1/units/feed", {
    units: [stayed, elsewhere, issued, left, never].map((din) => ({ din, productCode })),
    movements: moves.map(([din, minute, appliance, reason]) => ({
      din,
      productCode,
      at: instant(minute),
      appliance,
      reason,
    })),
  });
  const readings = Array.from({ length: 200 }, (_, minute) => ({
    probe: "p1",
    at: instant(minute),
    celsius: minute >= 60 && minute < 110 ? 9 : 4,
  }));
  await call(server.url, "/v1/batches", { gateway: "g", sequence: 1, readings });
  await server.kill();

  const records = new DatabaseSync(join(folder, "data", "records.sqlite"), { readOnly: true });
  const rows = (sql: string): Record<string, unknown>[] => records.prepare(sql).all();
  const [batch] = rows("SELECT journal_seq FROM batches WHERE gateway = 'g' AND sequence = 1");
  const late = [stayed, elsewhere, issued, left];
  expect(
    rows("SELECT subject, journal_seq FROM audit WHERE action = 'hold.placed' ORDER BY subject"),
  ).toEqual(late.map((din) => ({ subject: `${din} ${productCode}`, journal_seq: batch?.["journal_seq"] })));
  expect(
    rows("SELECT DISTINCT since = (SELECT at FROM journal WHERE kind = 'batch') AS same FROM holds"),
  ).toEqual([{ same: 1 }]);
  expect(
    rows("SELECT din, status, appliance FROM unit_standing JOIN units ON number = unit ORDER BY din"),
  ).toEqual([
    { din: stayed, status: "held", appliance: "fridge-1" },
    { din: elsewhere, status: "held", appliance: "fridge-2" },
    { din: issued, status: "held", appliance: null },
    { din: left, status: "held", appliance: null },
    { din: never, status: "issued", appliance: null },
  ]);
  records.close();

  const after = await startServerProcess(environment);
  const { items } = (await call(after.url, "/v1/units?status=held")) as {
    items: { din: string; appliance: string | null }[];
  };
  expect(items.map(({ din }) => din)).toEqual(late);
  expect(items.filter(({ appliance }) => appliance === null).map(({ din }) => din)).toEqual([issued, left]);
  expect(await after.stop()).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});
