import { heldInterval, type ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { CurveMark } from "./curve-shape.ts";
import { sideWords } from "./words.ts";

/** Marks the excursion itself on a curve. */
export function excursionMark(figures: ExcursionFigures): CurveMark {
  return { kind: "excursion", from: figures.start, to: figures.end, label: sideWords[figures.side] };
}

/** Marks the interval in which blood is held. */
export function heldMark(figures: ExcursionFigures): CurveMark {
  return { kind: "held", ...heldInterval(figures), label: "Held" };
}
