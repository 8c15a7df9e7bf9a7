import { axisValues, shapeCurve, type CurveShape } from "../pages/curve-shape.ts";
import { excursionMark, heldMark } from "../pages/excursion-marks.ts";
import { limitsText } from "../pages/temperature.ts";
import { timeTicks } from "../pages/time-axis.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import { ink, paper, printWidth, type Sheet } from "./sheet.ts";

const height = 176;
const axisWidth = 26;

/** Where instants and temperatures lie on the paper. */
interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly x: (at: number) => number;
  readonly y: (celsius: number) => number;
}

/** Draws the curve as vectors: limits shaded, unknown time hatched, the excursion and the held interval marked. */
export function reportCurve(sheet: Sheet, view: ExcursionPageView): void {
  const shape = shapeCurve(view.curve, view.at);
  sheet.heading("Curve", height + 44);
  const frame = frameOf(shape, sheet.y);
  sheet.doc.save().rect(frame.left, frame.top, frame.width, height).clip();
  bands(sheet, shape, frame, view);
  levels(sheet, shape, frame);
  line(sheet, shape, frame);
  sheet.doc.restore();
  sheet.doc.rect(frame.left, frame.top, frame.width, height).lineWidth(0.5).strokeColor(ink.rule).stroke();
  axes(sheet, shape, frame, view.site.timeZone);
  sheet.y += height + 20;
  legend(sheet, view, shape);
}

function frameOf(shape: CurveShape, top: number): Frame {
  const left = paper.left + axisWidth;
  const width = printWidth - axisWidth;
  return {
    left,
    top,
    width,
    x: (at) => left + ((at - shape.from) / Math.max(1, shape.to - shape.from)) * width,
    y: (celsius) => top + ((shape.top - celsius) / (shape.top - shape.bottom)) * height,
  };
}

function bands(sheet: Sheet, shape: CurveShape, frame: Frame, view: ExcursionPageView): void {
  const { doc } = sheet;
  const { low, high } = shape.limits;
  if (high !== null) doc.rect(frame.left, frame.top, frame.width, frame.y(high) - frame.top).fill(ink.beyond);
  if (low !== null)
    doc.rect(frame.left, frame.y(low), frame.width, frame.top + height - frame.y(low)).fill(ink.beyond);
  for (const mark of [heldMark(view.excursion), excursionMark(view.excursion)]) {
    const from = frame.x(mark.from);
    const to = frame.x(mark.to ?? Math.min(view.at, shape.to));
    doc
      .save()
      .fillOpacity(0.55)
      .rect(from, frame.top, Math.max(to - from, 0.8), height);
    doc.fill(mark.kind === "held" ? ink.held : ink.excursion).restore();
  }
  const held = heldMark(view.excursion);
  const heldTo = frame.x(held.to ?? Math.min(view.at, shape.to));
  doc.rect(frame.x(held.from), frame.top, Math.max(heldTo - frame.x(held.from), 0.8), 5).fill(ink.heldBar);
  for (const { from, to } of shape.unknown) hatch(sheet, frame.x(from), frame.x(to), frame.top);
}

function hatch(sheet: Sheet, from: number, to: number, top: number): void {
  const { doc } = sheet;
  doc
    .save()
    .rect(from, top, Math.max(to - from, 0.8), height)
    .clip();
  for (let x = from - height; x < to; x += 6) doc.moveTo(x, top + height).lineTo(x + height, top);
  doc.lineWidth(0.6).strokeColor(ink.unknown).stroke().restore();
}

function levels(sheet: Sheet, shape: CurveShape, frame: Frame): void {
  const { low, high, criticalLow, criticalHigh } = shape.limits;
  const level = (value: number | null, dashed: boolean): void => {
    if (value === null || value < shape.bottom || value > shape.top) return;
    sheet.doc.save().lineWidth(0.8).strokeColor(ink.alarm);
    if (dashed) sheet.doc.dash(4, { space: 3 });
    sheet.doc
      .moveTo(frame.left, frame.y(value))
      .lineTo(frame.left + frame.width, frame.y(value))
      .stroke()
      .restore();
  };
  level(low, false);
  level(high, false);
  level(criticalLow, true);
  level(criticalHigh, true);
}

function line(sheet: Sheet, shape: CurveShape, frame: Frame): void {
  const { doc } = sheet;
  doc.lineWidth(1.1).lineJoin("round").lineCap("round").strokeColor(ink.accent);
  for (const run of shape.runs) {
    for (const [index, [at, celsius]] of run.entries()) {
      if (index === 0) doc.moveTo(frame.x(at), frame.y(celsius));
      if (index > 0 || run.length === 1) doc.lineTo(frame.x(at), frame.y(celsius));
    }
  }
  doc.stroke();
}

function axes(sheet: Sheet, shape: CurveShape, frame: Frame, timeZone: string): void {
  const style = { size: 7.5, colour: ink.muted } as const;
  for (const value of axisValues(shape.bottom, shape.top, 8)) {
    sheet.write(String(value), paper.left, frame.y(value) - 4, {
      ...style,
      width: axisWidth - 5,
      align: "right",
    });
  }
  for (const { at, text } of timeTicks(shape.from, shape.to, timeZone, 8)) {
    const x = frame.x(at);
    sheet.doc
      .moveTo(x, frame.top + height)
      .lineTo(x, frame.top + height + 3)
      .lineWidth(0.5)
      .strokeColor(ink.muted)
      .stroke();
    const begin = Math.min(x - 20, paper.left + printWidth - 40);
    sheet.write(text, begin, frame.top + height + 6, { ...style, width: 40, align: "center" });
  }
}

function legend(sheet: Sheet, view: ExcursionPageView, shape: CurveShape): void {
  const gaps =
    shape.unknown.length === 0
      ? "There is no unknown time in this window."
      : "Hatched: unknown, no evidence.";
  sheet.paragraph(
    `${view.curve.probe} in °C. Red lines: limits, ${limitsText(view.curve.limits)} (dashed: critical). Red band: the excursion. Dark bar at the top: the held interval. ${gaps}`,
    { size: 8, colour: ink.muted },
  );
}
