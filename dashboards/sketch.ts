import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { NamedDashboard } from "./all.ts";
import { questionWords } from "./question-words.ts";

/** Characters for a column of Grafana's 24, and lines for a row of 30 pixels. */
const columnWidth = 5;
const linesOfRow = 1;

/** What the page needs of a panel. */
interface SketchedPanel {
  readonly title: string;
  readonly description: string;
  readonly type: string;
  readonly unit: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly queries: readonly string[];
  /** What stands in it: a table's columns, the names of figures, curves and stretches. */
  readonly contents: string;
}

/** The page of docs/dashboards.md: every dashboard as a drawing with its panels in words. */
export function sketchPage(all: readonly NamedDashboard[]): string {
  return `${[intro, ...all.map(({ name, model }) => section(name, model))].join("\n\n")}\n`;
}

const intro = `# Dashboards

<!-- Made by \`npm run dashboards\` from the dashboards themselves; a test holds it to them. -->

Grafana shows the history; it decides nothing. Alarms, excursions and holds are Coldkeep's, and where a dashboard has no data it says so: unknown is shown as unknown (purple, or a
gap in a curve), never as good. "BLIND" means that no state younger than 12 minutes reached the history: then look at the live board, which does not depend on it.

The files in \`dashboards/json\` are made from \`dashboards/*.ts\`; put them up with the data source \`coldkeep-influx\` (InfluxQL) as docker-compose.yml does, or import them by hand.
For a site with its own address and time zone:

    npm run dashboards -- --out /etc/grafana/coldkeep --url https://coldkeep.example --time-zone Europe/Brussels

The time zone of the committed ones is that of the browser, and a day in "per day" is a UTC day; with \`--time-zone\` both are the site's. What is measured, tag by tag and field by field: [influx.md](influx.md).

The drawings show where each panel stands and how large it is, with its unit and the names of what is in it. Every question is put to InfluxDB 1.6, on a simulated site, where what
must come back is checked, and on what the server's own projection wrote (\`npx vitest run dashboards\`). Grafana itself is no part of these tests: nothing here says how it looks on a screen.`;

function section(name: string, model: Dashboard): string {
  const panels = (model.panels ?? []).map((panel) => sketched(panel as unknown as GrafanaPanel));
  const chosen = (model.templating.list ?? []).filter(({ type }) => (type as string) === "query");
  const marked = model.annotations.list ?? [];
  const rows = panels.map(
    ({ title, type, unit, description, queries }) =>
      `| ${cell(title)} | ${looks(type, unit)} | ${cell(description)} | ${cell(queries.map(questionWords).join(" · "))} |`,
  );
  return [
    `## ${model.title ?? ""}`,
    "",
    model.description ?? "",
    "",
    `\`dashboards/json/${name}.json\`, uid \`${model.uid ?? ""}\`; shows ${model.time?.from ?? ""} to ${model.time?.to ?? ""}, anew every ${model.refresh ?? ""}.` +
      ` To choose: ${chosen.map(({ label, name }) => label ?? name).join(", ")}.` +
      (marked.length === 0
        ? ""
        : ` Marks on the curves: ${marked.map((each) => each.name.toLowerCase()).join("; ")}.`),
    "",
    "```text",
    drawing(panels),
    "```",
    "",
    "| panel | as | what it shows, and what to do | what it asks for |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

interface GrafanaPanel {
  readonly title?: string;
  readonly description?: string;
  readonly type: string;
  readonly fieldConfig?: {
    readonly defaults?: {
      readonly unit?: string;
      readonly mappings?: readonly { readonly options: Mapped }[];
    };
  };
  readonly transformations?: readonly {
    readonly options: { readonly renameByName?: Readonly<Record<string, string>>; readonly alias?: string };
  }[];
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly query?: string; readonly alias?: string }[];
}

/** The words of a mapping: by value, or for a range. */
type Mapped =
  | { readonly result: { readonly text: string } }
  | Readonly<Record<string, { readonly text: string }>>;

function sketched(panel: GrafanaPanel): SketchedPanel {
  const { x = 0, y = 0, w = 24, h = 8 } = panel.gridPos ?? {};
  return {
    title: panel.title ?? "",
    description: panel.description ?? "",
    type: panel.type,
    unit: panel.fieldConfig?.defaults?.unit ?? "",
    x,
    y,
    w,
    h,
    queries: (panel.targets ?? []).map(({ query }) => query ?? ""),
    contents: contentsOf(panel),
  };
}

function contentsOf({ type, targets = [], transformations = [], fieldConfig }: GrafanaPanel): string {
  const renamed = transformations.flatMap(({ options }) => Object.entries(options.renameByName ?? {}));
  const columns = renamed.filter(([from]) => !from.endsWith("(last)")).map(([, to]) => to);
  if (type === "table") return `[ ${columns.join(" | ")} ]`;
  const words = (fieldConfig?.defaults?.mappings ?? []).flatMap(({ options }) =>
    "result" in options ? [options.result.text] : Object.values(options).map(({ text }) => text),
  );
  if (type === "state-timeline") return words.join(" / ");
  const made = transformations.flatMap(({ options }) => (options.alias === undefined ? [] : [options.alias]));
  const names = made.length > 0 ? made : targets.flatMap(namesOf);
  return names.length < 2 && !(names[0] ?? "").startsWith("<") ? "" : names.join(", ");
}

/** The names of what a question gives: its columns, or its alias with tags as `<probe>`. */
function namesOf({
  query = "",
  alias = "$col",
}: {
  readonly query?: string;
  readonly alias?: string;
}): string[] {
  if (alias !== "$col") return [alias.replaceAll(/\$tag_(\w+)/g, "<$1>")];
  const outer = query.slice(0, query.indexOf(" FROM "));
  return [...outer.matchAll(/AS "([^"]+)"/g)].map(([, name]) => name ?? "");
}

const kindWords: Readonly<Record<string, string>> = {
  stat: "large figures",
  table: "table",
  timeseries: "curves",
  "state-timeline": "stretches of time",
};

function looks(type: string, unit: string): string {
  const kind = kindWords[type] ?? type;
  return type === "table" ? kind : `${kind}, ${unitWords(unit)}`;
}

function unitWords(unit: string): string {
  const words: Readonly<Record<string, string>> = {
    celsius: "°C",
    percentunit: "%",
    none: "count",
    short: "count",
    string: "words",
    ms: "time span",
    bytes: "bytes",
    cps: "per second",
    dateTimeFromNow: "how long ago",
  };
  return words[unit] ?? unit;
}

/** A cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** Draws boxes on the grid, each with its title, its unit and what kind of panel it is. */
function drawing(panels: readonly SketchedPanel[]): string {
  const line = (row: number): number => Math.round(row * linesOfRow);
  const height = Math.max(...panels.map(({ y, h }) => line(y + h))) + 1;
  const canvas = Array.from({ length: height }, () =>
    Array.from({ length: 24 * columnWidth + 1 }, () => " "),
  );
  const put = (top: number, left: number, text: string): void => {
    const row = canvas[top];
    if (row === undefined) return;
    for (let index = 0; index < text.length; index += 1) row[left + index] = text.charAt(index);
  };
  for (const { x, y, w, h, title, unit, type, contents } of panels) {
    const [top, bottom, left, width] = [line(y), line(y + h), x * columnWidth, w * columnWidth];
    const edge = `+${"-".repeat(width - 1)}+`;
    put(top, left, edge);
    put(bottom, left, edge);
    for (let row = top + 1; row < bottom; row += 1) {
      put(row, left, "|");
      put(row, left + width, "|");
    }
    const told = [title, looks(type, unit), contents].flatMap((text) => wrapped(text, width - 3));
    for (const [index, text] of told.slice(0, bottom - top - 1).entries())
      put(top + 1 + index, left + 2, text.slice(0, width - 3));
  }
  return canvas.map((row) => row.join("").trimEnd()).join("\n");
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
