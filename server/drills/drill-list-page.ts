import type { Drill } from "@coldkeep/core/drills/drill.ts";
import { dayMs, type DurationMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { instant } from "../pages/layout.ts";
import { siteTime } from "../pages/site-time.ts";
import { count } from "../pages/words.ts";
import { measuredWords, minutesWords, standingOf, traceWords, whyOf } from "./drill-words.ts";

/** An appliance without a drill for longer than this is named on the page of drills. */
export const drillDueAfterMs: DurationMs = 365 * dayMs;

/** An appliance whose alarms nobody has tested for long; null: never. */
export interface UntestedAppliance {
  readonly id: string;
  readonly name: string;
  readonly lastAt: EpochMs | null;
}

/** What the page of drills shows. */
export interface DrillListView {
  readonly timeZone: string;
  readonly drills: readonly Drill[];
  readonly nameOf: (appliance: string) => string;
  readonly untested: readonly UntestedAppliance[];
  readonly appliances: number;
  /** The number before which earlier ones are listed; null where there are none. */
  readonly before: number | null;
  readonly mayPlan: boolean;
}

/** The main part of the page of drills. */
export function drillListBody(view: DrillListView): string {
  const { drills, mayPlan, before } = view;
  return html`<header class="head">
      <h1>Drills</h1>
      <p class="lead">
        A drill plays a real course on one probe and calls real people about an alarm that says that it is a
        drill. It holds no unit, and a real alarm ends it.
      </p>
      !${mayPlan ? html`<p class="actions"><a class="button" href="/drills/new">Plan a drill</a></p>` : ""}
    </header>
    !${untestedNote(view)}
    <section aria-labelledby="drills-title">
      <h2 id="drills-title">Newest first</h2>
      !${drills.length === 0 ? html`<p class="empty">No drill was planned yet.</p>` : drillTable(view)}
      !${before === null ? "" : html`<p class="pager"><a class="button" href="/drills?before=${before}" rel="next">Earlier</a></p>`}
    </section>`;
}

/** Most appliances that are named; the rest is counted. */
const untestedNamedMax = 8;

function untestedNote({ untested, appliances, timeZone }: DrillListView): string {
  if (untested.length === 0) return "";
  const time = siteTime(timeZone);
  const named = untested
    .slice(0, untestedNamedMax)
    .map(({ name, lastAt }) => `${name} (${lastAt === null ? "never" : `last on ${time.minute(lastAt)}`})`);
  const rest = untested.length - named.length;
  return html`<div class="ask-note">
    <p>
      <b>${untested.length} of ${count(appliances, "appliance")}</b> had no drill in the last 12 months:
      ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.
    </p>
  </div>`;
}

function drillTable({ drills, timeZone, nameOf }: DrillListView): string {
  const time = siteTime(timeZone);
  return html`<div class="table-frame">
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Drill</th>
          <th scope="col">Appliance</th>
          <th scope="col">Course</th>
          <th scope="col">When</th>
          <th scope="col">Answered</th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        !${drills.map(({ plan, state }) => {
          const { raisedAt, answeredAt, startedAt } = state;
          const why = whyOf(state);
          const answered =
            answeredAt === null || raisedAt === null
              ? "–"
              : `${measuredWords(answeredAt - raisedAt)} of ${minutesWords(plan.goalMs)}`;
          const at = startedAt ?? plan.startAt;
          return html`<tr>
            <td data-label="Drill"><a href="/drills/${plan.id}">${plan.id}</a></td>
            <td data-label="Appliance">${nameOf(plan.appliance)}</td>
            <td data-label="Course">${traceWords(plan.trace, timeZone)}</td>
            <td data-label="When">!${instant(at, time.minute(at))}</td>
            <td data-label="Answered">${answered}</td>
            <td data-label="Outcome">
              <b>${standingOf(state)}</b>!${why === null ? "" : html`<br /><span class="muted">${why}</span>`}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
