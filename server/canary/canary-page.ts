import type { CanaryState } from "@coldkeep/core/canary/canary-run.ts";
import type { CanarySection } from "@coldkeep/core/canary/canary-section.ts";
import { type EpochMs, formatDuration } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { type SiteTime, siteTime } from "../pages/site-time.ts";
import { canaryPlot } from "./canary-plot.ts";
import type { CanaryFigures, CanaryRecord, CanaryWay } from "./canary-reads.ts";
import { mediumWords, outcomeWords, receivedWords, tookText } from "./canary-words.ts";

/** Breaches that the table shows; the plot has more. */
const rowsShownMax = 24;

/** What the page shows. */
export interface CanaryPageView {
  /** Null where the site has no canary. */
  readonly section: CanarySection | null;
  readonly timeZone: string;
  readonly state: CanaryState;
  /** What keeps it from being received. */
  readonly problems: readonly string[];
  /** Over the last 30 days. */
  readonly figures: CanaryFigures;
  /** The newest first. */
  readonly runs: readonly CanaryRecord[];
}

/** The page of the canary: whether alarms reach people, how long that takes, and where the time goes. */
export function canaryPageBody({
  section,
  timeZone,
  state,
  problems,
  figures,
  runs,
}: CanaryPageView): string {
  const time = siteTime(timeZone);
  return html`<header class="head">
      <h1>Test alarm</h1>
      <p class="lead">
        A virtual refrigerator, the canary, breaches every so often. Its reading, its alarm and its message go
        the way of every other, to an address at which they are received again. Times in ${timeZone}.
      </p>
      <p class="actions link-row"><a href="/on-duty">Who is on duty</a></p>
    </header>
    !${section === null ? noCanaryNote() : standing(state, section, runs, time)}
    !${
      problems.length === 0
        ? ""
        : html`<section aria-labelledby="problems-title">
            <h2 id="problems-title">It cannot be received as things are</h2>
            <ul class="plain-list">
              !${problems.map((problem) => html`<li>${problem}</li>`)}
            </ul>
          </section>`
    }
    !${runs.length === 0 ? "" : lastRuns(runs, figures, time)}`;
}

function noCanaryNote(): string {
  return html`<p class="empty">
    The site has no canary. Give it one in the site file, for example
    <code>canary: { email: canary@example.org }</code>, and name the mailbox of that address in the settings
    of the server.
  </p>`;
}

function standing(
  state: CanaryState,
  { every, within, alarmDelay }: CanarySection,
  runs: readonly CanaryRecord[],
  time: SiteTime,
): string {
  const last = runs.find(({ outcome }) => outcome === "in-time");
  const word = state.isLate ? "Late" : last === undefined ? "Not known yet" : "In time";
  const mark = state.isLate ? "high" : last === undefined ? "none" : "in";
  const next =
    state.current === null
      ? `the next one at ${time.clock(state.nextAt)} or soon after`
      : "one is on its way now";
  return html`<dl class="facts">
    <div data-standing="${mark}">
      <dt>Now</dt>
      <dd><b class="canary-now">${word}</b><span class="note">${next}</span></dd>
    </div>
    <div>
      <dt>Last received in time</dt>
      <dd>
        <b>${last?.tookMs == null ? "never" : tookText(last.tookMs)}</b>
        <span class="note">
          ${last === undefined ? "" : `${time.short(last.sampleAt)}, and ${formatDuration(last.terms.delayMs)} of delay that is configured`}
        </span>
      </dd>
    </div>
    <div>
      <dt>Terms</dt>
      <dd>
        <b>every ${formatDuration(every)}</b>
        <span class="note"
          >late after ${formatDuration(within)}, and the alarm's delay of ${formatDuration(alarmDelay)}</span
        >
      </dd>
    </div>
  </dl>`;
}

function lastRuns(runs: readonly CanaryRecord[], figures: CanaryFigures, time: SiteTime): string {
  const { inTime, late, interrupted, medianMs, longestMs } = figures;
  const took =
    medianMs === null || longestMs === null
      ? ""
      : `, half of them within ${tookText(medianMs)}, the longest ${tookText(longestMs)}`;
  return html`<section aria-labelledby="runs-title">
    <h2 id="runs-title">The last ${runs.length}</h2>
    <p>
      In the last 30 days ${figures.runs}: ${inTime} in time, ${late} late, ${interrupted} interrupted (a
      start of the server or a clock that was set)${took}. The configured delay is not counted.
    </p>
    !${canaryPlot(runs)}
    <div class="table-frame">
      <table class="rows canary-runs">
        <thead>
          <tr>
            <th scope="col">Sample</th>
            <th scope="col">Outcome</th>
            <th scope="col">Took</th>
            <th scope="col">On record</th>
            <th scope="col">Alarm</th>
            <th scope="col">Handed over</th>
            <th scope="col">Received</th>
          </tr>
        </thead>
        <tbody>
          !${runs.slice(0, rowsShownMax).map((run) => runRow(run, time))}
        </tbody>
      </table>
    </div>
    <p class="note">
      The stages are counted from the sample. The alarm waits for its configured delay; "took" is the time
      until it was received by all media without that delay.
    </p>
  </section>`;
}

function runRow(run: CanaryRecord, time: SiteTime): string {
  const { sampleAt, outcome, tookMs, takenAt, ways } = run;
  const after = (at: EpochMs | null | undefined): string =>
    at === null || at === undefined ? "–" : `+ ${tookText(Math.max(0, at - sampleAt))}`;
  const each = (cell: (way: CanaryWay) => string): string =>
    ways
      .map(
        (way) =>
          html`<span class="canary-way"
            >!${ways.length > 1 ? html`<span class="note">${mediumWords[way.medium] ?? way.medium}</span> ` : ""}!${cell(way)}</span
          >`,
      )
      .join("");
  const mark = outcome === "late" ? "high" : outcome === "in-time" ? "in" : "pending";
  return html`<tr>
    <td data-label="Sample">${time.shortSeconds(sampleAt)}</td>
    <td data-label="Outcome">
      <span class="what" data-standing="${mark}"
        >${outcome === null ? "On its way" : outcomeWords[outcome]}</span
      >
    </td>
    <td data-label="Took">${tookMs === null ? "–" : tookText(tookMs)}</td>
    <td data-label="On record">${after(takenAt)}</td>
    <td data-label="Alarm"><span>!${each(({ message }) => html`${after(message?.owedAt)}`)}</span></td>
    <td data-label="Handed over"><span>!${each(handedOver(after))}</span></td>
    <td data-label="Received"><span>!${each(received(after, time))}</span></td>
  </tr>`;
}

function handedOver(after: (at: EpochMs | null | undefined) => string): (way: CanaryWay) => string {
  return ({ message }) =>
    html`${after(message?.handedOverAt)}
    !${message === null || message.channels.length === 0 ? "" : html`<span class="note">${message.channels.join(", ")}</span>`}`;
}

/** Where the mailbox was read late, it says when the mail server had it. */
function received(
  after: (at: EpochMs | null | undefined) => string,
  time: SiteTime,
): (way: CanaryWay) => string {
  return ({ receipt }) => {
    if (receipt === null) return "–";
    const { way, arrivedAt, seenAt } = receipt;
    const isSeenLate = arrivedAt !== null && seenAt - arrivedAt > mailServerSecondsMax;
    const said = isSeenLate
      ? `${receivedWords[way]}; the mail server had it at ${time.shortSeconds(arrivedAt)}`
      : receivedWords[way];
    return html`${after(seenAt)} <span class="note">${said}</span>`;
  };
}

/** Mail servers tell whole seconds, by clocks of their own: a difference up to this says nothing. Unit ms. */
const mailServerSecondsMax = 10_000;
