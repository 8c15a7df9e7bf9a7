import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { AlarmPhase } from "@coldkeep/core/alarms/alarm.ts";
import { html } from "ghtml";
import { instant } from "./layout.ts";
import { promiseCharactersMax } from "./limits.ts";
import { ago, siteTime } from "./site-time.ts";
import { symbol } from "./symbol.ts";
import type { AlarmView, SiteView } from "./views.ts";
import { alarmWords, phaseWords, severityWords } from "./words.ts";

/** What a list of alarms needs besides the alarms. */
export interface AlarmSurroundings {
  readonly site: SiteView;
  readonly at: EpochMs;
  /** Whether whoever looks may acknowledge. */
  readonly canAcknowledge: boolean;
}

/** Lists alarms: what, where, how bad, since when, and what a person can do. */
export function alarmList(alarms: readonly AlarmView[], around: AlarmSurroundings): string {
  return html`<ul class="alarms">
    !${alarms.map((alarm) => alarmItem(alarm, around))}
  </ul>`;
}

const waitingPhases: ReadonlySet<AlarmPhase> = new Set([
  "unacknowledged",
  "returned-unacknowledged",
  "latched-unacknowledged",
]);

/** True where the alarm still waits for somebody to say that they have seen it. */
export function waits(alarm: AlarmView): boolean {
  return waitingPhases.has(alarm.phase);
}

function alarmItem(alarm: AlarmView, around: AlarmSurroundings): string {
  const time = siteTime(around.site.timeZone);
  const shape = !waits(alarm) ? "acknowledged" : alarm.severity === "critical" ? "alarm" : "warning";
  return html`<li
    class="alarm"
    id="alarm-${alarm.id}"
    data-severity="${alarm.severity}"
    data-phase="${alarm.phase}"
  >
    !${symbol(shape)}
    <div class="what">
      <p class="headline">
        <strong>${alarmWords[alarm.kind]}</strong>
        !${alarm.appliance === null ? "" : html`<a href="/appliances/${encodeURIComponent(alarm.appliance)}">${alarm.applianceName ?? alarm.appliance}</a>`}
      </p>
      <p class="text">${alarm.text.replaceAll(" °C", "\u00a0°C")}</p>
      <p class="note">
        <span class="severity">${severityWords[alarm.severity]}</span> since
        !${instant(alarm.raisedAt, time.short(alarm.raisedAt))}, ${ago(around.at - alarm.raisedAt)} ·
        ${phaseText(alarm)}
      </p>
    </div>
    !${around.canAcknowledge && waits(alarm) ? acknowledgeForm(alarm) : ""}
  </li>`;
}

/** Within how many minutes somebody may say that they will see to an alarm. */
const promiseMinutes = [10, 20, 30, 45, 60];

function phaseText(alarm: AlarmView): string {
  const by = alarm.acknowledgedBy === null ? "" : ` by ${alarm.acknowledgedBy}`;
  return `${phaseWords[alarm.phase]}${by}`;
}

function acknowledgeForm(alarm: AlarmView): string {
  return html`<details class="acknowledge">
    <summary><span class="when-closed">Acknowledge</span><span class="when-open">Not now</span></summary>
    <form method="post" action="/alarms/${encodeURIComponent(alarm.id)}/acknowledge">
      <label
        >What you will do about it
        <input name="note" maxlength="${promiseCharactersMax}" autocomplete="off" required
      /></label>
      <label
        >Within
        <select name="minutes">
          !${promiseMinutes.map((minutes) => html`<option value="${minutes}" !${minutes === 30 ? "selected" : ""}>${minutes} minutes</option>`)}
        </select></label
      >
      <button type="submit">Acknowledge</button>
      <p class="note">
        Others stop being called, until then: if it is still on, they are called again. The record, the
        excursion and the holds stay.
      </p>
    </form>
  </details>`;
}
