import { parseArgs } from "node:util";
import { benchBackup } from "./backup/backup-bench.ts";
import { benchEngine } from "./engine/judge-bench.ts";
import { benchInflux } from "./influx/influx-bench.ts";
import { benchLate } from "./engine/late-bench.ts";
import { benchForecast } from "./forecast/forecast-bench.ts";
import { benchAppends } from "./gateway/append-bench.ts";
import { benchDrain } from "./gateway/drain-bench.ts";
import { benchFlash } from "./gateway/flash-bench.ts";
import { benchIngest } from "./ingest/ingest-bench.ts";
import { benchNotify } from "./notify/notify-bench.ts";
import { benchExcursionReport } from "./reports/excursion-bench.ts";
import { benchReports } from "./reports/report-bench.ts";
import { benchImport } from "./units/import-bench.ts";
import { benchUnits } from "./units/units-bench.ts";

const benches: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  engine: benchEngine,
  late: benchLate,
  ingest: benchIngest,
  forecast: benchForecast,
  influx: benchInflux,
  appends: benchAppends,
  drain: benchDrain,
  flash: benchFlash,
  backup: benchBackup,
  "excursion-report": benchExcursionReport,
  reports: benchReports,
  units: benchUnits,
  import: benchImport,
  notify: benchNotify,
};

const { positionals } = parseArgs({ allowPositionals: true });
const names = positionals.length > 0 ? positionals : Object.keys(benches);
for (const name of names) {
  const bench = benches[name];
  if (bench === undefined) {
    console.error(`There is no bench "${name}"; there are: ${Object.keys(benches).join(", ")}.`);
    process.exitCode = 1;
  } else {
    console.log(`\n${name}`);
    for (const line of await bench()) console.log(`  ${line}`);
  }
}
