/**
 * Goal: the committed dashboards are those that the code makes, and keep to the rules of the house: units, one data source, stable uids, time filters, names that the
 * history has, unknown shown as unknown. Method: the files and models are read; no engine is asked.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { allDashboards } from "./all.ts";
import { written } from "./written.ts";
import { takesOf } from "./question-words.ts";
import { standardSettings } from "./settings.ts";
import { sketchPage } from "./sketch.ts";
import { questionsOf } from "./testing/grafana.ts";

const all = allDashboards(standardSettings);
const folder = join(import.meta.dirname, "json");

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly datasource: { readonly uid: string };
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly custom?: { readonly spanNulls?: boolean; readonly insertNulls?: unknown };
    };
  };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly query: string; readonly datasource: { readonly uid: string } }[];
}

const panels = all.flatMap(({ name, model }) =>
  (model.panels ?? []).map((panel) => ({ name, panel: panel as unknown as Panel })),
);
const questions = all.flatMap(({ name, model }) => questionsOf(name, model));

test("the committed files are what the code makes, and there are no others", () => {
  expect(readdirSync(folder).toSorted()).toEqual(all.map(({ name }) => `${name}.json`).toSorted());
  for (const { name, model } of all)
    expect(readFileSync(join(folder, `${name}.json`), "utf8"), `${name}: run npm run dashboards`).toBe(
      written(model),
    );
});

test("docs/dashboards.md draws them as they are", () => {
  const page = readFileSync(join(import.meta.dirname, "../docs/dashboards.md"), "utf8");
  expect(page, "run npm run dashboards").toBe(sketchPage(all));
});

test("uids never change: links and bookmarks hold them", () => {
  expect(Object.fromEntries(all.map(({ name, model }) => [name, model.uid]))).toEqual({
    "wall-board": "coldkeep-wall-board",
    appliance: "coldkeep-appliance",
    "site-today": "coldkeep-site-today",
    "alarm-quality": "coldkeep-alarm-quality",
    platform: "coldkeep-platform",
  });
});

test("another site's address and time zone go into every dashboard", () => {
  for (const { model } of allDashboards({ baseUrl: "https://cold.example", timeZone: "Europe/Brussels" })) {
    expect(model.timezone).toBe("Europe/Brussels");
    expect(JSON.stringify(model)).toContain("https://cold.example");
    expect(JSON.stringify(model)).not.toContain(standardSettings.baseUrl);
  }
});

describe("every panel", () => {
  test("has a title of its own, a description, a unit, the data source, and says what it means when it is empty", () => {
    for (const { name, panel } of panels) {
      const { title, description, fieldConfig, datasource, targets } = panel;
      const where = `${name} / ${title}`;
      expect(title, where).not.toBe("");
      expect(description.length, where).toBeGreaterThan(15);
      expect(fieldConfig.defaults.unit, where).toMatch(/^\w+$/);
      expect(fieldConfig.defaults.noValue, where).toMatch(/\w/);
      for (const each of [{ datasource }, ...targets])
        expect(each.datasource.uid, where).toBe("coldkeep-influx");
      expect(targets.length, where).toBeGreaterThan(0);
    }
    const titles = panels.map(({ name, panel }) => `${name} / ${panel.title}`);
    expect(titles).toEqual([...new Set(titles)]);
  });

  test("stands on the grid and on nothing else", () => {
    for (const { name, model } of all) {
      const taken = new Map<string, string>();
      for (const { title, gridPos } of (model.panels ?? []) as unknown as Panel[]) {
        expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect(taken.get(`${x},${y}`), `${name} / ${title}`).toBeUndefined();
            taken.set(`${x},${y}`, title);
          }
      }
    }
  });

  test("about temperatures says unknown where none is known, and never draws over a gap", () => {
    const about = panels.filter(({ panel }) => panel.fieldConfig.defaults.unit === "celsius");
    expect(about.length).toBeGreaterThan(4);
    for (const { name, panel } of about) {
      const where = `${name} / ${panel.title}`;
      expect(`${panel.fieldConfig.defaults.noValue} ${panel.description}`, where).toMatch(
        /unknown|known|air/i,
      );
      if (panel.type !== "timeseries") continue;
      expect(panel.fieldConfig.defaults.custom?.spanNulls, where).toBe(false);
      for (const { query } of panel.targets)
        if (query.includes('"readings"')) expect(query, where).toMatch(/fill\(null\)$/);
    }
  });

  test("that draws states or readings as stretches ends them where nothing was said for 12 minutes", () => {
    const about = panels.filter(
      ({ panel }) =>
        panel.type === "state-timeline" && /"(states|readings)"/.test(panel.targets[0]?.query ?? ""),
    );
    expect(about).toHaveLength(2);
    for (const { panel } of about)
      expect(panel.fieldConfig.defaults.custom?.insertNulls, panel.title).toBe(720_000);
  });

  test("about temperatures has, on its dashboard, how much of the time is known", () => {
    for (const { name, model } of all) {
      const text = JSON.stringify(model.panels);
      if (text.includes("celsius")) expect(text, name).toContain("unknown_ms");
    }
  });
});

describe("every question", () => {
  test("has a time filter and keeps to the chosen site, panel by panel", () => {
    for (const { where, query, kind } of questions) {
      if (kind === "variable") continue;
      expect(query, where).toMatch(/\$timeFilter|time > now\(\) - \d+[md]|time >= \$\{__from\}ms/);
      expect(query, where).toContain(`"site" =~ /^$site$/`);
      // Every measurement that is read directly is bounded where it is read.
      const reads = query.split(/FROM "\w+" WHERE /).slice(1);
      expect(reads.length, where).toBe([...query.matchAll(/FROM "/g)].length);
      for (const rest of reads) expect(rest, where).toMatch(/^(\$timeFilter|time >)/);
    }
  });

  test("takes only what the history has", () => {
    for (const { where, query } of questions.filter(({ kind }) => kind !== "variable")) {
      const { measurements, unknown, fields } = takesOf(query);
      expect(unknown, where).toEqual([]);
      expect(measurements.length, where).toBeGreaterThan(0);
      expect(fields.length, where).toBeGreaterThan(0);
    }
  });

  test("is read rightly: a name that the history lacks is found", () => {
    expect(takesOf(`SELECT last("warmth") FROM "states" WHERE time > now() - 1m`).unknown).toEqual([
      "warmth",
    ]);
    expect(takesOf(`SELECT "x" FROM "states_old" WHERE time > now() - 1m`).unknown).toEqual([
      "states_old",
      "x",
    ]);
  });
});

test("links lead to pages that Coldkeep has", () => {
  const links = [...JSON.stringify(all.map(({ model }) => model)).matchAll(/"url":"([^"]*)"/g)].map(
    ([, url]) => url,
  );
  expect(new Set(links)).toEqual(
    new Set([
      "${coldkeep:raw}/",
      "${coldkeep:raw}/excursions",
      "${coldkeep:raw}/appliances/${__field.labels.appliance}",
      "${coldkeep:raw}/appliances/${__value.raw}",
      "${coldkeep:raw}/excursions/${__value.raw}",
    ]),
  );
});
