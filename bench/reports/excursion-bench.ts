import { dayMs, formatInstant, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { verifyReport } from "@coldkeep/server/reports/verify-report.ts";
import { testServer, testStart } from "@coldkeep/server/testing/test-server.ts";

const days = 30;
const units = 500;
const readingsPerBatch = 2_000;
const unitsPerFeed = 100;

/** The report of an excursion of 30 days at one reading a minute, with 500 units that came and left at times of their own. */
export async function benchExcursionReport(): Promise<readonly string[]> {
  const from = testStart - days * dayMs;
  const server = await testServer({ start: testStart + hourMs });
  const readings = Array.from({ length: (days * dayMs) / minuteMs + 60 }, (_, index) => ({
    at: from + (index - 30) * minuteMs,
    celsius: index < 30 || index > days * 1_440 + 20 ? 4 : 7.5 + ((index * 7_919) % 100) / 50,
  }));
  const din = (index: number): string => `A999926${String(index).padStart(6, "0")}`;
  for (let start = 0; start < units; start += unitsPerFeed) {
    const some = Array.from({ length: unitsPerFeed }, (_, index) => start + index);
    const movements = some.flatMap((index) => {
      const unit = { din: din(index), productCode: "E0398V00" };
      // Half were there all the time; of the others each came at an instant of its own, and most left at one.
      const came = index % 2 === 0 ? from - dayMs : from + index * 71 * minuteMs + index * 17;
      const inside = { ...unit, at: formatInstant(came), appliance: "fridge-1" };
      const left = { ...unit, at: formatInstant(came + (5 + (index % 5)) * dayMs + index), appliance: null };
      return index % 4 === 1 && came + 10 * dayMs < testStart ? [inside, left] : [inside];
    });
    const fed = some.map((index) => ({ din: din(index), productCode: "E0398V00" }));
    await must(server.call("POST", "/v1/units/feed", { units: fed, movements }));
  }
  for (let start = 0; start < readings.length; start += readingsPerBatch)
    await must(server.post("p1", readings.slice(start, start + readingsPerBatch)));
  const all = server.server.services.excursions.list({ limit: 100 }, server.clock.epochMs());
  const excursion = all.find(({ figures }) => figures.side === "high");
  const headers = { authorization: "Bearer test-token" };
  const times: number[] = [];
  const work: number[] = [];
  let report: Uint8Array = new Uint8Array();
  for (let run = 0; run < 5; run += 1) {
    const begun = systemClock.monotonicMs();
    const busy = process.cpuUsage();
    const answer = await server.server.web.inject({
      url: `/v1/excursions/${excursion?.id ?? ""}/report.pdf`,
      headers,
    });
    times.push(systemClock.monotonicMs() - begun);
    const { user, system } = process.cpuUsage(busy);
    work.push((user + system) / 1_000);
    report = answer.rawPayload;
  }
  const { wrong, data } = await verifyReport(report);
  await server.stop();
  if (wrong.length > 0) throw new RangeError(wrong.join(" "));
  const sorted = times.toSorted((a, b) => a - b);
  return [
    `report of an excursion of ${days} days, ${data?.readings.entries} readings inside, ${data?.units.entries} units with ${data?.exposures.length} exposures: first ${ms(times[0])}, median ${ms(sorted[2])}, most ${ms(sorted.at(-1))}; processor time ${work.map(ms).join(", ")}; ${(report.length / 1024 / 1024).toFixed(1)} MiB of PDF`,
  ];
}

function ms(length: number | undefined): string {
  return `${(length ?? 0).toFixed(0)} ms`;
}

async function must(call: Promise<{ readonly status: number; readonly json: unknown }>): Promise<void> {
  const { status, json } = await call;
  if (status !== 200) throw new RangeError(`${status}: ${JSON.stringify(json)}`);
}
