import type { Rota } from "@coldkeep/core/duty/duty-section.ts";
import { dutySpans } from "@coldkeep/core/duty/rota.ts";
import { dateAt, firstInstant } from "@coldkeep/core/duty/wall.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { dayText, siteTime } from "../pages/site-time.ts";
import { namesOf } from "./duty-words.ts";

/** Who is on duty in a rota on one day: who is at its beginning, then each change. */
interface DayDuty {
  readonly rota: string;
  /** The time of day at which they begin; null for who is on duty already when the day begins. */
  readonly turns: readonly { readonly at: string | null; readonly people: readonly string[] }[];
}

/** The month that an address asks for, such as `2026-12`; the one of `at` at the site where it asks for none that is one. */
export function monthFrom(asked: string, timeZone: string, at: EpochMs): Temporal.PlainYearMonth {
  if (/^2\d{3}-(0[1-9]|1[0-2])$/.test(asked)) return Temporal.PlainYearMonth.from(asked);
  return dateAt(at, timeZone).toPlainYearMonth();
}

/** A month of duties, day by day, to be read on a phone and to be printed. */
export function calendarBody(site: Site, month: Temporal.PlainYearMonth, at: EpochMs): string {
  const rotas = site.rotas ?? [];
  const days = Array.from({ length: month.daysInMonth }, (_, index) => month.toPlainDate({ day: index + 1 }));
  const byRota = rotas.map((rota) => dutiesOf(rota, site, days));
  const today = dateAt(at, site.timeZone).toString();
  const link = (other: Temporal.PlainYearMonth, text: string): string =>
    html`<a href="/on-duty/calendar?month=${other.toString()}">${text}</a>`;
  return html`<header class="head">
      <p class="crumb"><a href="/on-duty">On duty</a></p>
      <h1>${monthText(month)}</h1>
      <p class="actions link-row no-print">
        !${link(month.subtract({ months: 1 }), monthText(month.subtract({ months: 1 })))}
        !${link(month.add({ months: 1 }), monthText(month.add({ months: 1 })))}
      </p>
    </header>
    !${
      rotas.length === 0
        ? html`<p class="empty">There are no rotas: see <a href="/on-duty/plan">the plan</a>.</p>`
        : html`<ol class="calendar">
            !${days.map((day, index) => {
              const iso = day.toString();
              const holiday = site.holidays?.[iso];
              return html`<li class="day-${day.dayOfWeek}" !${iso === today ? `aria-current="date"` : ""}>
                <h2>
                  <time datetime="${iso}">${weekdayShort[day.dayOfWeek - 1] ?? ""} ${day.day}</time>
                  !${holiday === undefined ? "" : html`<span class="note">${holiday}</span>`}
                </h2>
                !${byRota.map((duties) => dutyText(duties[index], site))}
              </li>`;
            })}
          </ol>`
    }`;
}

function dutyText(duty: DayDuty | undefined, site: Site): string {
  if (duty === undefined) return "";
  return html`<p>
    <span class="note">${duty.rota}</span>
    !${duty.turns.map(
      ({ at, people }) =>
        html`<span class="turn-of-day" data-nobody="${people.length === 0 ? "yes" : "no"}"
          >!${at === null ? "" : html`<b>${at}</b> `}${namesOf(site, people)}</span
        >`,
    )}
  </p>`;
}

function dutiesOf(rota: Rota, site: Site, days: readonly Temporal.PlainDate[]): DayDuty[] {
  const timeZone = rota.timeZone ?? site.timeZone;
  const time = siteTime(timeZone);
  const starts = days.map((day) => firstInstant(day, "00:00", timeZone));
  const last = days[days.length - 1];
  const [first] = starts;
  if (first === undefined || last === undefined) return [];
  const end = firstInstant(last.add({ days: 1 }), "00:00", timeZone);
  const spans = dutySpans(rota, site, first, end);
  return starts.map((start, index) => {
    const next = starts[index + 1] ?? end;
    const turns = spans
      .filter(({ from, to }) => from < next && start < to)
      .map(({ from, people }) => ({ at: from <= start ? null : time.clock(from), people }));
    return { rota: rota.name, turns };
  });
}

const weekdayShort = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function monthText(month: Temporal.PlainYearMonth): string {
  return dayText(month.toPlainDate({ day: 1 }).toString()).replace("1 ", "");
}
