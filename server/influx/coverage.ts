import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import { type Clock, sleep } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, type EpochMs, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { History } from "../history/history.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";
import { changedSpanOf } from "../judging/routing.ts";
import type { SiteEngine } from "../judging/site-engine.ts";
import { type PlacedProbe, type SiteBook, siteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { Touched } from "./batch-lines.ts";
import { openCoverage } from "./coverage-hours.ts";
import type { InfluxFault } from "./fault.ts";
import type { InfluxPort } from "./influx-port.ts";
import { integer, line, lineHead, nanos, subMax } from "./line.ts";
import { writeLines } from "./write-lines.ts";

/** An hour counts as over this long after its end, when what belongs to it has usually come. Unit ms. */
export const settleMs: DurationMs = 5 * minuteMs;

/** Hours that are added, looked at and written in one round at most. */
export const hoursAddedMax = 24;
export const hoursJudgedMax = 2_000;
export const hoursWrittenMax = 5_000;

/** The longest turn on the thread that takes batches, and how long it is then left to them. Unit ms. */
const turnMs: DurationMs = 4;
const restMs: DurationMs = 4;

/** What the hours' coverage is worked out from. */
export interface CoverageParts {
  readonly database: Database;
  readonly engine: Pick<SiteEngine, "probe">;
  /** Of the records, which have all of it at once. */
  readonly history: History;
  readonly port: Pick<InfluxPort, "write">;
  readonly clock: Clock;
  readonly target: string;
}

/** Coverage by the hour: looked at when an hour is over, and again when later readings or rules touch it. */
export interface CoverageProjection {
  /** Readings came that are older than the hour in which they were taken. */
  readonly touch: (book: SiteBook, late: readonly Touched[]) => void;
  /** Does a bounded part of what is due. Null, or the fault that keeps it. */
  readonly round: (book: SiteBook, now: EpochMs) => Promise<InfluxFault | null>;
  /** True while there is more to do at `now`. */
  readonly isDue: (now: EpochMs) => boolean;
  /** All is to be found and written anew. */
  readonly reset: () => void;
}

/** Makes the projection of coverage. */
export function makeCoverage(parts: CoverageParts): CoverageProjection {
  const { database, engine, history, port, clock } = parts;
  const hours = openCoverage(database);
  const read = database.prepare("SELECT seq FROM projection_cursors WHERE name = ?");
  const save = database.prepare(
    `INSERT INTO projection_cursors (name, seq, moved_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, moved_at = excluded.moved_at`,
  );
  const forget = database.prepare("DELETE FROM projection_cursors WHERE name = ?");
  const sites = database.prepare("SELECT number, content FROM sites WHERE number = ?");
  const newestSite = database.prepare("SELECT max(number) AS number FROM sites");
  const firstAt = database.prepare("SELECT min(at) AS at FROM readings WHERE probe = ?");
  const addedName = `${parts.target} coverage`;
  const siteName = `${parts.target} coverage site`;
  const valueOf = (name: string): number | null => {
    const seq = read.get(name)?.["seq"];
    return typeof seq === "number" ? seq : null;
  };
  const memoriesOf = (book: SiteBook): ProbeMemory[] =>
    [...book.probes.keys()].flatMap((id) => (id === canaryId ? [] : (engine.probe(id) ?? [])));
  const beginOf = ({ route }: ProbeMemory): EpochMs | null => {
    const found = route.flatMap(({ channel }) => {
      const at = firstAt.get(channel)?.["at"];
      return typeof at === "number" ? [at] : [];
    });
    return found.length === 0 ? null : Math.min(...found);
  };
  const overUntil = (now: EpochMs): EpochMs => Math.floor((now - settleMs) / hourMs) * hourMs;

  /** Adds the hours that are over since the last time, at first from the oldest reading on. */
  const add = (book: SiteBook, now: EpochMs): void => {
    const until = overUntil(now);
    const known = valueOf(addedName);
    if (known !== null && known >= until) return;
    const begins = memoriesOf(book).flatMap((memory) => {
      const at = beginOf(memory);
      return at === null ? [] : [{ number: memory.number, at }];
    });
    if (begins.length === 0) return;
    const from = known ?? Math.floor(Math.min(...begins.map(({ at }) => at)) / hourMs) * hourMs;
    const to = Math.min(until, from + hoursAddedMax * hourMs);
    database.transaction(() => {
      for (let hour = from; hour < to; hour += hourMs) {
        hours.add(
          begins.filter(({ at }) => at < hour + hourMs).map(({ number }) => number),
          hour,
        );
      }
      save.run(addedName, to, now);
    });
  };

  /** Looks again at the hours for which the rules have changed. */
  const followSite = (book: SiteBook, now: EpochMs): void => {
    const newest = Number(newestSite.get()?.["number"] ?? 0);
    const known = valueOf(siteName);
    if (known === newest) return;
    const row = known === null ? undefined : sites.get(known);
    const before = row === undefined ? null : siteBook(JSON.parse(String(row["content"])) as Site);
    database.transaction(() => {
      for (const memory of before === null ? [] : memoriesOf(book)) {
        const earlier = before?.probes.get(memory.probe.id);
        const span = earlier === undefined ? null : changedSpanOf(earlier, memory.probe);
        if (span !== null)
          hours.again(
            memory.number,
            span.from - reachOf(memory.probe) - hourMs,
            span.to + reachOf(memory.probe),
          );
      }
      save.run(siteName, newest, now);
    });
  };

  const judge = async (book: SiteBook, now: EpochMs): Promise<void> => {
    const byNumber = new Map(memoriesOf(book).map((memory) => [memory.number, memory]));
    const due = hours.due(now, hoursJudgedMax);
    let at = 0;
    while (at < due.length) {
      const found: Parameters<typeof hours.found>[] = [];
      const started = clock.monotonicMs();
      for (; at < due.length && clock.monotonicMs() - started < turnMs; at += 1) {
        const { probe, hour } = due[at] ?? { probe: 0, hour: 0 };
        const memory = byNumber.get(probe);
        const nothing = { inMs: 0, lowMs: 0, highMs: 0, unknownMs: hourMs, pendingMs: 0 };
        const measured =
          memory === undefined ? nothing : await history.measure(memory, hour, hour + hourMs, now);
        found.push([probe, hour, measured, now]);
      }
      database.transaction(() => {
        for (const each of found) hours.found(...each);
      });
      if (at < due.length) await sleep(clock, restMs);
    }
  };

  const write = async (book: SiteBook): Promise<InfluxFault | null> => {
    const byNumber = new Map(memoriesOf(book).map((memory) => [memory.number, memory.probe]));
    for (;;) {
      const list = hours.unwritten(hoursWrittenMax);
      if (list.length === 0) return null;
      const lines = list.flatMap((each) => {
        const probe = byNumber.get(each.probe);
        if (probe === undefined) return [];
        const head = lineHead("coverage", {
          site: book.site.site,
          appliance: probe.appliance,
          probe: probe.id,
        });
        const fields = {
          in_ms: integer(each.inMs),
          low_ms: integer(each.lowMs),
          high_ms: integer(each.highMs),
          unknown_ms: integer(each.unknownMs),
          revision: integer(each.revision),
        };
        return line(head, fields, nanos(each.hour, Math.min(each.revision, subMax))) ?? [];
      });
      const outcome = await writeLines(port, lines);
      if (!outcome.ok) return outcome.fault;
      hours.written(list);
    }
  };

  return {
    touch: (book, late) => {
      if (late.length === 0) return;
      const byChannel = probesByChannel(book);
      database.transaction(() => {
        for (const { channel, from, to } of late) {
          for (const probe of byChannel.get(channel) ?? []) {
            const number = engine.probe(probe.id)?.number;
            const reach = reachOf(probe);
            if (number !== undefined) hours.again(number, from - reach - hourMs, to + reach);
          }
        }
      });
    },
    round: async (book, now) => {
      followSite(book, now);
      add(book, now);
      await judge(book, now);
      return write(book);
    },
    isDue: (now) => (valueOf(addedName) ?? overUntil(now)) < overUntil(now) || hours.due(now, 1).length > 0,
    reset: () =>
      database.transaction(() => {
        hours.clear();
        forget.run(addedName);
        forget.run(siteName);
      }),
  };
}

/** How far from a reading its being there may change what is known: up to its neighbours, and as far as the trust in those that follow depends on it. */
function reachOf({ rules }: PlacedProbe): DurationMs {
  return Math.max(
    ...rules.profiles.map(({ rule: { maxGap, trust } }) =>
      trust === null || trust === undefined
        ? maxGap
        : maxGap * (1 + trust.believeAfter) + (trust.stuckAfter ?? 0),
    ),
  );
}

function probesByChannel(book: SiteBook): Map<string, PlacedProbe[]> {
  const found = new Map<string, PlacedProbe[]>();
  for (const probe of book.probes.values()) {
    for (const { channel } of probe.stretches) {
      const known = found.get(channel) ?? [];
      if (!known.includes(probe)) found.set(channel, [...known, probe]);
    }
  }
  return found;
}
