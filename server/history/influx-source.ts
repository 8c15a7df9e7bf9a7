import { faultWords } from "@coldkeep/core/readings/reading.ts";
import { timeSources } from "@coldkeep/core/readings/stamp.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type InfluxPort, quoted, type Series } from "../influx/influx-port.ts";
import { faultValue, type Route } from "../judging/routed-readings.ts";
import type { Database } from "../store/database.ts";
import { mergedRows, type ReadingSource, type StoredRow } from "./reading-source.ts";

/** Most points of one answer; a longer window is asked for piece by piece. */
export const answerRowsMax = 50_000;

/** The first and last instant that InfluxDB can hold, cut to what concerns us: 1970 to 2200. Unit ms. */
const firstAt: EpochMs = 0;
const lastAt: EpochMs = 7_258_118_400_000;

/**
 * The readings as InfluxDB holds them. It is asked by channel and not by probe, so that a corrected assignment needs nothing to be written anew. Calls reject with
 * `history.unavailable` where it does not answer.
 */
export function influxSource(port: Pick<InfluxPort, "query">, database: Database): ReadingSource {
  const find = database.prepare("SELECT id FROM probes WHERE number = ?");
  const names = new Map<number, string>();
  const nameOf = (channel: number): string => {
    const known = names.get(channel);
    if (known !== undefined) return known;
    const name = String(find.get(channel)?.["id"]);
    names.set(channel, name);
    return name;
  };
  const ask = async (channel: number, from: EpochMs, to: EpochMs, end: string): Promise<StoredRow[]> => {
    const where = `channel = ${quoted(nameOf(channel))} AND time >= ${from}ms AND time < ${to + 1}ms`;
    const outcome = await port.query(
      `SELECT celsius, fault, time_source, uncertainty_ms FROM readings WHERE ${where} ${end}`,
    );
    if (!outcome.ok)
      throw new CodedError("history.unavailable", `InfluxDB does not answer: ${outcome.fault.reason}`);
    return outcome.series.flatMap(rowsOf);
  };
  const span = async (channel: number, from: EpochMs, to: EpochMs): Promise<StoredRow[]> => {
    const pieces: StoredRow[][] = [];
    let start = from;
    for (;;) {
      const piece = await ask(channel, start, to, `ORDER BY time LIMIT ${answerRowsMax}`);
      pieces.push(piece);
      const last = piece[piece.length - 1];
      // The instant at which an answer ends may go on; it is asked for again and its repeats fall out.
      if (piece.length < answerRowsMax || last === undefined) return pieces.flat();
      start = last.at > start ? last.at : start + 1;
    }
  };
  const nearest = async (route: Route, from: EpochMs, to: EpochMs, order: string): Promise<EpochMs[]> => {
    const found: EpochMs[] = [];
    for (const { channel, first, last } of cut(route, from, to)) {
      const [row] = await ask(channel, first, last, `ORDER BY time ${order} LIMIT 1`);
      if (row !== undefined) found.push(row.at);
    }
    return found;
  };
  return {
    rows: async (route, from, to) => {
      const rows: StoredRow[] = [];
      for (const { channel, first, last } of cut(route, from, to))
        for (const row of await span(channel, first, last)) rows.push(row);
      return mergedRows(rows);
    },
    lastUntil: async (route, at) => {
      const found = await nearest(route, firstAt, at, "DESC");
      return found.length === 0 ? null : Math.max(...found);
    },
    firstFrom: async (route, at) => {
      const found = await nearest(route, at, lastAt, "ASC");
      return found.length === 0 ? null : Math.min(...found);
    },
  };
}

function cut(route: Route, from: EpochMs, to: EpochMs): { channel: number; first: EpochMs; last: EpochMs }[] {
  return route
    .map((span) => ({
      channel: span.channel,
      first: Math.max(span.from, from, firstAt),
      last: Math.min(span.to - 1, to, lastAt),
    }))
    .filter(({ first, last }) => first <= last);
}

function rowsOf({ columns, values }: Series): StoredRow[] {
  const place = (name: string): number => columns.indexOf(name);
  const time = place("time");
  const celsius = place("celsius");
  const faultAt = place("fault");
  const sourceAt = place("time_source");
  const uncertaintyAt = place("uncertainty_ms");
  return values.map((row) => {
    const value = row[celsius];
    const fault = faultWords.find((word) => word === row[faultAt]) ?? null;
    const source = timeSources.findIndex((each) => each === row[sourceAt]);
    const uncertainty = row[uncertaintyAt];
    return {
      at: Math.floor(Number(row[time]) / 1_000),
      value: typeof value === "number" ? value : faultValue,
      fault: typeof value === "number" ? null : (fault ?? "unspecified"),
      source: source === -1 ? null : source,
      uncertainty: typeof uncertainty === "number" ? uncertainty : null,
    };
  });
}
