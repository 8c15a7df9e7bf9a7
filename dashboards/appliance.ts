import {
  BigValueColorMode,
  BigValueTextMode,
  GraphDrawStyle,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  VisibilityMode,
} from "@grafana/grafana-foundation-sdk/common";
import { type DashboardBuilder, MappingType, VariableSort } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { column, columns, curves, figures, newestOf, sorted, steps, table, timeline } from "./panels.ts";
import { here, standings, temperatures } from "./query.ts";
import type { DashboardSettings } from "./settings.ts";
import { choice, dashboard, marks } from "./shared.ts";
import { doorWords, phaseWords, stateColors, stateWords } from "./words.ts";

const thisAppliance = `"appliance" =~ /^$appliance$/`;
const thisProbe = `"probe" =~ /^$probe$/`;
const airProbe = `"probe" =~ /^$air$/`;
const inRange = `$timeFilter AND ${here} AND ${thisAppliance}`;

/** A stretch ends where nothing was said for this long: it is not drawn on as if it were known. Unit ms. */
const silentAfterMs = 720_000;

/** One appliance: its curve with limits and gaps, what its door and compressor did, what became of it. */
export function appliancePage(settings: DashboardSettings): DashboardBuilder {
  const probes = (condition: string): string =>
    `SHOW TAG VALUES FROM "states" WITH KEY = "probe" WHERE ${here} AND ${thisAppliance}${condition}`;
  const page = dashboard(
    {
      uid: "coldkeep-appliance",
      title: "Appliance",
      description:
        "One probe of one appliance over time, with its limits. What is not known is a gap, never a line.",
      from: "now-24h",
      refresh: "1m",
    },
    settings,
  )
    .withVariable(
      choice(
        "appliance",
        "Appliance",
        `SHOW TAG VALUES FROM "states" WITH KEY = "appliance" WHERE ${here}`,
        VariableSort.NaturalAsc,
      ),
    )
    .withVariable(choice("probe", "Probe", probes(""), VariableSort.NaturalDesc))
    .withVariable(choice("air", "Probe in the air", probes(` AND "probe" =~ /air/`), VariableSort.NaturalAsc))
    .annotation(
      marks(
        "Alarms",
        "red",
        `SELECT "subject", "severity", "kind" FROM "alarms" WHERE ${inRange} AND "event" = 'raised'`,
        { text: "subject", tags: "severity,kind" },
      ),
    )
    .annotation(
      marks(
        "Excursions, when they became known",
        "orange",
        `SELECT "id", "side", "status", "change" FROM "excursions" WHERE ${inRange}`,
        { text: "id", tags: "side,status,change" },
      ),
    );
  for (const panel of [...figuresNow(), ...figuresOfRange()]) page.withPanel(panel);
  return page
    .withPanel(curve())
    .withPanel(states())
    .withPanel(door())
    .withPanel(compressor())
    .withPanel(airCurve())
    .withPanel(coverage())
    .withPanel(untrusted())
    .withPanel(excursions())
    .withPanel(alarms());
}

function figuresNow() {
  const one = `${here} AND ${thisAppliance} AND ${thisProbe}`;
  const shown = (field: string): string =>
    field === "state" ? standings([], one) : `SELECT "${field}" FROM (${standings([field], one)})`;
  const base = { width: 4, height: 4 } as const;
  const nothing = "unknown";
  return [
    figures({
      ...base,
      title: "Now",
      description: "The newest calibrated temperature. `unknown` where none is known: measure by hand.",
      unit: units.Celsius,
      nothing,
      queries: [{ refId: "A", query: shown("celsius"), alias: "now" }],
    })
      .decimals(2)
      .colorMode(BigValueColorMode.None),
    figures({
      ...base,
      title: "State",
      description: "In range, above it, below it, or unknown, as Coldkeep judges it.",
      unit: "string",
      nothing,
      queries: [{ refId: "A", query: shown("state"), alias: "state" }],
    })
      .mappings([stateWords])
      .textMode(BigValueTextMode.Value)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("/^state$/")),
    figures({
      ...base,
      title: "Since",
      description: "When this state began.",
      unit: units.DateTimeFromNow,
      nothing,
      queries: [{ refId: "A", query: shown("since_ms"), alias: "since" }],
    }).colorMode(BigValueColorMode.None),
  ];
}

function figuresOfRange() {
  const raw = `SELECT "celsius" + "offset" AS "celsius" FROM "readings" WHERE ${inRange} AND ${thisProbe}`;
  const hours =
    `SELECT last("unknown_ms") AS "unknown", last("in_ms") + last("low_ms") + last("high_ms") AS "known" FROM "coverage" ` +
    `WHERE ${inRange} AND ${thisProbe} GROUP BY time(1h) fill(none)`;
  return [
    figures({
      title: "Lowest, mean, highest",
      description:
        "Over the chosen time, of the readings as calibrated. They say nothing of the time that is unknown: see Known beside it.",
      unit: units.Celsius,
      width: 7,
      height: 4,
      nothing: "unknown",
      queries: [
        {
          refId: "A",
          query: `SELECT min("celsius") AS "lowest", mean("celsius") AS "mean", max("celsius") AS "highest" FROM (${raw}) WHERE $timeFilter`,
          alias: "$col",
        },
      ],
    })
      .decimals(2)
      .colorMode(BigValueColorMode.None),
    figures({
      title: "Known",
      description:
        "How much of the whole hours in the chosen time the temperature is known. Below 100 %: find the gaps below; nothing can be proven about them.",
      unit: units.PercentUnit,
      width: 5,
      height: 4,
      nothing: "no whole hour yet",
      queries: [
        {
          refId: "A",
          query: `SELECT sum("known") / (sum("known") + sum("unknown")) AS "known" FROM (${hours}) WHERE $timeFilter`,
          alias: "known",
        },
      ],
    })
      .decimals(2)
      .thresholds(steps([null, stateColors.unknown], [0.999, "green"])),
  ];
}

function curve() {
  // The limits in force are those written last, so the look goes back by more than the day within which they are written again.
  const limits =
    `SELECT last("high") AS "high limit", last("low") AS "low limit", last("critical_high") AS "critical high", last("critical_low") AS "critical low" ` +
    `FROM "limits" WHERE time >= \${__from}ms - 25h AND time <= \${__to}ms + 1h AND ${here} AND ${thisProbe} GROUP BY time(1h) fill(previous)`;
  const dashed = (color: string) => [
    { id: "color", value: { mode: "fixed", fixedColor: color } },
    { id: "custom.lineStyle", value: { fill: "dash", dash: [10, 6] } },
    { id: "custom.lineInterpolation", value: LineInterpolation.StepAfter },
    { id: "custom.lineWidth", value: 1 },
    { id: "custom.showPoints", value: VisibilityMode.Never },
    { id: "custom.spanNulls", value: true },
  ];
  return curves({
    title: "Temperature of $probe",
    description:
      "The mean of each interval as a line, with the band from its lowest to its highest reading, so that no short peak is smoothed away. Dashed: the limits in force then (the range, and the critical limits). A gap is a gap: nothing is known there. Marks: alarms as they were raised, excursions as they became known.",
    unit: units.Celsius,
    width: 24,
    height: 13,
    nothing: "no reading in this time: unknown",
    queries: [
      {
        refId: "Readings",
        query: temperatures(
          ["mean", "min", "max"],
          `${thisAppliance} AND ${thisProbe}`,
          "time($__interval) fill(null)",
        ),
        alias: "$col",
      },
      { refId: "Limits", query: limits, alias: "$col" },
    ],
  })
    .interval("2m")
    .decimals(2)

    .overrideByName("mean", [{ id: "color", value: { mode: "fixed", fixedColor: "green" } }])
    .overrideByName("min", [
      { id: "custom.lineWidth", value: 0 },
      { id: "custom.hideFrom", value: { legend: true, tooltip: false, viz: false } },
      { id: "color", value: { mode: "fixed", fixedColor: "green" } },
    ])
    .overrideByName("max", [
      { id: "custom.lineWidth", value: 0 },
      { id: "custom.fillBelowTo", value: "min" },
      { id: "custom.fillOpacity", value: 25 },
      { id: "custom.hideFrom", value: { legend: true, tooltip: false, viz: false } },
      { id: "color", value: { mode: "fixed", fixedColor: "green" } },
    ])
    .overrideByRegexp("/limit$/", dashed("orange"))
    .overrideByRegexp("/^critical/", dashed("red"));
}

function states() {
  return timeline({
    title: "State over time",
    description:
      "How the probe stood: in range, above, below, unknown. Where nothing is drawn the server did not say, which is unknown as well.",
    unit: "string",
    width: 24,
    height: 4,
    nothing: "unknown",
    queries: [
      {
        refId: "A",
        query: `SELECT "state" FROM "states" WHERE ${inRange} AND ${thisProbe}`,
        alias: "state",
      },
    ],
  })
    .mappings([stateWords])
    .insertNulls(silentAfterMs);
}

function door() {
  return timeline({
    title: "Door",
    description:
      "When the door was open, where there is a contact. Many or long openings before a peak explain it.",
    unit: "string",
    width: 24,
    height: 4,
    nothing: "no door contact, or it did not change in this time",
    queries: [
      {
        refId: "A",
        query: `SELECT "active" FROM "equipment" WHERE ${inRange} AND "kind" = 'door'`,
        alias: "door",
      },
    ],
  })
    .mappings([doorWords])
    .spanNulls(true);
}

function compressor() {
  return timeline({
    title: "Compressor, from the air probe $air",
    description:
      "Where the air gets colder the compressor runs; where it gets warmer it rests. Long runs with short rests: an iced evaporator, a warm room, a worn seal. No runs at all while the air warms up: call the technician. Only where there is a probe in the air.",
    unit: "string",
    width: 24,
    height: 4,
    nothing: "no probe in the air",
    queries: [
      {
        refId: "A",
        query:
          `SELECT derivative(mean("celsius"), 1m) AS "slope" FROM (SELECT "celsius" FROM "readings" WHERE ${inRange} AND ${airProbe}) ` +
          `WHERE $timeFilter GROUP BY time($__interval) fill(none)`,
        alias: "air",
      },
    ],
  })
    .interval("2m")
    .insertNulls(silentAfterMs)
    .mappings([
      {
        type: MappingType.RangeToText,
        options: { from: null, to: 0, result: { text: "runs", color: "blue", index: 0 } },
      },
      {
        type: MappingType.RangeToText,
        options: { from: 0, to: null, result: { text: "rests", color: "text", index: 1 } },
      },
    ])
    .thresholds(steps([null, "blue"], [0, "text"]));
}

function airCurve() {
  return curves({
    title: "Air ($air): how far it swings",
    description:
      "Mean of the air, and its swing (highest less lowest) in each half hour. A healthy compressor swings evenly; a swing that fades while the mean rises is one that does not come on any more.",
    unit: units.Celsius,
    width: 24,
    height: 8,
    nothing: "no probe in the air",
    queries: [
      {
        refId: "Air",
        query: temperatures(["mean"], `${thisAppliance} AND ${airProbe}`, "time($__interval) fill(null)"),
        alias: "air",
      },
      {
        refId: "Swing",
        query: `SELECT spread("celsius") AS "swing" FROM "readings" WHERE ${inRange} AND ${airProbe} GROUP BY time(30m) fill(null)`,
        alias: "swing",
      },
    ],
  })
    .interval("2m")
    .decimals(1);
}

function coverage() {
  const share = (name: string): string => `last("${name}_ms") AS "${name}"`;
  return curves({
    title: "Time of each hour: in range, below, above, unknown",
    description:
      "What each hour consists of, by the newest revision of its judgement. Purple is unknown: nothing can be proven of it.",
    unit: units.Milliseconds,
    width: 16,
    height: 8,
    nothing: "no whole hour yet",
    queries: [
      {
        refId: "A",
        query: `SELECT ${["in", "low", "high", "unknown"].map(share).join(", ")} FROM "coverage" WHERE ${inRange} AND ${thisProbe} GROUP BY time(1h) fill(none)`,
        alias: "$col",
      },
    ],
  })
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(80)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
    .overrideByName("in", fixed(stateColors.in))
    .overrideByName("low", fixed(stateColors.low))
    .overrideByName("high", fixed(stateColors.high))
    .overrideByName("unknown", fixed(stateColors.unknown));
}

function fixed(fixedColor: string) {
  return [{ id: "color", value: { mode: "fixed", fixedColor } }];
}

function untrusted() {
  return curves({
    title: "Readings, and those that are faults",
    description:
      "How many readings came in each interval, and how many of them said that the sensor is broken or gone. Faults: look at the probe and its plug.",
    unit: units.Short,
    width: 8,
    height: 8,
    nothing: "no reading in this time: unknown",
    queries: [
      {
        refId: "A",
        query: `SELECT count("celsius") AS "readings", count("fault") AS "faults" FROM "readings" WHERE ${inRange} AND ${thisProbe} GROUP BY time($__interval) fill(0)`,
        alias: "$col",
      },
    ],
  })
    .interval("10m")
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .overrideByName("faults", fixed(stateColors.unknown));
}

function excursions() {
  const fields = [
    "start_ms",
    "end_ms",
    "status",
    "extreme_celsius",
    "out_ms",
    "unknown_ms",
    "critical",
    "units_held",
  ];
  const panel = table({
    title: "Excursions that became known or changed in this time",
    description: "The newest revision of each. Open it for its report, its units and everything it rests on.",
    unit: "none",
    width: 12,
    height: 8,
    nothing: "none",
    queries: [
      {
        refId: "A",
        query: `SELECT "id", ${fields.map((name) => `"${name}"`).join(", ")} FROM "excursions" WHERE ${inRange}`,
        isTable: true,
      },
    ],
  });
  panel.transformations([
    ...newestOf("id", fields),
    sorted("start_ms", true),
    columns({
      id: "Excursion",
      start_ms: "From",
      end_ms: "To",
      status: "Status",
      extreme_celsius: "Extreme",
      out_ms: "Out of range",
      unknown_ms: "Unknown",
      critical: "Critical",
      units_held: "Units held",
    }),
  ]);
  return excursionColumns(panel);
}

/** How the columns of excursions read. */
export function excursionColumns(panel: ReturnType<typeof table>): ReturnType<typeof table> {
  column(panel, "Excursion", {
    links: [
      { title: "Open the excursion", url: "${coldkeep:raw}/excursions/${__value.raw}", targetBlank: true },
    ],
  });
  column(panel, "From", { unit: units.DatetimeLocal });
  column(panel, "To", { unit: units.DatetimeLocal, noValue: "not over" });
  for (const name of ["Out of range", "Unknown"])
    column(panel, name, { unit: units.Milliseconds, decimals: 1 });
  return column(panel, "Extreme", { unit: units.Celsius, decimals: 1 });
}

function alarms() {
  const fields = ["kind", "severity", "phase", "event", "actor", "since_raised_ms"];
  const panel = table({
    title: "Alarms in this time",
    description: "Each alarm with what happened to it last. Acknowledge on the live board, not here.",
    unit: "none",
    width: 12,
    height: 8,
    nothing: "none",
    queries: [
      {
        refId: "A",
        query: `SELECT "id", ${fields.map((name) => `"${name}"`).join(", ")} FROM "alarms" WHERE ${inRange}`,
        isTable: true,
      },
    ],
  });
  panel.transformations([
    ...newestOf("id", fields),
    columns(
      {
        kind: "Kind",
        severity: "Severity",
        phase: "Stands",
        event: "Last event",
        actor: "By",
        since_raised_ms: "After it was raised",
      },
      ["Time", "id"],
    ),
  ]);
  column(panel, "Stands", { unit: "string", mappings: [phaseWords] });
  return column(panel, "After it was raised", { unit: units.Milliseconds, decimals: 1 });
}
