/** Goal: `coldkeep rebuild influx` fills an empty bucket with what the projection would have written, by the site as it is now, and says whether it is equal. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import {
  isInfluxMissing,
  type InfluxEngine,
  influxTotals,
  startInfluxEngine,
} from "../testing/influx-engine.ts";
import { exampleSite, testServer, testStart } from "../testing/test-server.ts";
import { openDatabase } from "../store/database.ts";
import { compareTotals } from "./compare-totals.ts";
import { openInflux } from "./influx-port.ts";
import type { InfluxSettings } from "./influx-settings.ts";
import { rebuildCommand } from "./rebuild-command.ts";

let engine: InfluxEngine;

beforeAll(async () => {
  if (isInfluxMissing) return;
  engine = await startInfluxEngine();
});

afterAll(() => (isInfluxMissing ? undefined : engine.stop()));

function commandIo({ url, token, org, bucket }: InfluxSettings) {
  const printed: string[] = [];
  const shown: string[] = [];
  const environment = {
    COLDKEEP_INFLUX_URL: url,
    COLDKEEP_INFLUX_TOKEN: token,
    COLDKEEP_INFLUX_ORG: org,
    COLDKEEP_INFLUX_BUCKET: bucket,
  };
  const io = {
    print: (line: string) => void printed.push(line),
    progress: (text: string) => void shown.push(text),
    readFile: () => "",
    environment,
  };
  return { io, printed, shown };
}

test.skipIf(isInfluxMissing)(
  "a bucket is filled from the journal, a correction of calibration included, and compared",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "coldkeep-rebuild-"));
    const first = await testServer({ folder });
    const readings = Array.from({ length: 200 }, (_, index) => ({
      at: testStart - (200 - index) * minuteMs,
      celsius: index > 100 && index < 140 ? 7.5 : 4.1,
    }));
    await first.post("p1", readings);
    await first.post("p2", [...readings.slice(0, 50), { at: testStart, fault: "open" }]);
    await first.post("p2", readings.slice(40, 60));
    const corrected = exampleSite.replace(
      "{ id: p1 }",
      "{ id: p1, calibration: [ { offset: 0 }, { from: 2026-11-01T00:00:00Z, offset: -0.5 } ] }",
    );
    const second = await first.restart({ site: corrected });

    const settings = await engine.settings("rebuilt");
    const { io, printed, shown } = commandIo(settings);
    const args = ["influx", "--data", join(folder, "data")];
    expect(await rebuildCommand(args, io)).toBe(0);
    expect(printed.at(-1)).toBe("InfluxDB and the journal are equal: counts and sums of 2 channels.");
    expect(shown.some((text) => /100 %, \d+ points/.test(text))).toBe(true);
    const totals = await influxTotals(settings);
    expect(totals.get("p1")?.[0]).toBe(200);
    expect(totals.get("p2")?.[0]).toBe(60);
    const ask = async (query: string) => {
      const outcome = await openInflux(settings).query(query);
      return outcome.ok ? outcome.series[0]?.values : outcome.fault;
    };
    expect(await ask('SELECT max("offset"), min("offset") FROM readings WHERE channel = \'p1\'')).toEqual([
      [0, -0.5, -0.5],
    ]);
    expect(await ask("SELECT count(in_ms) FROM coverage WHERE probe = 'p1'")).toEqual([
      [0, expect.any(Number)],
    ]);

    await expect(rebuildCommand(args, io)).rejects.toMatchObject({ code: "rebuild.not-empty" });
    // One point more than the journal has is found out.
    const port = openInflux(settings);
    const line = `readings,appliance=fridge-1,channel=p1,probe=p1,site=mechelen celsius=4 ${testStart}000000`;
    expect(await port.write([line])).toEqual({ ok: true });
    const database = openDatabase(join(folder, "data", "records.sqlite"));
    expect((await compareTotals(database, port, 0))?.differences).toMatchObject([
      { channel: "p1", records: { good: 200 }, influx: { good: 201 } },
    ]);
    database.close();
    await second.stop();
  },
  60_000,
);

test.skipIf(isInfluxMissing)("without a target or with another word it says how it is meant", async () => {
  const { io } = commandIo(await engine.settings("none"));
  await expect(rebuildCommand(["grafana"], io)).rejects.toMatchObject({ code: "arguments.invalid" });
  await expect(rebuildCommand(["influx"], { ...io, environment: {} })).rejects.toMatchObject({
    code: "rebuild.no-target",
  });
});
