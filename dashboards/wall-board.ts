import {
  BigValueColorMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  TableCellDisplayMode,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DashboardBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  TimePickerBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { column, columns, curves, figures, forQuery, pageLink, sorted, steps, table } from "./panels.ts";
import { countOf, here, lately, standings, sumOverAppliances, sumOverProbes } from "./query.ts";
import type { DashboardSettings } from "./settings.ts";
import { dashboard } from "./shared.ts";
import { phaseWords, stateColors, stateWords } from "./words.ts";

/** For the wall: what is out of range stands first and large. Readable from 5 m on a screen of 1920 x 1080. */
export function wallBoard(settings: DashboardSettings): DashboardBuilder {
  const board = dashboard(
    {
      uid: "coldkeep-wall-board",
      title: "Wall board",
      description:
        "Every appliance now, what matters first. Made for a screen on the wall: open it with ?kiosk. Alarms and holds are decided by Coldkeep, not here.",
      from: "now-6h",
      refresh: "10s",
    },
    settings,
  ).timepicker(new TimePickerBuilder().hidden(true));
  for (const panel of summary()) board.withPanel(panel);
  return board.withPanel(tiles()).withPanel(appliances()).withPanel(trends());
}

const blind = "BLIND: no state for 12 min";

function summary() {
  const figure = (title: string, query: string, color: string, description: string) =>
    figures({
      title,
      description,
      unit: "none",
      width: 4,
      height: 5,
      nothing: blind,
      queries: [{ refId: "A", query, alias: title }],
    })
      .thresholds(steps([null, "green"], [1, color]))
      .textMode(BigValueTextMode.Value);
  return [
    figure(
      "Out of range",
      countOf(`"state" = 'high' OR "state" = 'low'`),
      "red",
      "Probes that are above or below their range now. Above nought: look at the red and blue tiles and go there.",
    ),
    figure(
      "Unknown",
      countOf(`"state" = 'unknown'`),
      "purple",
      "Probes of which nobody knows the temperature now: silent, broken, or not believed. Unknown is never counted as good. Measure by hand until it is back.",
    ),
    figure(
      "Alarms waiting",
      countOf(`"alarm" = 'unacknowledged' OR "alarm" = 'latched-unacknowledged'`),
      "red",
      "Probes with an alarm that nobody has taken on yet. Acknowledge on the live board once you are on it.",
    ),
    figure(
      "Open excursions",
      sumOverProbes("open_excursions"),
      "orange",
      "Excursions that are not over. A probe back in range may still have one until it has recovered.",
    ),
    figure(
      "Units on hold",
      sumOverAppliances("held_units"),
      "orange",
      "Blood units on hold in the appliances shown. Only a person releases them, in Coldkeep.",
    ),
    figures({
      title: "Board last fed",
      description:
        "When the server last wrote to the history. Older than a minute: what this board shows may be out of date. Look at the live board, which does not depend on the history, and at the dashboard Platform.",
      unit: units.DateTimeFromNow,
      width: 4,
      height: 5,
      nothing: "BLIND: nothing for 12 min",
      queries: [
        {
          refId: "A",
          query: `SELECT last("journal_seq") AS "entries" FROM "platform" WHERE ${lately} AND ${here}`,
          isTable: true,
        },
      ],
    })
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("/^Time$/"))
      .colorMode(BigValueColorMode.None)
      .textMode(BigValueTextMode.Value),
  ];
}

function tiles() {
  const from = (field: string, state: string): string =>
    `SELECT "${field}" FROM (${standings([field])}) WHERE "state" = '${state}' GROUP BY "appliance", "probe"`;
  const solid = (fixedColor: string) => ({ color: { mode: "fixed", fixedColor } });
  return figures({
    title: "Every probe, what matters first",
    description:
      "One tile for each probe with its temperature. Red ABOVE and blue BELOW its range come first, then purple: unknown, and since when nothing is known (no temperature, because none is known). Green is in range. A probe without a state for 12 minutes has no tile: compare their number. Click a tile for the appliance's page.",
    unit: units.Celsius,
    width: 24,
    height: 12,
    nothing: "BLIND: no probe has a state that is younger than 12 minutes. Look at the live board.",
    queries: [
      { refId: "High", query: from("celsius", "high"), alias: "$tag_probe ABOVE" },
      { refId: "Low", query: from("celsius", "low"), alias: "$tag_probe BELOW" },
      { refId: "Unknown", query: from("since_ms", "unknown"), alias: "$tag_probe unknown since" },
      { refId: "In", query: from("celsius", "in"), alias: "$tag_probe" },
    ],
  })
    .decimals(1)
    .textMode(BigValueTextMode.ValueAndName)
    .orientation(VizOrientation.Auto)
    .dataLinks([pageLink("Open the appliance", "${coldkeep:raw}/appliances/${__field.labels.appliance}")])
    .overrides([
      forQuery("High", solid(stateColors.high)),
      forQuery("Low", solid(stateColors.low)),
      forQuery("Unknown", { ...solid(stateColors.unknown), unit: units.DateTimeFromNow }),
      forQuery("In", solid(stateColors.in)),
    ]);
}

function appliances() {
  const panel = table({
    title: "Every appliance, what matters first",
    description:
      "Each probe with its state, since when it is so, the last 6 hours, its worst alarm, open excursions and units on hold; sorted as the live board sorts. No temperature stands where none is known.",
    unit: "none",
    width: 24,
    height: 11,
    nothing: "none",
    queries: [
      {
        refId: "Now",
        query: standings(["celsius", "since_ms", "alarm", "open_excursions", "held_units", "urgency"]),
        isTable: true,
      },
      {
        refId: "Trend",
        // The states' own temperatures: a few points for each probe however often it measures.
        query: `SELECT mean("celsius") AS "trend" FROM "states" WHERE $timeFilter AND ${here} GROUP BY time(10m), "probe" fill(null)`,
        alias: "$tag_probe",
      },
    ],
  });
  panel.transformations([
    {
      id: "filterFieldsByName",
      options: { exclude: { names: ["Time"] } },
      filter: { id: "byRefId", options: "Now" },
    },
    {
      id: "timeSeriesTable",
      options: { Trend: { stat: "lastNotNull" } },
      filter: { id: "byRefId", options: "Trend" },
    },
    { id: "joinByField", options: { byField: "probe", mode: "outer" } },
    sorted("urgency", true),
    columns(
      {
        appliance: "Appliance",
        probe: "Probe",
        celsius: "Now",
        state: "State",
        since_ms: "Since",
        "Trend #Trend": "Last 6 hours",
        alarm: "Alarm",
        open_excursions: "Excursions",
        held_units: "On hold",
      },
      ["Time", "urgency"],
    ),
  ]);
  const colored = { type: TableCellDisplayMode.ColorBackground, mode: "basic" };
  column(panel, "Appliance", {
    links: [
      { title: "Open the appliance", url: "${coldkeep:raw}/appliances/${__value.raw}", targetBlank: true },
    ],
  });
  column(panel, "Now", { unit: units.Celsius, decimals: 1, noValue: "unknown" });
  column(panel, "State", { unit: "string", mappings: [stateWords], "custom.cellOptions": colored });
  column(panel, "Since", { unit: units.DateTimeFromNow });
  column(panel, "Last 6 hours", {
    unit: units.Celsius,
    "custom.cellOptions": {
      type: TableCellDisplayMode.Sparkline,
      hideValue: true,
      spanNulls: false,
      lineWidth: 2,
    },
    "custom.width": 420,
  });
  column(panel, "Alarm", { unit: "string", mappings: [phaseWords], "custom.cellOptions": colored });
  return panel;
}

function trends() {
  return curves({
    title: "Share of time that is unknown, all probes",
    description:
      "Of each hour, how much of all probes' time is unknown. It should be flat at nought: every bump is time for which nothing can be proven.",
    unit: units.PercentUnit,
    width: 24,
    height: 6,
    nothing: "no whole hour yet",
    queries: [
      {
        refId: "A",
        query:
          `SELECT sum("unknown") / (sum("known") + sum("unknown")) AS "share" FROM (SELECT last("unknown_ms") AS "unknown", ` +
          `last("in_ms") + last("low_ms") + last("high_ms") AS "known" FROM "coverage" WHERE $timeFilter AND ${here} ` +
          `GROUP BY time(1h), "probe" fill(none)) WHERE $timeFilter GROUP BY time(1h) fill(none)`,
        alias: "unknown",
      },
    ],
  })
    .min(0)
    .max(1)
    .fillOpacity(20)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(stateColors.unknown));
}
