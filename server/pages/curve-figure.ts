import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { shapeCurve, type CurveMark, type CurveShape } from "./curve-shape.ts";
import { curveSvg } from "./curve-svg.ts";
import { hasLimits, limitsText, namedLimits } from "./temperature.ts";
import type { CurveView } from "./views.ts";
import { count } from "./words.ts";

/** A curve with its legend. Scripts read `data-curve` and put a chart that can be pointed at in place of the drawing. */
export function curveFigure(
  curve: CurveView,
  marks: readonly CurveMark[],
  timeZone: string,
  now: EpochMs,
): string {
  const shape = shapeCurve(curve, now);
  const title = `Temperature of ${curve.probe}, ${namedLimits(curve.limits)}; ${gapText(shape)}`;
  const has = (kind: CurveMark["kind"]): boolean => marks.some((mark) => mark.kind === kind);
  return html`<figure
    class="chart"
    id="curve-${curve.probe}"
    data-curve="${JSON.stringify(chartData(shape, marks, timeZone))}"
  >
    <div class="plot" hx-morph-skip>!${curveSvg(shape, marks, timeZone, title)}</div>
    <figcaption>
      <span class="key"><i class="swatch line"></i>${curve.probe}, °C</span>
      !${hasLimits(curve.limits) ? html`<span class="key"><i class="swatch beyond"></i>Beyond the limits, ${limitsText(curve.limits)}</span>` : ""}
      !${shape.unknown.length === 0 ? "" : html`<span class="key"><i class="swatch unknown"></i>Unknown, ${gapText(shape)}</span>`}
      !${has("excursion") ? html`<span class="key"><i class="swatch excursion"></i>Excursion</span>` : ""}
      !${has("held") ? html`<span class="key"><i class="swatch held"></i>Held interval</span>` : ""}
    </figcaption>
  </figure>`;
}

function gapText(shape: CurveShape): string {
  return shape.unknown.length === 0 ? "no gaps" : count(shape.unknown.length, "gap");
}

/** The numbers of a chart as its script reads them: seconds of UTC; a null between two runs keeps the line from joining them. */
function chartData(shape: CurveShape, marks: readonly CurveMark[], timeZone: string): object {
  const at: number[] = [];
  const celsius: (number | null)[] = [];
  for (const run of shape.runs) {
    const last = at.at(-1);
    const first = run[0];
    if (last !== undefined && first) {
      at.push((last + first[0] / 1_000) / 2);
      celsius.push(null);
    }
    for (const point of run) {
      at.push(point[0] / 1_000);
      celsius.push(point[1]);
    }
  }
  const { low, high, criticalLow, criticalHigh } = shape.limits;
  return {
    zone: timeZone,
    window: [shape.from / 1_000, shape.to / 1_000],
    range: [shape.bottom, shape.top],
    at,
    celsius,
    limits: { low, high, criticalLow, criticalHigh },
    unknown: shape.unknown.map(({ from, to }) => [from / 1_000, to / 1_000]),
    marks: marks.map(({ kind, from, to, label }) => ({
      kind,
      label,
      from: from / 1_000,
      to: to === null ? null : to / 1_000,
    })),
  };
}
