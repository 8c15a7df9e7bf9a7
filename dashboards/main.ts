import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { allDashboards } from "./all.ts";
import { written } from "./written.ts";
import { standardSettings } from "./settings.ts";
import { sketchPage } from "./sketch.ts";

// Writes the dashboards. Without options: those that are committed, with the page that shows them. A site with another address or time zone writes its own:
//   npm run dashboards -- --out /etc/grafana/coldkeep --url https://coldkeep.example --time-zone Europe/Brussels

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(import.meta.dirname, "json") },
    url: { type: "string", default: standardSettings.baseUrl },
    "time-zone": { type: "string", default: standardSettings.timeZone },
  },
});

const settings = { baseUrl: values.url.replace(/\/+$/, ""), timeZone: values["time-zone"] };
mkdirSync(values.out, { recursive: true });
const all = allDashboards(settings);
for (const { name, model } of all) writeFileSync(join(values.out, `${name}.json`), written(model));
if (values.out === join(import.meta.dirname, "json"))
  writeFileSync(join(import.meta.dirname, "../docs/dashboards.md"), sketchPage(all));
console.log(`${all.length} dashboards are in ${values.out}`);
