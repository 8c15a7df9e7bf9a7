import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { CanaryRecord, CanaryWay } from "./canary-reads.ts";
import { tookText } from "./canary-words.ts";

/** Where the time of a breach went: from the sample to the alarm (without its delay), to a channel, and back to us. */
export interface Stages {
  readonly alarmMs: DurationMs;
  readonly handOverMs: DurationMs;
  readonly receiptMs: DurationMs;
}

const width = 640;
const height = 140;
const foot = 4;

/** The stages of the medium that came in last; null where it has not come in by all. */
export function stagesOf({ sampleAt, terms, ways, tookMs }: CanaryRecord): Stages | null {
  if (tookMs === null) return null;
  const seen = (way: CanaryWay): EpochMs => way.receipt?.seenAt ?? 0;
  const slowest = ways.toSorted((a, b) => seen(b) - seen(a))[0];
  if (slowest === undefined) return null;
  const alarmAt = slowest.message?.owedAt ?? seen(slowest);
  // A mail may be back before its channel has said that it took it.
  const handedOverAt = Math.min(slowest.message?.handedOverAt ?? seen(slowest), seen(slowest));
  const alarmMs = Math.max(0, alarmAt - sampleAt - terms.delayMs);
  return {
    alarmMs,
    handOverMs: Math.max(0, handedOverAt - alarmAt),
    receiptMs: Math.max(0, seen(slowest) - Math.max(handedOverAt, alarmAt)),
  };
}

/** Draws breaches as columns, the newest last: how long each took and where; what did not come in is drawn to the top. */
export function canaryPlot(newestFirst: readonly CanaryRecord[]): string {
  const shown = newestFirst.toReversed();
  const inTime = shown.flatMap(({ outcome, tookMs }) =>
    outcome === "in-time" && tookMs !== null ? [tookMs] : [],
  );
  const top = Math.max(1_000, ...inTime) * 1.1;
  const step = width / Math.max(24, shown.length);
  const y = (ms: DurationMs): number => Math.min(1, ms / top) * (height - foot);
  const column = (run: CanaryRecord, index: number): string => {
    const x = (index * step + step * 0.15).toFixed(1);
    const wide = (step * 0.7).toFixed(1);
    const rect = (kind: string, from: number, to: number): string =>
      html`<rect
        class="${kind}"
        x="${x}"
        width="${wide}"
        y="${(height - foot - to).toFixed(1)}"
        height="${Math.max(0, to - from).toFixed(1)}"
      />`;
    const stages = stagesOf(run);
    if (run.outcome === "interrupted") return rect("stage-interrupted", -foot, 0);
    if (run.outcome === "late") return rect("stage-late", 0, height - foot);
    if (stages === null) return "";
    const alarm = y(stages.alarmMs);
    const handed = y(stages.alarmMs + stages.handOverMs);
    const all = y(stages.alarmMs + stages.handOverMs + stages.receiptMs);
    return (
      rect("stage-alarm", 0, alarm) +
      rect("stage-hand-over", alarm, handed) +
      rect("stage-receipt", handed, all)
    );
  };
  return html`<figure class="chart canary-plot">
    <svg
      viewBox="0 0 ${width} ${height}"
      preserveAspectRatio="none"
      role="img"
      aria-label="How long the last ${shown.length} test alarms took, the newest at the right; the table below says it in figures"
    >
      <line class="grid" x1="0" x2="${width}" y1="0.5" y2="0.5" />
      <line class="grid" x1="0" x2="${width}" y1="${height - foot}" y2="${height - foot}" />
      !${shown.map(column)}
    </svg>
    <figcaption>
      <span class="key">Top of the plot: ${tookText(top)}</span>
      <span class="key"><i class="swatch stage-alarm"></i>Until the alarm, without its delay</span>
      <span class="key"><i class="swatch stage-hand-over"></i>Until a channel had it</span>
      <span class="key"><i class="swatch stage-receipt"></i>Until it was received</span>
      <span class="key"><i class="swatch stage-late"></i>Late</span>
    </figcaption>
  </figure>`;
}
