import { html } from "ghtml";
import { axisValues, type CurveMark, type CurveShape } from "./curve-shape.ts";
import { timeTicks } from "./time-axis.ts";

const width = 960;
const height = 320;
const left = 44;
const right = 8;
const upper = 14;
const lower = 26;

/** Draws a curve as SVG on the server: what is seen without scripts, and until they have drawn their own. */
export function curveSvg(
  shape: CurveShape,
  marks: readonly CurveMark[],
  timeZone: string,
  title: string,
): string {
  const x = (at: number): string =>
    (left + ((at - shape.from) / Math.max(1, shape.to - shape.from)) * (width - left - right)).toFixed(1);
  const y = (celsius: number): string =>
    (upper + ((shape.top - celsius) / (shape.top - shape.bottom)) * (height - upper - lower)).toFixed(1);
  const band = (name: string, from: number, to: number, tall = height - upper - lower): string => {
    const begin = Math.max(from, shape.from);
    const end = Math.min(to, shape.to);
    if (end <= begin) return "";
    return html`<rect
      class="${name}"
      !${name === "hatched" ? `fill="url(#hatch)"` : ""}
      x="${x(begin)}"
      y="${upper}"
      width="${(Number(x(end)) - Number(x(begin))).toFixed(1)}"
      height="${tall}"
    />`;
  };
  const level = (name: string, celsius: number | null): string =>
    celsius === null || celsius < shape.bottom || celsius > shape.top
      ? ""
      : html`<line
          class="${name}"
          x1="${left}"
          x2="${width - right}"
          y1="${y(celsius)}"
          y2="${y(celsius)}"
        />`;
  const beyond = (from: number, to: number): string =>
    html`<rect
      class="beyond"
      x="${left}"
      width="${width - left - right}"
      y="${y(to)}"
      height="${Math.max(0, Number(y(from)) - Number(y(to))).toFixed(1)}"
    />`;
  const { low, high, criticalLow, criticalHigh } = shape.limits;
  const line = shape.runs
    .map(
      (run) =>
        run.map(([at, value], index) => `${index === 0 ? "M" : "L"}${x(at)} ${y(value)}`).join("") +
        (run.length === 1 ? "h0" : ""),
    )
    .join("");
  return html`<svg class="curve" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
    !${high === null ? "" : beyond(high, shape.top)}!${low === null ? "" : beyond(shape.bottom, low)}
    !${marks.map((mark) => band(mark.kind, mark.from, mark.to ?? shape.to))}
    !${marks.filter((mark) => mark.kind === "held").map((mark) => band("held-bar", mark.from, mark.to ?? shape.to, 6))}
    !${shape.unknown.map((span) => band("gap", span.from, span.to) + band("hatched", span.from, span.to))}
    !${axisValues(shape.bottom, shape.top, 7).map((value) => level("grid", value) + html`<text class="axis end" x="${left - 8}" y="${Number(y(value)) + 4}">${String(value).replace("-", "−")}</text>`)}
    !${timeTicks(shape.from, shape.to, timeZone, 8).map((tick) => html`<text class="axis middle" x="${x(tick.at)}" y="${height - 8}">${tick.text}</text>`)}
    !${level("limit", high)}!${level("limit", low)}!${level("critical", criticalHigh)}!${level("critical", criticalLow)}
    <path class="line" d="${line}" />
  </svg>`;
}
