import type { Standing } from "./views.ts";

/** The shape that stands for a state beside its word and its colour, so that neither colour sight nor a good screen is needed. */
export type Symbol = Standing | "alarm" | "warning" | "acknowledged";

const drawings: Readonly<Record<Symbol, string>> = {
  in: `<circle cx="12" cy="12" r="9.2"/><path d="m7.5 12.4 3 3 6-6.4"/>`,
  high: `<path class="solid" d="M12 2.5 22.4 21H1.6Z"/><path class="cut" d="M12 18.2V10m-3.4 3.2L12 9.6l3.4 3.6"/>`,
  low: `<path class="solid" d="M12 21.5 1.6 3h20.8Z"/><path class="cut" d="M12 5.8V14m-3.4-3.2L12 14.4l3.4-3.6"/>`,
  unknown: `<rect class="solid" x="2.5" y="2.5" width="19" height="19" rx="3"/><path class="cut" d="M8.8 9.3a3.2 3.2 0 1 1 4.7 2.8c-1 .6-1.5 1.2-1.5 2.3m0 2.9v.2"/>`,
  pending: `<circle cx="12" cy="12" r="9.2" stroke-dasharray="3.6 3"/><path d="M12 7v5.3l3.4 2"/>`,
  none: `<rect x="3" y="3" width="18" height="18" rx="3" stroke-dasharray="3.6 3"/><path d="M8 12h8"/>`,
  alarm: `<path class="solid" d="M8 1.8h8L22.2 8v8L16 22.2H8L1.8 16V8Z"/><path class="cut" d="M12 6.5v7m0 3.7v.2"/>`,
  warning: `<path class="solid" d="M12 2.5 22.4 21H1.6Z"/><path class="cut" d="M12 9v5.4m0 3v.2"/>`,
  acknowledged: `<path d="M8 1.8h8L22.2 8v8L16 22.2H8L1.8 16V8Z"/><path d="m7.8 12.3 3 3 5.6-6.2"/>`,
};

/** Draws a symbol as inline SVG. It is decoration beside its word, so readers of the screen skip it. */
export function symbol(name: Symbol): string {
  return `<svg class="symbol" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${drawings[name]}</svg>`;
}
