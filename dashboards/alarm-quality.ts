import { GraphDrawStyle, StackingConfigBuilder, StackingMode } from "@grafana/grafana-foundation-sdk/common";
import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { column, columns, curves, figures, sorted, steps, table } from "./panels.ts";
import { here } from "./query.ts";
import type { DashboardSettings } from "./settings.ts";
import { dashboard } from "./shared.ts";

const range = `$timeFilter AND ${here}`;
const raised = `"event" = 'raised'`;

/** Whether alarms are worth the people whom they call. */
export function alarmQuality(settings: DashboardSettings): DashboardBuilder {
  const days = daysOf(settings);
  return dashboard(
    {
      uid: "coldkeep-alarm-quality",
      title: "Alarm quality",
      description:
        "Whether alarms are few enough to be answered, and answered soon. For the monthly review by quality and engineering: an alarm on which nobody has to act should not be one. Look at no less than 30 days.",
      from: "now-30d",
      refresh: "15m",
    },
    settings,
  )
    .withPanel(perApplianceAndDay())
    .withPanel(acted())
    .withPanel(timeToAcknowledge())
    .withPanel(worstTenMinutes())
    .withPanel(stale())
    .withPanel(perDay(days))
    .withPanel(messages(days))
    .withPanel(talkers())
    .withPanel(noisy())
    .withPanel(unknownTime());
}

function perApplianceAndDay() {
  const share = (of: string, alias: string) => ({
    id: "calculateField",
    options: {
      mode: "binary",
      binary: { left: of, operator: "/", right: "appliance_days" },
      alias,
      replaceFields: false,
    },
  });
  const asked = (refId: string, query: string) => ({ refId, query, isTable: true });
  return figures({
    title: "Per appliance and day",
    description:
      "Alarms raised, and messages to people about them, over the days on which each appliance was judged. A children's hospital came from about 0.14 alerts down to 0.012. Above 0.1: go through the top talkers and mend the cause, or back-test other limits and delays (docs/commands.md). Messages about several appliances at once count as well.",
    unit: "none",
    width: 6,
    height: 6,
    nothing: "no alarm",
    queries: [
      asked("A", `SELECT count("id") AS "raised" FROM "alarms" WHERE ${range} AND ${raised}`),
      asked(
        "B",
        `SELECT count("n") AS "appliance_days" FROM (SELECT count("in_ms") AS "n" FROM "coverage" WHERE ${range} GROUP BY time(1d), "appliance" fill(none)) WHERE $timeFilter`,
      ),
      asked("C", `SELECT count("alarm") AS "messages" FROM "calls" WHERE ${range} AND "outcome" = 'owed'`),
    ],
  })
    .decimals(3)
    .thresholds(steps([null, "green"], [0.1, "orange"], [0.5, "red"]))
    .transformations([
      { id: "concatenate", options: { frameNameMode: "drop" } },
      share("raised", "alarms"),
      share("messages", "calls"),
      { id: "filterFieldsByName", options: { include: { names: ["alarms", "calls"] } } },
    ]);
}

function acted() {
  const ones = `SELECT "since_raised_ms" * 0 + 1 AS "n" FROM "alarms" WHERE ${range} AND "event" = 'acknowledged' AND "phase" = 'acknowledged'`;
  const noughts = `SELECT "since_raised_ms" * 0 AS "n" FROM "alarms" WHERE ${range} AND "event" = 'returned' AND "phase" = 'returned-unacknowledged'`;
  return figures({
    title: "Needed action",
    description:
      "Of the alarms that somebody took on or that went away by themselves: the share that was taken on while it lasted. The rest were gone before anybody came: too nervous, or answered too late. Below 80 %: longer delays for those that go away by themselves.",
    unit: units.PercentUnit,
    width: 5,
    height: 6,
    nothing: "no alarm has ended or was taken on",
    queries: [
      {
        refId: "A",
        query: `SELECT mean("n") AS "share" FROM (${ones}), (${noughts}) WHERE $timeFilter`,
        alias: "needed action",
      },
    ],
  })
    .decimals(0)
    .thresholds(steps([null, "red"], [0.5, "orange"], [0.8, "green"]));
}

function timeToAcknowledge() {
  const acknowledged = `FROM "alarms" WHERE ${range} AND "event" = 'acknowledged'`;
  return figures({
    title: "Time to acknowledge",
    description:
      "From raised to acknowledged: half of all alarms within p50, 95 of 100 within p95. Blood is lost in the answer, not in the detection: above 15 minutes look at who is called, and at the escalation.",
    unit: units.Milliseconds,
    width: 6,
    height: 6,
    nothing: "nothing was acknowledged",
    queries: [
      {
        refId: "A",
        query: `SELECT percentile("since_raised_ms", 50) AS "p50", percentile("since_raised_ms", 95) AS "p95" ${acknowledged}`,
        alias: "$col",
      },
    ],
  })
    .decimals(1)
    .thresholds(steps([null, "green"], [900_000, "orange"], [1_800_000, "red"]));
}

function worstTenMinutes() {
  return figures({
    title: "Worst 10 minutes",
    description:
      "Most alarms raised within 10 minutes. More than 10 is a flood (ISA-18.2): nobody can answer that many. Look for their common cause.",
    unit: "none",
    width: 4,
    height: 6,
    nothing: "no alarm",
    queries: [
      {
        refId: "A",
        query: `SELECT max("n") AS "most" FROM (SELECT count("id") AS "n" FROM "alarms" WHERE ${range} AND ${raised} GROUP BY time(10m) fill(none)) WHERE $timeFilter`,
        alias: "alarms in 10 minutes",
      },
    ],
  }).thresholds(steps([null, "green"], [3, "orange"], [11, "red"]));
}

function stale() {
  return figures({
    title: "Lasted over 24 h",
    description:
      "Alarms that lasted longer than a day before they went. There should be none: mend it, or take the empty appliance out of service.",
    unit: "none",
    width: 3,
    height: 6,
    nothing: "none",
    queries: [
      {
        refId: "A",
        query: `SELECT count("since_raised_ms") AS "n" FROM "alarms" WHERE ${range} AND "event" = 'returned' AND "since_raised_ms" > 86400000`,
        alias: "over 24 h",
      },
    ],
  }).thresholds(steps([null, "green"], [1, "orange"]));
}

/** Days for `GROUP BY`: InfluxDB's are UTC days where it is not told of a zone. The browser's zone is not known to a question. */
interface Days {
  readonly clause: string;
  readonly words: string;
}

function daysOf({ timeZone }: DashboardSettings): Days {
  if (!timeZone.includes("/")) return { clause: "", words: "Days are UTC days." };
  return { clause: ` tz('${timeZone}')`, words: `Days are those of ${timeZone}.` };
}

function perDay(days: Days) {
  return curves({
    title: "Alarms raised per day, by severity",
    description: `${days.words} Critical ones should be about 5 of 100, warnings 15, advisory ones the rest: where everything is critical nothing is.`,
    unit: units.Short,
    width: 12,
    height: 9,
    nothing: "no alarm",
    queries: [
      {
        refId: "A",
        query: `SELECT count("id") AS "raised" FROM "alarms" WHERE ${range} AND ${raised} GROUP BY time(1d), "severity" fill(0)${days.clause}`,
        alias: "$tag_severity",
      },
    ],
  })
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(80)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
    .overrideByName("critical", [{ id: "color", value: { mode: "fixed", fixedColor: "red" } }])
    .overrideByName("warning", [{ id: "color", value: { mode: "fixed", fixedColor: "orange" } }])
    .overrideByName("advisory", [{ id: "color", value: { mode: "fixed", fixedColor: "blue" } }]);
}

function messages(days: Days) {
  const outcome = (name: string): string =>
    `SELECT count("alarm") AS "${name}" FROM "calls" WHERE ${range} AND "outcome" = '${name}' GROUP BY time(1d) fill(0)${days.clause}`;
  return curves({
    title: "Messages to people per day",
    description: `${days.words} Messages that were owed to people, and those that were handed over. An on-call person should get no more than one or two in a shift. Fewer sent than owed: see the alarm about messages, and mend the way to people first.`,
    unit: units.Short,
    width: 12,
    height: 9,
    nothing: "no message",
    queries: [
      { refId: "Owed", query: outcome("owed"), alias: "owed" },
      { refId: "Sent", query: outcome("sent"), alias: "sent" },
    ],
  })
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(50);
}

function talkers() {
  const panel = table({
    title: "Top talkers",
    description:
      "Which appliance raises which alarm how often. Ten lines make most of the noise as a rule: mend those first. Open an appliance for its curve.",
    unit: "none",
    width: 14,
    height: 11,
    nothing: "no alarm",
    queries: [
      {
        refId: "A",
        query: `SELECT count("id") AS "raised" FROM "alarms" WHERE ${range} AND ${raised} GROUP BY "appliance", "kind"`,
        isTable: true,
      },
    ],
  });
  panel.transformations([
    sorted("raised", true),
    { id: "limit", options: { limitField: 10 } },
    columns({ appliance: "Appliance", kind: "Kind", raised: "Raised" }),
  ]);
  return column(panel, "Appliance", {
    links: [
      { title: "Open the appliance", url: "${coldkeep:raw}/appliances/${__value.raw}", targetBlank: true },
    ],
  });
}

function noisy() {
  const panel = table({
    title: "Gone before anybody came",
    description:
      "Alarms that went away by themselves unacknowledged, by appliance and kind: candidates for a longer delay. Back-test it first: it must miss no excursion.",
    unit: "none",
    width: 10,
    height: 11,
    nothing: "none",
    queries: [
      {
        refId: "A",
        query: `SELECT count("id") AS "gone" FROM "alarms" WHERE ${range} AND "event" = 'returned' AND "phase" = 'returned-unacknowledged' GROUP BY "appliance", "kind"`,
        isTable: true,
      },
    ],
  });
  return panel.transformations([
    sorted("gone", true),
    columns({ appliance: "Appliance", kind: "Kind", gone: "Went by themselves" }),
  ]);
}

function unknownTime() {
  return figures({
    title: "Time that was unknown",
    description:
      "Of all probes' time in this range. Few alarms are only good news where this is near nought: what nobody measures raises no alarm.",
    unit: units.PercentUnit,
    width: 24,
    height: 4,
    nothing: "no whole hour yet",
    queries: [
      {
        refId: "A",
        query:
          `SELECT sum("unknown") / (sum("known") + sum("unknown")) AS "share" FROM (SELECT last("unknown_ms") AS "unknown", ` +
          `last("in_ms") + last("low_ms") + last("high_ms") AS "known" FROM "coverage" WHERE ${range} ` +
          `GROUP BY time(1h), "probe" fill(none)) WHERE $timeFilter`,
        alias: "unknown",
      },
    ],
  })
    .decimals(2)
    .thresholds(steps([null, "green"], [0.001, "purple"]));
}
