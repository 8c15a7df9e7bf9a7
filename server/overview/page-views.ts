import { isOfCanary } from "../alarms/policy-of.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { alarmsAbout } from "../alarms/alarm-reads.ts";
import { calibrationAt, dueState } from "@coldkeep/core/site/calibration.ts";
import { profileNames } from "@coldkeep/core/site/site.ts";
import type { Services } from "../http/services.ts";
import type { ApplianceView, BoardView, PageViews, SiteView, Standing } from "../pages/views.ts";
import type { SiteBook } from "../site/site-book.ts";
import { alarmView, byUrgency } from "./alarm-views.ts";
import { excursionPageView, excursionView } from "./excursion-views.ts";
import { curveView, probeView } from "./probe-views.ts";

/** Most excursions and alarms that a page lists. */
const listMax = 200;

/** The site shown while none is applied. */
const noSite: SiteView = { id: "no site yet", timeZone: "UTC" };

/** The site as the pages name it, also while there is none, with the drill that is under way. */
export function siteView(services: Pick<Services, "site" | "drills">): SiteView {
  const book = services.site();
  return book === null
    ? noSite
    : { id: book.site.site, timeZone: book.site.timeZone, ...drillNote(book, services.drills) };
}

function drillNote({ appliances }: SiteBook, { rows }: Services["drills"]): Pick<SiteView, "drill"> {
  const drill = rows.underWay();
  if (drill === null) return {};
  const { id, appliance } = drill.plan;
  const applianceName = appliances.get(appliance)?.name ?? appliance;
  return { drill: { id, applianceName, isRaised: drill.state.raisedAt !== null } };
}

/** Makes the read side that the pages show, over the records and the engine's memory. */
export function makePageViews(services: Services): PageViews {
  const { clock, excursions } = services;
  return {
    board: () => boardView(services, siteView(services)),
    appliance: async (id, from, to) => {
      const book = services.site();
      const now = clock.epochMs();
      if (book?.appliances.get(id) === undefined) return null;
      const appliance = applianceView(services, book, id, now);
      const probes = appliance.probes.map((probe) => probe.id);
      return {
        site: siteView(services),
        at: now,
        appliance,
        curves: await Promise.all(
          probes.flatMap((probe) => {
            const memory = services.engine.probe(probe);
            return memory === undefined ? [] : [curveView(services, memory, from, to)];
          }),
        ),
        alarms: alarmsAbout(services.database, probes, from, to, listMax)
          .map((alarm) => alarmView(book, alarm))
          .sort(byUrgency),
        excursions: excursions
          .list({ appliance: id, from, to, limit: listMax }, now)
          .map((each) => excursionView(services, book, each)),
      };
    },
    excursions: () => {
      const book = services.site();
      const at = clock.epochMs();
      const list = book === null ? [] : excursions.list({ limit: listMax }, at);
      return {
        site: siteView(services),
        at,
        excursions: book === null ? [] : list.map((each) => excursionView(services, book, each)),
      };
    },
    excursion: async (id) => {
      const book = services.site();
      return book === null ? null : excursionPageView(services, book, id, clock.epochMs());
    },
  };
}

function boardView(services: Services, site: SiteView): BoardView {
  const book = services.site();
  const at = services.clock.epochMs();
  if (book === null) return { site, at, alarms: [], appliances: [] };
  const alarms = services.alarms
    .underWay()
    .flatMap((alarm) => (isOfCanary(alarm) ? [] : [alarmView(book, alarm)]));
  const appliances = book.site.appliances.map(({ id }) => applianceView(services, book, id, at));
  return {
    site,
    at,
    alarms: alarms.sort(byUrgency),
    appliances: appliances.sort((a, b) => badness(b) - badness(a)),
  };
}

/** How much a standing presses: what the board sorts by first. */
export const standingBadness: Readonly<Record<Standing, number>> = {
  high: 5,
  low: 5,
  unknown: 4,
  none: 3,
  pending: 1,
  in: 0,
};

function badness(appliance: ApplianceView): number {
  const worst = Math.max(0, ...appliance.probes.map((probe) => standingBadness[probe.standing]));
  return worst * 10 + (appliance.openExcursions.length > 0 ? 5 : 0) + (appliance.unitsHeld > 0 ? 1 : 0);
}

function applianceView(services: Services, book: SiteBook, id: string, now: EpochMs): ApplianceView {
  const appliance = book.appliances.get(id);
  const inside = services.database
    .prepare(
      `SELECT count(DISTINCT residences.unit) AS n, count(DISTINCT CASE WHEN holds.released_at IS NULL THEN holds.unit END) AS held
       FROM residences LEFT JOIN holds ON holds.unit = residences.unit WHERE appliance = ? AND "to" IS NULL`,
    )
    .get(id);
  const open = services.excursions.list({ appliance: id, status: "open", limit: listMax }, now);
  return {
    id,
    name: appliance?.name ?? id,
    kind: appliance?.kind ?? "refrigerator",
    profile: appliance === undefined ? "" : (profileNames(appliance.profile).at(-1)?.name ?? ""),
    probes: (appliance?.probes ?? []).flatMap((probe) => {
      const memory = services.engine.probe(probe.id);
      if (memory === undefined) return [];
      const state = dueState(probe.calibration, now);
      const due = calibrationAt(probe.calibration, now)?.due ?? null;
      return [{ ...probeView(services, memory, now), calibration: { state, due } }];
    }),
    openExcursions: open.map((each) => each.id),
    unitsInside: Number(inside?.["n"] ?? 0),
    unitsHeld: Number(inside?.["held"] ?? 0),
  };
}
