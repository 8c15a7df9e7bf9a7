import { type DutyDifference, dutyDifferences } from "@coldkeep/core/duty/duty-differences.ts";
import { type Hole, holesAhead, holesOfConcern } from "@coldkeep/core/duty/reachability.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { type DutySpan, dutySpans } from "@coldkeep/core/duty/rota.ts";
import { type ClockChange, clockChanges } from "@coldkeep/core/duty/wall.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { dayMs, type DurationMs, type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { siteTime } from "../pages/site-time.ts";
import { count } from "../pages/words.ts";
import { holeWords, plainHoles } from "./duty-alarm.ts";
import { namesOf, weekdayAt } from "./duty-words.ts";

/** How far the preview of a rota looks. Unit ms. */
export const previewAheadMs: DurationMs = 28 * dayMs;

/** Most spans, differences and gaps that the preview lists; it says where there are more. */
export const previewRowsMax = 200;

/** What the preview of a rota is made of. */
export interface RotaPreviewView {
  /** The site as the form has it, and as it is in force. */
  readonly after: Site;
  readonly before: Site;
  /** The rota's id. */
  readonly rota: string;
  readonly at: EpochMs;
  readonly channels: readonly ChannelFact[];
}

/** Who would be on duty in the next four weeks, what is different from now, and which policies would reach nobody. */
export function rotaPreview({ after, before, rota, at, channels }: RotaPreviewView): string {
  const fresh = after.rotas?.find(({ id }) => id === rota);
  if (fresh === undefined) return "";
  const old = before.rotas?.find(({ id }) => id === rota);
  const to = at + previewAheadMs;
  const timeZone = fresh.timeZone ?? after.timeZone;
  const spans = dutySpans(fresh, after, at, to);
  const differences = old === undefined ? [] : dutyDifferences(dutySpans(old, before, at, to), spans);
  const holes = holesOf(after, rota, channels, at);
  const known = holesOf(before, rota, channels, at).map(holeKey);
  const words = { site: after, timeZone };
  return html`<section class="preview" aria-labelledby="preview-title">
    <h2 id="preview-title">The next four weeks as the form has them</h2>
    !${old === undefined ? "" : differenceList(differences, words)}
    !${holes.length === 0 ? "" : holeList(holes, known, after)}
    !${spanTable(spans, differences, clockChanges(at, to, timeZone), words)}
  </section>`;
}

/** The gaps of concern of the policies that call a rota. */
function holesOf(site: Site, rota: string, channels: readonly ChannelFact[], at: EpochMs): Hole[] {
  const policies = (site.policies ?? []).filter(({ steps }) =>
    steps.some(({ call }) => call.some((callee) => "rota" in callee && callee.rota === rota)),
  );
  return plainHoles(holesOfConcern(holesAhead(site, policies, channels, at, at + previewAheadMs)));
}

interface Words {
  readonly site: Site;
  readonly timeZone: string;
}

/** An instant with its day of the week. */
function when(at: EpochMs, timeZone: string): string {
  return `${weekdayAt(at, timeZone)} ${siteTime(timeZone).short(at)}`;
}

function differenceList(differences: readonly DutyDifference[], { site, timeZone }: Words): string {
  if (differences.length === 0)
    return html`<p class="note">Nothing in them would be different from the plan in force.</p>`;
  return html`<h3>What would be different</h3>
    <ul class="plain-list differences">
      !${differences.slice(0, previewRowsMax).map(
        ({ from, to, before, after }) =>
          html`<li data-nobody="${after.length === 0 ? "yes" : "no"}">
            ${when(from, timeZone)} to ${when(to, timeZone)}:
            <b>${namesOf(site, after)}</b> instead of ${namesOf(site, before).replace("Nobody", "nobody")}
          </li>`,
      )}
    </ul>
    !${more(differences.length)}`;
}

function holeKey({ policy, step, from, to, why }: Hole): string {
  return [policy, step, from, to, why].join(" ");
}

function holeList(holes: readonly Hole[], known: readonly string[], site: Site): string {
  const fresh = holes.filter((hole) => !known.includes(holeKey(hole)));
  const old = holes.filter((hole) => known.includes(holeKey(hole)));
  const list = (each: readonly Hole[]): string =>
    html`<ul class="plain-list">
        !${each.slice(0, previewRowsMax).map((hole) => html`<li data-nobody="yes">${holeWords(hole, site)}</li>`)}
      </ul>
      !${more(each.length)}`;
  return html` !${
    fresh.length === 0
      ? ""
      : html`<h3>New gaps of policies</h3>
          !${list(fresh)}`
  }
  !${
    old.length === 0
      ? ""
      : html`<details class="exact">
          <summary>
            ${count(old.length, "gap")} of policies that ${old.length === 1 ? "is" : "are"} there now, too
          </summary>
          !${list(old)}
        </details>`
  }`;
}

function more(many: number): string {
  return many > previewRowsMax ? html`<p class="note">And ${many - previewRowsMax} more.</p>` : "";
}

function spanTable(
  spans: readonly DutySpan[],
  differences: readonly DutyDifference[],
  changes: readonly ClockChange[],
  { site, timeZone }: Words,
): string {
  const notesOf = ({ from, to, people }: DutySpan): string[] => [
    ...(people.length === 0 ? ["nobody is on duty"] : []),
    ...(differences.some((each) => each.from < to && from < each.to) ? ["changed"] : []),
    ...changes
      .filter(({ at }) => from <= at && at < to)
      .map(
        ({ at, byMs }) =>
          `clocks are set ${byMs > 0 ? "forward" : "back"} by ${Math.abs(byMs) / minuteMs} min on ${when(at, timeZone)}`,
      ),
  ];
  return html`<h3>Who would be on duty</h3>
    <div class="table-frame">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">On duty</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          !${spans.slice(0, previewRowsMax).map(
            (span) =>
              html`<tr data-nobody="${span.people.length === 0 ? "yes" : "no"}">
                <td data-label="From">${when(span.from, timeZone)}</td>
                <td data-label="To">${when(span.to, timeZone)}</td>
                <td data-label="On duty"><b>${namesOf(site, span.people)}</b></td>
                <td data-label="Note">${notesOf(span).join("; ")}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    !${more(spans.length)}`;
}
