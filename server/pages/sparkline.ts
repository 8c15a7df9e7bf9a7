import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { sideOf } from "./temperature.ts";
import type { LimitsView, ProbeView } from "./views.ts";

const width = 160;
const height = 44;
const margin = 3;

type SparkPoint = readonly [at: number, celsius: number];

/**
 * Draws the last hours of a probe up to now: the line broken and the ground hatched where time is unknown, the band between the limits,
 * and what is out of range stronger.
 */
export function sparkline(probe: ProbeView, now: EpochMs): string {
  const points = probe.spark;
  const first = points[0]?.[0];
  const last = points.at(-1)?.[0];
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  if (first === undefined || last === undefined || values.length === 0) return "";
  const { bottom, top } = extent(values, probe.limits);
  const x = (at: number): string =>
    (margin + ((at - first) / Math.max(1, now - first)) * (width - 2 * margin)).toFixed(1);
  const y = (celsius: number): string =>
    (margin + ((top - celsius) / (top - bottom)) * (height - 2 * margin)).toFixed(1);
  const path = (run: readonly SparkPoint[]): string =>
    run.map(([at, value], index) => `${index === 0 ? "M" : "L"}${x(at)} ${y(value)}`).join("") +
    (run.length === 1 ? "h.1" : "");
  const runs = measured(points);
  const high = probe.limits.high;
  const low = probe.limits.low;
  const bandTop = Number(y(high ?? top));
  const bandBottom = Number(y(low ?? bottom));
  const end = points.at(-1)?.[1];
  return html`<svg
    class="spark"
    viewBox="0 0 ${width} ${height}"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    <rect
      class="band"
      x="0"
      width="${width}"
      y="${bandTop.toFixed(1)}"
      height="${Math.max(0, bandBottom - bandTop).toFixed(1)}"
    />
    !${high === null ? "" : `<line class="limit" x1="0" x2="${width}" y1="${y(high)}" y2="${y(high)}"/>`}
    !${low === null ? "" : `<line class="limit" x1="0" x2="${width}" y1="${y(low)}" y2="${y(low)}"/>`}
    !${gaps(probe, runs, now).map(([from, to]) => html`<rect class="gap" fill="url(#hatch)" x="${x(from)}" width="${Math.max(0, Number(x(to)) - Number(x(from))).toFixed(1)}" y="0" height="${height}" />`)}
    <path class="line" d="${runs.map(path).join("")}" />
    <path
      class="out"
      d="${runs
        .flatMap((run) => outside(run, probe.limits))
        .map(path)
        .join("")}"
    />
    !${end === null || end === undefined ? "" : `<path class="end" d="M${x(last)} ${y(end)}h.1"/>`}
  </svg>`;
}

function extent(values: readonly number[], limits: LimitsView): { bottom: number; top: number } {
  const all = [...values, limits.low ?? values[0] ?? 0, limits.high ?? values[0] ?? 0];
  const bottom = Math.min(...all);
  const top = Math.max(...all);
  const space = Math.max(0.4, (top - bottom) * 0.15);
  return { bottom: bottom - space, top: top + space };
}

function measured(points: ProbeView["spark"]): SparkPoint[][] {
  const runs: SparkPoint[][] = [[]];
  for (const [at, value] of points) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push([at, value]);
  }
  return runs.filter((run) => run.length > 0);
}

/** The parts of a run that are out of range, each with the neighbours that lead out of and back into it. */
function outside(run: readonly SparkPoint[], limits: LimitsView): SparkPoint[][] {
  const parts: SparkPoint[][] = [];
  let open = false;
  for (const [index, point] of run.entries()) {
    const out = sideOf(point[1], limits) !== "in";
    if (out && !open) parts.push(index > 0 && run[index - 1] ? [run[index - 1] ?? point] : []);
    if (out || open) parts.at(-1)?.push(point);
    open = out;
  }
  return parts;
}

/** Where nothing is known: between the runs, and after the last one where the probe is called unknown. */
function gaps(probe: ProbeView, runs: readonly SparkPoint[][], now: EpochMs): [EpochMs, EpochMs][] {
  const ends = runs.map((run) => [run[0]?.[0] ?? now, run.at(-1)?.[0] ?? now] as const);
  return ends.flatMap(([, end], index) => {
    const next = ends[index + 1]?.[0];
    if (next !== undefined) return [[end, next]];
    return probe.standing === "unknown" ? [[end, now]] : [];
  });
}
