import { BigValueTextMode, TableCellDisplayMode } from "@grafana/grafana-foundation-sdk/common";
import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { excursionColumns } from "./appliance.ts";
import { column, columns, figures, newestOf, sorted, steps, table, type Transformation } from "./panels.ts";
import { countOf, here, standings, sumOverAppliances, sumOverProbes } from "./query.ts";
import type { DashboardSettings } from "./settings.ts";
import { dashboard } from "./shared.ts";
import { phaseWords, stateColors } from "./words.ts";

/** For the handover between shifts: what is open, what was, what is silent. */
export function siteToday(settings: DashboardSettings): DashboardBuilder {
  const page = dashboard(
    {
      uid: "coldkeep-site-today",
      title: "Site today",
      description:
        "What is open now and what happened since midnight: excursions, units on hold, alarms, devices that are silent.",
      from: "now/d",
      refresh: "30s",
    },
    settings,
  );
  for (const panel of summary()) page.withPanel(panel);
  return page
    .withPanel(openExcursions())
    .withPanel(todaysExcursions())
    .withPanel(holds())
    .withPanel(openAlarms())
    .withPanel(silentProbes())
    .withPanel(gateways())
    .withPanel(known());
}

const silent = "BLIND: no state for 12 min";

function summary() {
  const figure = (title: string, query: string, color: string, description: string) =>
    figures({
      title,
      description,
      unit: "none",
      width: 6,
      height: 4,
      nothing: silent,
      queries: [{ refId: "A", query, alias: title }],
    })
      .thresholds(steps([null, "green"], [1, color]))
      .textMode(BigValueTextMode.Value);
  return [
    figure(
      "Open excursions",
      sumOverProbes("open_excursions"),
      "orange",
      "Excursions that are not over now.",
    ),
    figure(
      "Units on hold",
      sumOverAppliances("held_units"),
      "orange",
      "Units on hold in this site's appliances. Decide about each in Coldkeep.",
    ),
    figure(
      "Alarms waiting for somebody",
      countOf(`"alarm" = 'unacknowledged' OR "alarm" = 'latched-unacknowledged'`),
      "red",
      "Probes with an alarm that nobody has taken on. Take it on at the live board.",
    ),
    figure(
      "Probes unknown",
      countOf(`"state" = 'unknown'`),
      "purple",
      "Probes of which nobody knows the temperature now: see the list of silent ones.",
    ),
  ];
}

const excursionFields = [
  "appliance",
  "probe",
  "side",
  "start_ms",
  "end_ms",
  "status",
  "extreme_celsius",
  "out_ms",
  "unknown_ms",
  "critical",
  "units_held",
] as const;

function excursionTable(
  title: string,
  description: string,
  filter: string,
  further: readonly Transformation[],
) {
  const panel = table({
    title,
    description,
    unit: "none",
    width: 24,
    height: 8,
    nothing: "none",
    queries: [
      {
        refId: "A",
        query: `SELECT "id", ${excursionFields.map((name) => `"${name}"`).join(", ")} FROM "excursions" WHERE ${filter} AND ${here}`,
        isTable: true,
      },
    ],
  });
  panel.transformations([
    ...newestOf("id", excursionFields),
    ...further,
    sorted("start_ms", true),
    columns({
      id: "Excursion",
      appliance: "Appliance",
      probe: "Probe",
      side: "Side",
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

function openExcursions() {
  return excursionTable(
    "Excursions that are open",
    "By the newest revision of each, of the last 60 days. Open one for its units and its report.",
    "time > now() - 60d",
    [keepWhere("status", { id: "equal", options: { value: "open" } })],
  );
}

function todaysExcursions() {
  return excursionTable(
    "Excursions that became known or changed today",
    "Also those of earlier days of which something became known today, such as readings that came late. The newest revision of each.",
    "$timeFilter",
    [],
  );
}

function keepWhere(
  fieldName: string,
  config: { readonly id: string; readonly options: unknown },
): Transformation {
  return {
    id: "filterByValue",
    options: { filters: [{ fieldName, config }], match: "all", type: "include" },
  };
}

function holds() {
  const panel = table({
    title: "Units on hold, by excursion",
    description:
      "How many units each excursion of the last 90 days holds now. They may have been moved or issued since: the excursion's page names them and where they are.",
    unit: "none",
    width: 10,
    height: 9,
    nothing: "none",
    queries: [
      {
        refId: "A",
        query: `SELECT "excursion", "held", "event", "appliance" FROM "holds" WHERE time > now() - 90d AND ${here}`,
        isTable: true,
      },
    ],
  });
  panel.transformations([
    ...newestOf("excursion", ["appliance", "held", "event"]),
    keepWhere("held", { id: "greater", options: { value: 0 } }),
    sorted("held", true),
    columns({ excursion: "Excursion", appliance: "Appliance", held: "Units held", event: "Last change" }),
  ]);
  return column(panel, "Excursion", {
    links: [
      { title: "Open the excursion", url: "${coldkeep:raw}/excursions/${__value.raw}", targetBlank: true },
    ],
  });
}

function openAlarms() {
  const fields = ["appliance", "subject", "kind", "severity", "phase", "actor", "note"];
  const panel = table({
    title: "Alarms that are open",
    description:
      "Every alarm of the last 35 days that is not over, as it stands. Waiting ones first: go there and acknowledge on the live board.",
    unit: "string",
    width: 14,
    height: 9,
    nothing: "none",
    queries: [
      {
        refId: "A",
        query: `SELECT "id", ${fields.map((name) => `"${name}"`).join(", ")} FROM "alarms" WHERE time > now() - 35d AND ${here}`,
        isTable: true,
      },
    ],
  });
  panel.transformations([
    ...newestOf("id", fields),
    keepWhere("phase", { id: "notEqual", options: { value: "normal" } }),
    sorted("phase", true),
    columns(
      {
        phase: "Stands",
        appliance: "Appliance",
        subject: "About",
        kind: "Kind",
        severity: "Severity",
        actor: "By",
        note: "Note",
      },
      ["Time", "id"],
    ),
  ]);
  return column(panel, "Stands", {
    mappings: [phaseWords],
    "custom.cellOptions": { type: TableCellDisplayMode.ColorBackground, mode: "basic" },
  });
}

function silentProbes() {
  const panel = table({
    title: "Probes that are unknown",
    description:
      "Silent, broken or not believed, and since when. Longest first. Measure by hand; then look at the sensor.",
    unit: "string",
    width: 12,
    height: 8,
    nothing: "none (or BLIND: see Probes unknown above)",
    queries: [
      {
        refId: "A",
        query: `SELECT "since_ms" FROM (${standings(["since_ms"])}) WHERE "state" = 'unknown' GROUP BY "appliance", "probe"`,
        isTable: true,
      },
    ],
  });
  panel.transformations([
    sorted("since_ms", false),
    columns({ appliance: "Appliance", probe: "Probe", since_ms: "Unknown since" }),
  ]);
  return column(panel, "Unknown since", { unit: units.DateTimeFromNow });
}

function gateways() {
  const panel = table({
    title: "Gateways, longest silent first",
    description:
      "When each gateway of the last 7 days was last heard, what it still held back and how late its readings were. Silent for more than 5 minutes: its power, its network.",
    unit: "none",
    width: 12,
    height: 8,
    nothing: "no gateway was heard in 7 days",
    queries: [
      {
        refId: "A",
        query: `SELECT last("late_ms") AS "late_ms", "held_readings" FROM "gateways" WHERE time > now() - 7d AND ${here} GROUP BY "gateway"`,
        isTable: true,
      },
    ],
  });
  panel.transformations([
    sorted("Time", false),
    columns(
      { gateway: "Gateway", Time: "Last heard", held_readings: "Readings held back", late_ms: "Late by" },
      [],
    ),
  ]);
  column(panel, "Last heard", { unit: units.DateTimeFromNow });
  return column(panel, "Late by", { unit: units.Milliseconds });
}

function known() {
  return figures({
    title: "Time of today that is known, by probe",
    description:
      "How much of today's whole hours the temperature of each probe is known. What is missing to 100 % cannot be proven to anybody.",
    unit: units.PercentUnit,
    width: 24,
    height: 7,
    nothing: "no whole hour yet today",
    queries: [
      {
        refId: "A",
        query:
          `SELECT sum("known") / (sum("known") + sum("unknown")) AS "known" FROM (SELECT last("unknown_ms") AS "unknown", ` +
          `last("in_ms") + last("low_ms") + last("high_ms") AS "known" FROM "coverage" WHERE $timeFilter AND ${here} ` +
          `GROUP BY time(1h), "probe" fill(none)) WHERE $timeFilter GROUP BY "probe"`,
        alias: "$tag_probe",
      },
    ],
  })
    .decimals(1)
    .thresholds(steps([null, stateColors.unknown], [0.999, "green"]));
}
