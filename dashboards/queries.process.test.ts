/**
 * Goal: every question that a dashboard asks, of panels, variables and annotations, is one that InfluxDB answers with the columns, series and rows that the panel
 * needs. Method: a simulated site is written into a real InfluxDB 1.6 and each question is asked with its variables filled in as Grafana does; what must come back is
 * listed here for each by name, so that a new question without an entry fails.
 */
import { spawnSync } from "node:child_process";
import { influxSchema } from "@coldkeep/core/history/influx-schema.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allDashboards } from "./all.ts";
import { standardSettings } from "./settings.ts";
import { filled, type Question, questionsOf } from "./testing/grafana.ts";
import { type Influxd, type Series, startInfluxd } from "./testing/influxd.ts";
import {
  acknowledgedAfter,
  alarmCounts,
  silence,
  simulatedProbes,
  simulatedSite,
  stateAge,
} from "./testing/simulated-site.ts";

const minute = 60_000;
const day = 86_400_000;
const now = Date.now();
const chosen = { site: "ward", appliance: "fridge-1", probe: "fridge-1-product", air: "fridge-1-air" };
const ward = simulatedProbes.filter(({ site }) => site === "ward");

/** What a question must give back. */
interface Expected {
  /** Columns after `time`; of variables all. */
  readonly columns: readonly string[];
  /** Values of tags of each series, such as `fridge-1-product`; `[]` where there is one series without tags. */
  readonly series?: readonly (readonly string[])[];
  /** Rows of the first series; at least one where left out. */
  readonly rows?: readonly (readonly unknown[])[] | number;
  readonly check?: (answer: readonly Series[]) => void;
}

const byProbe = ward
  .map(({ probe }) => probe)
  .toSorted()
  .map((probe) => [probe]);
const n = (count: number): Expected => ({ columns: ["n"], series: [[]], rows: [[count]] });
const aboutStates = ["celsius", "since_ms", "alarm", "open_excursions", "held_units", "urgency"];
const sites: Expected = {
  columns: ["key", "value"],
  rows: [
    ["site", "clinic"],
    ["site", "ward"],
  ],
};
const unknownOfProbe = 1 / 2;

const expected: Readonly<Record<string, Expected>> = {
  "wall-board / $site": sites,
  "wall-board / Out of range / A": n(2),
  "wall-board / Unknown / A": n(1),
  "wall-board / Alarms waiting / A": n(1),
  "wall-board / Open excursions / A": n(1),
  // Both probes of fridge-1 tell of the same three units.
  "wall-board / Units on hold / A": n(3),
  "wall-board / Board last fed / A": { columns: ["entries"], check: isYoung },
  "wall-board / Every probe, what matters first / High": {
    columns: ["celsius"],
    series: [["fridge-1", "fridge-1-product"]],
    rows: [[7.2]],
  },
  "wall-board / Every probe, what matters first / Low": {
    columns: ["celsius"],
    series: [["incubator-1", "incubator-1-product"]],
    rows: [[19]],
  },
  "wall-board / Every probe, what matters first / Unknown": {
    columns: ["since_ms"],
    series: [["freezer-1", "freezer-1-product"]],
    rows: [[now - stateAge]],
  },
  "wall-board / Every probe, what matters first / In": {
    columns: ["celsius"],
    series: [
      ["fridge-1", "fridge-1-air"],
      ["fridge-2", "fridge-2-product"],
    ],
    rows: [[4]],
  },
  "wall-board / Every appliance, what matters first / Now": {
    columns: ["state", ...aboutStates],
    series: ward
      .map(({ appliance, probe }) => [appliance, probe])
      .toSorted((a, b) => (a.join() < b.join() ? -1 : 1)),
    // The unknown freezer: no temperature.
    rows: [["unknown", null, now - stateAge, "normal", 0, 0, 40]],
  },
  "wall-board / Every appliance, what matters first / Trend": {
    columns: ["trend"],
    series: byProbe,
    check: hasGap("fridge-1-product"),
  },
  "wall-board / Share of time that is unknown, all probes / A": {
    columns: ["share"],
    series: [[]],
    // Of five probes one was unknown for half of one hour, by the newest revision.
    check: ([series]) =>
      expect(numbers(series, 1).filter((share) => share > 0)).toEqual([unknownOfProbe / 5]),
  },

  "appliance / $site": sites,
  "appliance / $appliance": {
    columns: ["key", "value"],
    rows: ["freezer-1", "fridge-1", "fridge-2", "incubator-1"].map((each) => ["appliance", each]),
  },
  "appliance / $probe": {
    columns: ["key", "value"],
    rows: [
      ["probe", "fridge-1-air"],
      ["probe", "fridge-1-product"],
    ],
  },
  "appliance / $air": { columns: ["key", "value"], rows: [["probe", "fridge-1-air"]] },
  "appliance / Alarms": {
    columns: ["subject", "severity", "kind"],
    series: [[]],
    rows: [["fridge-1-product", "critical", "temperature-high"]],
  },
  "appliance / Excursions, when they became known": {
    columns: ["id", "side", "status", "change"],
    series: [[]],
    rows: 3,
  },
  "appliance / Now / A": { columns: ["celsius"], rows: [[7.2]] },
  "appliance / State / A": { columns: ["state"], rows: [["high"]] },
  "appliance / Since / A": { columns: ["since_ms"], rows: [[now - stateAge]] },
  "appliance / Lowest, mean, highest / A": {
    columns: ["lowest", "mean", "highest"],
    check: ([series]) => {
      const [, lowest, mean, highest] = (series?.values[0] ?? []).map(Number);
      // The sensor says 7.0 to 7.2, its calibration adds 0.2.
      expect(lowest).toBeGreaterThanOrEqual(7.2);
      expect(highest).toBeLessThanOrEqual(7.4);
      expect(mean).toBeGreaterThan(lowest ?? 0);
      expect(mean).toBeLessThan(highest ?? 0);
    },
  },
  "appliance / Known / A": {
    columns: ["known"],
    check: ([series]) => {
      const hours = Math.round(unknownOfProbe / (1 - (numbers(series, 1)[0] ?? 0)));
      expect([23, 24]).toContain(hours);
    },
  },
  "appliance / Temperature of $probe / Readings": {
    columns: ["mean", "min", "max"],
    series: [[]],
    check: hasGap(),
  },
  "appliance / Temperature of $probe / Limits": {
    columns: ["high limit", "low limit", "critical high", "critical low"],
    check: ([series]) => {
      const inWindow = (series?.values ?? []).filter(([at]) => Number(at) >= now - day);
      // From before the window to after its end, without a hole.
      expect(inWindow.every((row) => row.slice(1).join() === "6,2,10,1")).toBe(true);
      expect(Math.max(...inWindow.map(([at]) => Number(at)))).toBeGreaterThanOrEqual(now - minute);
      expect(Math.min(...(series?.values ?? []).map(([at]) => Number(at)))).toBeLessThan(now - day);
    },
  },
  "appliance / State over time / A": { columns: ["state"], series: [[]], rows: 72 },
  "appliance / Door / A": { columns: ["active"], series: [[]], rows: [[1], [0]] },
  "appliance / Compressor, from the air probe $air / A": {
    columns: ["slope"],
    check: ([series]) => {
      const runs = numbers(series, 1).map((slope) => slope < 0);
      const starts = runs.filter((isRunning, index) => isRunning && runs[index - 1] === false);
      // Three in each of 6 hours.
      expect(starts.length).toBeGreaterThanOrEqual(17);
      expect(starts.length).toBeLessThanOrEqual(19);
    },
  },
  "appliance / Air ($air): how far it swings / Air": { columns: ["mean"], series: [[]] },
  "appliance / Air ($air): how far it swings / Swing": {
    columns: ["swing"],
    series: [[]],
    check: ([series]) => expect(Math.max(...numbers(series, 1))).toBeCloseTo(2, 0),
  },
  "appliance / Time of each hour: in range, below, above, unknown / A": {
    columns: ["in", "low", "high", "unknown"],
    series: [[]],
    check: ([series]) => {
      const rows = (series?.values ?? []).map((row) => row.slice(1).map(Number));
      expect(rows.every((row) => row.reduce((sum, each) => sum + each, 0) === 3_600_000)).toBe(true);
      // The revised hour stands as its second revision has it, once.
      expect(rows.filter(([, , high]) => high === 900_000)).toHaveLength(1);
      expect(rows.some(([, , , unknown]) => unknown === 3_600_000)).toBe(false);
    },
  },
  "appliance / Readings, and those that are faults / A": { columns: ["readings", "faults"], series: [[]] },
  "appliance / Excursions that became known or changed in this time / A": {
    columns: [
      "id",
      "start_ms",
      "end_ms",
      "status",
      "extreme_celsius",
      "out_ms",
      "unknown_ms",
      "critical",
      "units_held",
    ],
    series: [[]],
    check: newest({ "excursion-1": "closed", "excursion-2": "open" }, "status"),
  },
  "appliance / Alarms in this time / A": {
    columns: ["id", "kind", "severity", "phase", "event", "actor", "since_raised_ms"],
    series: [[]],
    rows: [["open", "temperature-high", "critical", "unacknowledged", "raised", "engine", 0]],
  },

  "site-today / $site": sites,
  "site-today / Open excursions / A": n(1),
  "site-today / Units on hold / A": n(3),
  "site-today / Alarms waiting for somebody / A": n(1),
  "site-today / Probes unknown / A": n(1),
  "site-today / Excursions that are open / A": excursionRows(),
  "site-today / Excursions that became known or changed today / A": excursionRows(),
  "site-today / Units on hold, by excursion / A": {
    columns: ["excursion", "held", "event", "appliance"],
    series: [[]],
    check: newest({ "excursion-1": 0, "excursion-2": 3 }, "held"),
  },
  "site-today / Alarms that are open / A": {
    columns: ["id", "appliance", "subject", "kind", "severity", "phase", "actor", "note"],
    series: [[]],
    check: ([series]) => {
      const phases = newestRows(series, "phase");
      expect([...phases].filter(([, phase]) => phase !== "normal")).toEqual([["open", "unacknowledged"]]);
      expect(phases.size).toBe(alarmCounts.raised);
    },
  },
  "site-today / Probes that are unknown / A": {
    columns: ["since_ms"],
    series: [["freezer-1", "freezer-1-product"]],
    rows: [[now - stateAge]],
  },
  "site-today / Gateways, longest silent first / A": {
    columns: ["late_ms", "held_readings"],
    series: [["gateway-1"], ["gateway-2"]],
    check: (answer) => {
      const ages = answer.map(({ values }) => now - Number(values[0]?.[0]));
      expect(ages[0]).toBeLessThanOrEqual(minute);
      expect(ages[1]).toBeGreaterThanOrEqual(120 * minute);
      expect(answer.map(({ values }) => values[0]?.slice(1))).toEqual([
        [900, 4],
        [1_500, 70],
      ]);
    },
  },
  "site-today / Time of today that is known, by probe / A": {
    columns: ["known"],
    series: byProbe,
    check: (answer) =>
      expect(
        answer.filter((series) => (numbers(series, 1)[0] ?? 0) < 1).map(({ tags }) => tags?.["probe"]),
      ).toEqual(["fridge-1-product"]),
  },

  "alarm-quality / $site": sites,
  "alarm-quality / Per appliance and day / A": { columns: ["raised"], rows: [[alarmCounts.raised]] },
  "alarm-quality / Per appliance and day / B": {
    columns: ["appliance_days"],
    // Four appliances over two days, which touch three calendar days.
    check: ([series]) => expect([8, 12]).toContain(numbers(series, 1)[0]),
  },
  "alarm-quality / Per appliance and day / C": { columns: ["messages"], rows: [[acknowledgedAfter.length]] },
  "alarm-quality / Needed action / A": {
    columns: ["share"],
    rows: [[acknowledgedAfter.length / (acknowledgedAfter.length + alarmCounts.gone)]],
  },
  "alarm-quality / Time to acknowledge / A": { columns: ["p50", "p95"], rows: [[8 * minute, 9 * minute]] },
  "alarm-quality / Worst 10 minutes / A": {
    columns: ["most"],
    check: ([series]) => expect(numbers(series, 1)[0]).toBeGreaterThanOrEqual(1),
  },
  "alarm-quality / Lasted over 24 h / A": { columns: ["n"], rows: [[1]] },
  "alarm-quality / Alarms raised per day, by severity / A": {
    columns: ["raised"],
    series: [["critical"], ["warning"]],
    check: (answer) =>
      expect(answer.map((series) => sum(numbers(series, 1)))).toEqual([
        acknowledgedAfter.length + 1,
        alarmCounts.gone,
      ]),
  },
  "alarm-quality / Messages to people per day / Owed": {
    columns: ["owed"],
    series: [[]],
    check: ([series]) => expect(sum(numbers(series, 1))).toBe(acknowledgedAfter.length),
  },
  "alarm-quality / Messages to people per day / Sent": {
    columns: ["sent"],
    series: [[]],
    check: ([series]) => expect(sum(numbers(series, 1))).toBe(acknowledgedAfter.length),
  },
  "alarm-quality / Top talkers / A": {
    columns: ["raised"],
    series: [
      ["fridge-1", "temperature-high"],
      ["fridge-2", "door"],
    ],
    rows: [[acknowledgedAfter.length + 1]],
  },
  "alarm-quality / Gone before anybody came / A": {
    columns: ["gone"],
    series: [["fridge-2", "door"]],
    rows: [[alarmCounts.gone]],
  },
  "alarm-quality / Time that was unknown / A": {
    columns: ["share"],
    check: ([series]) => expect(numbers(series, 1)[0]).toBeCloseTo(unknownOfProbe / (5 * 48), 6),
  },

  "platform / $site": sites,
  "platform / Decision, p99 / A": { columns: ["decision_p99_ms"], rows: [[12.5]] },
  "platform / History behind by / A": { columns: ["projection_lag_ms"], rows: [[800]] },
  "platform / Free disk / A": { columns: ["disk_free_bytes"], rows: [[50_000_000_000]] },
  "platform / Records / A": { columns: ["records_bytes"], check: isYoung },
  "platform / Readings taken / A": {
    columns: ["readings"],
    series: [[]],
    // 150 in each 15 seconds.
    check: ([series]) =>
      expect(numbers(series, 1).filter((rate) => Math.abs(rate - 10) < 0.01).length).toBeGreaterThan(60),
  },
  "platform / Time to a decision, p99 / A": { columns: ["p99"], series: [[]] },
  "platform / Readings held back in the gateways' buffers / A": {
    columns: ["held"],
    series: [["gateway-1"], ["gateway-2"]],
  },
  "platform / How late readings arrive / A": { columns: ["late"], series: [["gateway-1"], ["gateway-2"]] },
  "platform / History behind the journal / A": { columns: ["entries"], series: [[]] },
  "platform / Disk / A": { columns: ["free", "records"], series: [[]] },
};

function excursionRows(): Expected {
  return {
    columns: [
      "id",
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
    ],
    series: [[]],
    check: newest({ "excursion-1": "closed", "excursion-2": "open" }, "status"),
  };
}

/** Numbers of a column, without the gaps. */
function numbers(series: Series | undefined, column: number): number[] {
  return (series?.values ?? []).map((row) => row[column]).filter((value) => typeof value === "number");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function isYoung([series]: readonly Series[]): void {
  expect(now - Number(series?.values[0]?.[0])).toBeLessThanOrEqual(15_000);
}

/** The probe's silence is there as intervals without a value, and what is before and after it has values. */
function hasGap(probe?: string): (answer: readonly Series[]) => void {
  return (answer) => {
    const series = probe === undefined ? answer[0] : answer.find(({ tags }) => tags?.["probe"] === probe);
    // No interval is longer.
    const margin = 10 * minute;
    const rows = (series?.values ?? []).map(([at, value]) => ({ age: now - Number(at), value }));
    const inGap = rows.filter(({ age }) => age < silence.from - margin && age > silence.to + margin);
    const around = rows.filter(
      ({ age }) =>
        (age < silence.to - margin && age > margin) || (age > silence.from + margin && age < 350 * minute),
    );
    expect(inGap.length).toBeGreaterThan(2);
    expect(inGap.every(({ value }) => value === null)).toBe(true);
    expect(around.length).toBeGreaterThan(20);
    expect(around.every(({ value }) => typeof value === "number")).toBe(true);
  };
}

/** What the panel makes of rows: of each thing the last. */
function newestRows(series: Series | undefined, column: string): Map<unknown, unknown> {
  const at = series?.columns.indexOf(column) ?? -1;
  return new Map((series?.values ?? []).map((row) => [row[1], row[at]]));
}

function newest(
  rows: Readonly<Record<string, unknown>>,
  column: string,
): (answer: readonly Series[]) => void {
  return ([series]) => expect(Object.fromEntries(newestRows(series, column))).toEqual(rows);
}

const isMissing = process.env["CI"] !== "true" && spawnSync("influxd", ["version"]).status !== 0;

describe.skipIf(isMissing)("on a real InfluxDB", () => {
  let influxd: Influxd;
  const all = allDashboards(standardSettings);
  const questions = all.flatMap(({ name, model }) =>
    questionsOf(name, model).map((question) => ({ name, question })),
  );

  beforeAll(async () => {
    influxd = await startInfluxd();
    await influxd.write(simulatedSite(now));
  });
  afterAll(() => influxd.stop());

  const askFor = (name: string, { query }: Question): Promise<readonly Series[]> => {
    const from = now - (name === "alarm-quality" ? 30 : 1) * day;
    return influxd.ask(
      filled(query, { from, to: now, interval: name === "appliance" ? "2m" : "5m", variables: chosen }),
    );
  };

  test("the simulated site holds every measurement and field of the schema, with its type", async () => {
    const held = await influxd.ask("SHOW FIELD KEYS");
    const fields = Object.fromEntries(
      held.map(({ name, values }) => [name, Object.fromEntries(values as [string, string][])]),
    );
    expect(fields).toEqual(
      Object.fromEntries(Object.entries(influxSchema).map(([name, each]) => [name, { ...each.fields }])),
    );
  });

  test("each question has an entry here, and each entry a question", () => {
    expect(questions.map(({ question }) => question.where).toSorted()).toEqual(
      Object.keys(expected).toSorted(),
    );
  });

  test.each(questions.map(({ name, question }) => [question.where, name, question] as const))(
    "%s",
    async (where, name, question) => {
      const wanted = expected[where];
      const answer = await askFor(name, question);
      const isVariable = question.kind === "variable";
      expect(wanted).toBeDefined();
      for (const { columns } of answer)
        expect(columns).toEqual(isVariable ? wanted?.columns : ["time", ...(wanted?.columns ?? [])]);
      if (wanted?.series !== undefined)
        expect(answer.map(({ tags }) => Object.values(tags ?? {}))).toEqual(wanted.series);
      const rows = (answer[0]?.values ?? []).map((row) => (isVariable ? row : row.slice(1)));
      expect(
        answer.some(({ values }) => values.some((row) => row.slice(1).some((value) => value !== null))),
      ).toBe(true);
      if (typeof wanted?.rows === "number") expect(rows).toHaveLength(wanted.rows);
      else if (wanted?.rows !== undefined) expect(rows).toEqual(wanted.rows);
      wanted?.check?.(answer);
      // Nothing of another site.
      if (where !== `${name} / $site`) expect(JSON.stringify(answer)).not.toContain("clinic");
    },
  );

  test("a site with a time zone of its own has the days of that zone", async () => {
    const settings = { ...standardSettings, timeZone: "Europe/Brussels" };
    const model = allDashboards(settings).find(({ name }) => name === "alarm-quality")?.model;
    const perDay =
      model === undefined ? [] : questionsOf("", model).filter(({ query }) => query.includes("tz("));
    expect(perDay).toHaveLength(3);
    for (const question of perDay) {
      const [series] = await askFor("alarm-quality", question);
      const hours = (series?.values ?? []).map(([at]) =>
        new Date(Number(at)).toLocaleTimeString("en-GB", { timeZone: settings.timeZone }),
      );
      expect(new Set(hours), question.where).toEqual(new Set(["00:00:00"]));
    }
  });

  test("figures that count say nought where there is nothing, and nothing where no state is known", async () => {
    const counts = questions.filter(({ question }) => question.query.includes('count("urgency") * 0'));
    expect(counts.length).toBeGreaterThan(4);
    for (const { question } of counts) {
      const empty = question.query.replaceAll(/= '\w[\w-]*'/g, "= 'nowhere'");
      const fill = { from: now - day, to: now, interval: "5m" };
      const nought = await influxd.ask(filled(empty, { ...fill, variables: chosen }));
      expect(nought[0]?.values[0]?.[1], question.where).toBe(0);
      const blind = await influxd.ask(
        filled(question.query, { ...fill, variables: { ...chosen, site: "elsewhere" } }),
      );
      expect(blind, question.where).toEqual([]);
    }
  });
});
