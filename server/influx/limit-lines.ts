import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import { always } from "@coldkeep/core/site/dated.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { dayMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { changedSpanOf } from "../judging/routing.ts";
import { type PlacedProbe, type SiteBook, siteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { InfluxFault } from "./fault.ts";
import type { InfluxPort } from "./influx-port.ts";
import { float, line, lineHead, nanos, subMax } from "./line.ts";
import { writeLines } from "./write-lines.ts";

/** Lines of one write. */
const linesMax = 5_000;

/** The limits in force: at each instant from which they hold and at each midnight of UTC, so that a curve of any day finds them. */
export interface LimitProjection {
  /** Writes what a new day or a new site asks for. Null, or the fault that keeps it. */
  readonly round: (book: SiteBook, now: EpochMs) => Promise<InfluxFault | null>;
  readonly reset: () => void;
}

/** Makes the projection of limits. */
export function makeLimits(
  database: Database,
  port: Pick<InfluxPort, "write">,
  target: string,
): LimitProjection {
  const read = database.prepare("SELECT seq FROM projection_cursors WHERE name = ?");
  const save = database.prepare(
    `INSERT INTO projection_cursors (name, seq, moved_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, moved_at = excluded.moved_at`,
  );
  const forget = database.prepare("DELETE FROM projection_cursors WHERE name = ?");
  const sites = database.prepare("SELECT content FROM sites WHERE number = ?");
  const newestSite = database.prepare("SELECT max(number) AS number FROM sites");
  const oldest = database.prepare(
    "SELECT min(at) AS at FROM (SELECT (SELECT min(at) FROM readings WHERE readings.probe = probes.number) AS at FROM probes)",
  );
  const dayName = `${target} limits`;
  const siteName = `${target} limits site`;
  const valueOf = (name: string): number | null => {
    const seq = read.get(name)?.["seq"];
    return typeof seq === "number" ? seq : null;
  };

  const write = async (lines: Iterable<string>): Promise<InfluxFault | null> => {
    let part: string[] = [];
    for (const each of lines) {
      part.push(each);
      if (part.length < linesMax) continue;
      const outcome = await writeLines(port, part);
      if (!outcome.ok) return outcome.fault;
      part = [];
    }
    const outcome = part.length === 0 ? { ok: true as const } : await writeLines(port, part);
    return outcome.ok ? null : outcome.fault;
  };

  return {
    round: async (book, now) => {
      const today = Math.floor(now / dayMs) * dayMs;
      const number = Number(newestSite.get()?.["number"] ?? 0);
      const knownDay = valueOf(dayName);
      const knownSite = valueOf(siteName);
      if (knownDay === today && knownSite === number) return null;
      const firstAt = Number(oldest.get()?.["at"] ?? now);
      const begin = Math.floor(Math.min(firstAt, now) / dayMs) * dayMs;
      const before =
        knownSite === null || knownDay === null ? null : bookOf(sites.get(knownSite)?.["content"]);
      const fault = await write(linesFor(book, number, begin, today, before, knownDay));
      if (fault !== null) return fault;
      save.run(dayName, today, now);
      save.run(siteName, number, now);
      return null;
    },
    reset: () => {
      forget.run(dayName);
      forget.run(siteName);
    },
  };
}

function bookOf(content: unknown): SiteBook | null {
  return typeof content === "string" ? siteBook(JSON.parse(content) as Site) : null;
}

function* linesFor(
  book: SiteBook,
  number: number,
  begin: EpochMs,
  today: EpochMs,
  before: SiteBook | null,
  knownDay: EpochMs | null,
): Iterable<string> {
  for (const probe of book.probes.values()) {
    if (probe.id === canaryId) continue;
    const earlier = before?.probes.get(probe.id);
    const span = earlier === undefined ? always : changedSpanOf(earlier, probe);
    const days =
      span === null ? Math.max(begin, (knownDay ?? begin) + dayMs) : Math.max(begin, dayOf(span.from));
    if (span !== null) {
      const starts = probe.rules.profiles.map(({ from }) => from);
      for (const from of new Set([begin, ...starts]))
        if (from >= begin && from >= span.from && from <= span.to)
          yield* limitLine(book, probe, from, number);
    }
    for (let day = days; day <= today; day += dayMs) yield* limitLine(book, probe, day, number);
  }
}

function dayOf(at: EpochMs): EpochMs {
  return Math.floor(at / dayMs) * dayMs;
}

/** What a corrected past says anew are new points: the site's number stands inside the millisecond. */
function limitLine(book: SiteBook, probe: PlacedProbe, at: EpochMs, number: number): string[] {
  const { low, high, criticalLow, criticalHigh } = ruleAt(probe.rules.profiles, at);
  const written = (limit: number | null): string | null => (limit === null ? null : float(limit));
  const head = lineHead("limits", { site: book.site.site, appliance: probe.appliance, probe: probe.id });
  const fields = {
    low: written(low),
    high: written(high),
    critical_low: written(criticalLow),
    critical_high: written(criticalHigh),
  };
  const made = line(head, fields, nanos(at, Math.min(number, subMax)));
  return made === null ? [] : [made];
}
