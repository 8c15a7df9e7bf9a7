import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { curves, figures, steps } from "./panels.ts";
import { here } from "./query.ts";
import type { DashboardSettings } from "./settings.ts";
import { dashboard } from "./shared.ts";

const range = `$timeFilter AND ${here}`;

/** Whether the platform itself is well. */
export function platform(settings: DashboardSettings): DashboardBuilder {
  const page = dashboard(
    {
      uid: "coldkeep-platform",
      title: "Platform",
      description:
        "Whether Coldkeep itself is well: what comes in, how fast it is judged, what waits, how much disk is left. It is drawn from the history, so it is silent when the history is: then look at /health/ready and /metrics of the server.",
      from: "now-6h",
      refresh: "15s",
    },
    settings,
  );
  for (const panel of now()) page.withPanel(panel);
  return page
    .withPanel(ingest())
    .withPanel(decision())
    .withPanel(buffers())
    .withPanel(lateness())
    .withPanel(lag())
    .withPanel(disk());
}

function now() {
  const figure = (title: string, field: string, unit: string, description: string) =>
    figures({
      title,
      description,
      unit,
      width: 6,
      height: 4,
      nothing: "nothing is heard from the server",
      queries: [
        {
          refId: "A",
          query: `SELECT last("${field}") AS "${field}" FROM "platform" WHERE time > now() - 5m AND ${here}`,
          alias: title,
        },
      ],
    });
  return [
    figure(
      "Decision, p99",
      "decision_p99_ms",
      units.Milliseconds,
      "From the receipt of a batch to the committed judgement, 99 of 100. Above a second: the disk of the records, or too many readings for this machine (docs/benchmarks.md).",
    ).thresholds(steps([null, "green"], [250, "orange"], [1_000, "red"])),
    figure(
      "History behind by",
      "projection_lag_ms",
      units.Milliseconds,
      "How old the oldest entry is that InfluxDB does not have yet. Alarms and holds do not wait for it; these dashboards do. Above 10 minutes there is an alarm: look at InfluxDB.",
    ).thresholds(steps([null, "green"], [60_000, "orange"], [600_000, "red"])),
    figure(
      "Free disk",
      "disk_free_bytes",
      units.BytesIEC,
      "Where the records lie. Below 5 GiB: make room before the server cannot commit any more.",
    ).thresholds(steps([null, "red"], [5 * 1024 ** 3, "orange"], [20 * 1024 ** 3, "green"])),
    figure(
      "Records",
      "records_bytes",
      units.BytesIEC,
      "The operational records with their journal. They are the proof: back them up (`coldkeep backup`).",
    ).thresholds(steps([null, "blue"])),
  ];
}

function ingest() {
  return curves({
    title: "Readings taken",
    description:
      "Readings per second that were committed and judged. It should be steady; a fall is a gateway or a line that is silent, a peak is one that catches up.",
    unit: units.CountsPerSecond,
    width: 12,
    height: 8,
    nothing: "nothing is heard from the server",
    queries: [
      {
        refId: "A",
        query: `SELECT non_negative_derivative(max("readings_total"), 1s) AS "readings" FROM "platform" WHERE ${range} GROUP BY time($__interval) fill(none)`,
        alias: "readings",
      },
    ],
  })
    .interval("1m")
    .min(0);
}

function decision() {
  return curves({
    title: "Time to a decision, p99",
    description: "From the receipt of a batch to the committed judgement, the worst of each interval.",
    unit: units.Milliseconds,
    width: 12,
    height: 8,
    nothing: "nothing is heard from the server",
    queries: [
      {
        refId: "A",
        query: `SELECT max("decision_p99_ms") AS "p99" FROM "platform" WHERE ${range} GROUP BY time($__interval) fill(null)`,
        alias: "p99",
      },
    ],
  })
    .interval("1m")
    .min(0);
}

function buffers() {
  return curves({
    title: "Readings held back in the gateways' buffers",
    description:
      "What each gateway has not delivered yet. It should be near nought; a slope is an outage, a fall is one that catches up. Nothing is lost before the buffer's alarm.",
    unit: units.Short,
    width: 12,
    height: 8,
    nothing: "no gateway was heard",
    queries: [
      {
        refId: "A",
        query: `SELECT max("held_readings") AS "held" FROM "gateways" WHERE ${range} GROUP BY time($__interval), "gateway" fill(null)`,
        alias: "$tag_gateway",
      },
    ],
  })
    .interval("1m")
    .min(0);
}

function lateness() {
  return curves({
    title: "How late readings arrive",
    description: "The age of the newest reading of each batch as it was committed, by gateway.",
    unit: units.Milliseconds,
    width: 12,
    height: 8,
    nothing: "no gateway was heard",
    queries: [
      {
        refId: "A",
        query: `SELECT max("late_ms") AS "late" FROM "gateways" WHERE ${range} GROUP BY time($__interval), "gateway" fill(null)`,
        alias: "$tag_gateway",
      },
    ],
  })
    .interval("1m")
    .min(0);
}

function lag() {
  return curves({
    title: "History behind the journal",
    description:
      "Entries of the journal that InfluxDB does not have yet. It falls by itself once InfluxDB answers.",
    unit: units.Short,
    width: 12,
    height: 8,
    nothing: "nothing is heard from the server",
    queries: [
      {
        refId: "A",
        query: `SELECT max("projection_lag_entries") AS "entries" FROM "platform" WHERE ${range} GROUP BY time($__interval) fill(null)`,
        alias: "entries",
      },
    ],
  })
    .interval("1m")
    .min(0);
}

function disk() {
  return curves({
    title: "Disk",
    description: "Free space where the records lie, and how large they are.",
    unit: units.BytesIEC,
    width: 12,
    height: 8,
    nothing: "nothing is heard from the server",
    queries: [
      {
        refId: "A",
        query: `SELECT min("disk_free_bytes") AS "free", max("records_bytes") AS "records" FROM "platform" WHERE ${range} GROUP BY time($__interval) fill(null)`,
        alias: "$col",
      },
    ],
  })
    .interval("5m")
    .min(0);
}
