import { heldInterval, type ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { exactly, siteTime, type SiteTime } from "./site-time.ts";
import { celsius, limitsText } from "./temperature.ts";
import type { ExcursionPageView } from "./views.ts";
import { count, sideWords, statusWords, timeSourceWords } from "./words.ts";

/** One figure of an excursion: what it is called, what it says, and what it means to somebody who decides about blood. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly meaning: string;
}

/** Writes how long a probe was out of range: between what was measured and what was measured or unknown. */
export function timeOut(figures: ExcursionFigures): string {
  if (figures.side === "unmonitored") return `unknown for ${exactly(figures.unknownMs, "up")}`;
  if (figures.unknownMs === 0) return exactly(figures.outMs);
  return `${exactly(figures.outMs)} to ${exactly(figures.outMs + figures.unknownMs, "up")}`;
}

/** Writes when it ended, or that it has not. */
export function endText(figures: ExcursionFigures, now: EpochMs, time: SiteTime): string {
  return figures.end === null ? `still open at ${time.full(now)}` : time.full(figures.end);
}

/** One sentence that says what happened, for the head of the page and of the report. */
export function summary(view: ExcursionPageView): string {
  const { excursion, at } = view;
  const time = siteTime(view.site.timeZone);
  const what = sideWords[excursion.side];
  const until =
    excursion.end === null ? `it was still open at ${time.full(at)}` : `until ${time.full(excursion.end)}`;
  const extreme =
    excursion.extremeCelsius === null ? "" : `; most extreme reading ${celsius(excursion.extremeCelsius, 2)}`;
  const withdrawn =
    excursion.status === "withdrawn" ? " Withdrawn: later readings showed that it was no excursion." : "";
  return `${what} from ${time.full(excursion.start)}, ${until}${extreme}. ${count(excursion.unitsHeld, "unit")} held.${withdrawn}`;
}

/** The figures of an excursion in the order in which they are read. */
export function excursionFacts(view: ExcursionPageView): readonly Fact[] {
  const { excursion, curve } = view;
  const time = siteTime(view.site.timeZone);
  const shared = [
    { label: "Status", value: statusWords[excursion.status], meaning: statusMeanings[excursion.status] },
    { label: "Began", value: time.full(excursion.start), meaning: beginMeaning(excursion) },
    { label: "Ended", value: endText(excursion, view.at, time), meaning: endMeaning(excursion) },
    heldFact(view, time),
    timesFact(view),
  ];
  if (excursion.side === "unmonitored") {
    const meaning = "Nothing can be shown for this time, so blood that was inside is held as well.";
    return [...shared, { label: "Time unknown", value: exactly(excursion.unknownMs, "up"), meaning }];
  }
  return [
    ...shared,
    { label: "Time out of range", value: timeOut(excursion), meaning: outMeaning(excursion) },
    {
      label: "Time unknown",
      value: exactly(excursion.unknownMs, "up"),
      meaning: "Time inside the held interval without evidence.",
    },
    ...provenFacts(excursion, time),
    extremeFact(excursion, limitsText(curve.limits)),
    {
      label: "Beyond critical",
      value: excursion.critical ? "Yes" : "No",
      meaning: "Whether a reading was beyond the critical limit on this side.",
    },
    {
      label: "Degree-minutes",
      value: excursion.degreeMinutes.toFixed(1),
      meaning: "Degrees beyond the limit times minutes, over measured time: how much warmth or cold came in.",
    },
  ];
}

const statusMeanings = {
  open: "The temperature has not yet recovered for as long as the profile asks.",
  closed: "The temperature returned into range and stayed there as long as the profile asks.",
  withdrawn: "Readings that arrived later showed that it was no excursion. It stays on record.",
} as const;

function beginMeaning(figures: ExcursionFigures): string {
  return figures.side === "unmonitored"
    ? "The last instant before the time for which there is no evidence."
    : "The first crossing of the limit, interpolated between two readings.";
}

function endMeaning(figures: ExcursionFigures): string {
  if (figures.end === null) return "Not recovered: what follows belongs to it until it is.";
  return figures.side === "unmonitored"
    ? "The first instant after it with evidence."
    : "The last return into range before the recovery.";
}

function outMeaning(figures: ExcursionFigures): string {
  return figures.unknownMs === 0
    ? "Measured without gaps."
    : "At least the first, at most the second: between lies time that nobody can vouch for.";
}

function provenFacts(figures: ExcursionFigures, time: SiteTime): Fact[] {
  const before = figures.provenGoodBefore;
  const after = figures.provenGoodAfter;
  return [
    {
      label: "Proven good before",
      value: before === null ? "Never" : time.full(before),
      meaning:
        before === null
          ? "No earlier reading was in range."
          : "The last instant before it at which every reading was in range.",
    },
    {
      label: "Proven good after",
      value: after === null ? "Not yet" : time.full(after),
      meaning: "The first instant after it at which every reading was in range.",
    },
  ];
}

function extremeFact(figures: ExcursionFigures, limits: string): Fact {
  const value = figures.extremeCelsius === null ? "None" : celsius(figures.extremeCelsius, 2);
  return { label: "Most extreme reading", value, meaning: `The limits were ${limits}.` };
}

/** Whose clock the evidence was timed by: a figure is no better than the times it was worked out from. */
function timesFact({ times }: ExcursionPageView): Fact {
  const several = times.length > 1;
  const value = times.map(({ source, worstMs, readings }) => {
    const said = source === null ? "not stated" : timeSourceWords[source];
    const off = worstMs === null ? "" : `, ±${exactly(worstMs, "up")}`;
    return `${said}${off}${several ? ` (${count(readings, "reading")})` : ""}`;
  });
  return {
    label: "Times by",
    value: value.length === 0 ? "No reading in the held interval" : value.join("; "),
    meaning:
      "Whose clock timed the readings of the held interval, and how far at most a true time may lie from the stated one.",
  };
}

function heldFact(view: ExcursionPageView, time: SiteTime): Fact {
  const held = heldInterval(view.excursion);
  const to = held.to === null ? `open at ${time.full(view.at)}` : time.fullAfter(held.from, held.to);
  return {
    label: "Held interval",
    value: `${time.full(held.from)} – ${to}`,
    meaning: "Blood that was inside at any moment of it is quarantined.",
  };
}
