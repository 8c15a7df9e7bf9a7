import { existsSync, mkdirSync, renameSync, rmSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import {
  type BufferEntry,
  type Commit,
  type Evidence,
  evidenceMax,
  type LaneName,
  type ReadingBuffer,
  type StoredBatch,
  thinEntriesMax,
  type Thinned,
  type Usage,
} from "./buffer.ts";
import { openDatabase } from "./database.ts";
import { unknownBatch, unsplittable } from "./memory-buffer.ts";
import { columnsOf, toEntry, toLedger, toRefused, toSignal } from "./rows.ts";
import { salvage, type Salvaged } from "./salvage.ts";
import { spareRoom } from "./spare.ts";
import { statements } from "./statements.ts";
import { chooseDropped, thinnedEvidence } from "./thinning.ts";

/** The buffer's file inside the data folder. */
export const bufferFileName = "buffer.db";

/** An opened buffer, and the damaged file that had to be set aside for it, if there was one, with what could be taken over from it. */
export interface OpenedBuffer {
  readonly buffer: ReadingBuffer;
  readonly damagedFile: string | null;
  readonly salvaged: Salvaged | null;
}

/**
 * Opens the buffer in a folder, making both where they do not exist. A file that fails SQLite's own check is set aside under another name and a new one begun
 * with what can still be read of it: a gateway that records is worth more than one that waits for a person.
 * Throws `buffer.open-failed` where the folder cannot be used.
 */
export function openSqliteBuffer(folder: string, createdAt: EpochMs): OpenedBuffer {
  const path = join(folder, bufferFileName);
  const fresh = `${path}.salvage`;
  try {
    mkdirSync(folder, { recursive: true });
    // A power cut after the damaged file was set aside: what was taken over is complete by then.
    if (!existsSync(path) && existsSync(fresh)) renameSync(fresh, path);
    if (!existsSync(path) || isSound(path))
      return { buffer: sqliteBuffer(path, createdAt), damagedFile: null, salvaged: null };
    const salvaged = trySalvage(path, fresh, createdAt);
    const damagedFile = `${path}.damaged-${createdAt}`;
    for (const suffix of ["", "-wal", "-shm"]) {
      if (existsSync(path + suffix)) renameSync(path + suffix, damagedFile + suffix);
    }
    if (salvaged !== null) renameSync(fresh, path);
    return { buffer: sqliteBuffer(path, createdAt), damagedFile, salvaged };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError(
      "buffer.open-failed",
      `The buffer ${path} cannot be opened: ${String(error)}. Check that the data folder exists, can be written and is not full.`,
      { context: { path }, cause: error },
    );
  }
}

/** Null where there is no room for a second file; the damaged one is set aside all the same. */
function trySalvage(path: string, fresh: string, createdAt: EpochMs): Salvaged | null {
  try {
    return salvage(path, fresh, createdAt);
  } catch {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(fresh + suffix, { force: true });
    return null;
  }
}

function isSound(path: string): boolean {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    const rows = db.prepare("PRAGMA quick_check(1)").all();
    return rows.length === 1 && rows[0]?.["quick_check"] === "ok";
  } catch (error) {
    // Locked, unreadable or a full disk is not damage: only what SQLite itself calls corrupt is set aside.
    const code = (error as { errcode?: number }).errcode ?? 0;
    if (code % 256 === sqliteCorrupt || code % 256 === sqliteNotADatabase) return false;
    throw error;
  } finally {
    db?.close();
  }
}

const sqliteCorrupt = 11;
const sqliteFull = 13;
const sqliteNotADatabase = 26;

interface BatchRow {
  readonly sequence: number;
  readonly lane: LaneName;
  readonly first: number;
  readonly last: number;
  readonly held: number;
}

/** The values that change with every commit, mirrored in memory and rolled back with the transaction. */
interface Meta {
  nextReading: number;
  nextSequence: number;
  backlogNext: number;
  backlogEnd: number;
  liveNext: number;
  held: number;
}

/** The buffer over one SQLite file; the only place in the gateway that speaks SQL. */
export function sqliteBuffer(path: string, createdAt: EpochMs): ReadingBuffer {
  const db = openDatabase(path, createdAt);
  const sql = prepareAll(db);
  let meta = loadMeta(db);
  const probes = new Map<string, number>();
  for (const row of db.prepare("SELECT number, id FROM probe").all())
    probes.set(String(row["id"]), Number(row["number"]));

  const spare = spareRoom(path);

  /** `drains`: it makes room in the end, so that it may use the spare room of a full disk. */
  function transact<Result>(work: () => Result, drains = true): Result {
    const before = { ...meta };
    const probesBefore = probes.size;
    try {
      db.exec("BEGIN IMMEDIATE");
      const result = work();
      sql.saveMeta.run(
        meta.nextReading,
        meta.nextSequence,
        meta.backlogNext,
        meta.backlogEnd,
        meta.liveNext,
        meta.held,
      );
      db.exec("COMMIT");
      return result;
    } catch (error) {
      meta = before;
      for (const id of [...probes.keys()].slice(probesBefore)) probes.delete(id);
      if (db.isTransaction) db.exec("ROLLBACK");
      if (error instanceof CodedError) throw error;
      const code = (error as { errcode?: number }).errcode ?? 0;
      if (drains && code % 256 === sqliteFull && spare.giveUp()) return transact(work);
      throw new CodedError(
        "buffer.write-failed",
        `The buffer ${path} could not be written: ${String(error)}. Nothing was acknowledged; check the disk.`,
        { context: { path }, cause: error },
      );
    }
  }

  const probeNumber = (id: string): number => {
    const known = probes.get(id);
    if (known !== undefined) return known;
    const number = Number(sql.insertProbe.run(id).lastInsertRowid);
    probes.set(id, number);
    return number;
  };
  const insertEntry = (entry: BufferEntry): void => {
    const { name, value, time } = columnsOf(entry);
    sql.insertReading.run(meta.nextReading, probeNumber(name), entry.at, value, time);
    meta.nextReading += 1;
  };
  const keepEvidence = (evidence: readonly Evidence[]): void => {
    for (const one of evidence.slice(-evidenceMax))
      sql.insertEvidence.run(one.at, one.source, one.code, one.excerpt);
    if (evidence.length > 0) sql.trimEvidence.run(evidenceMax);
  };
  const findBatch = (sequence: number): BatchRow => {
    const row = sql.findBatch.get(sequence) as BatchRow | undefined;
    if (row === undefined) throw unknownBatch(sequence);
    return row;
  };
  const insertBatch = (lane: LaneName, first: number, last: number, size: number): BatchRow => {
    const row = { sequence: meta.nextSequence, lane, first, last, held: meta.held - size };
    meta.nextSequence += 1;
    sql.insertBatch.run(row.sequence, lane, first, last, row.held);
    return row;
  };
  const load = ({ sequence, lane, first, last, held }: BatchRow): StoredBatch => {
    const entries: BufferEntry[] = [];
    for (const row of sql.readings.iterate(first, last)) entries.push(toEntry(row));
    return { sequence, lane, heldReadings: held, entries };
  };
  const takeLive = (entriesMax: number): BatchRow | null => {
    const waiting = sql.waitingIds.all(meta.liveNext, meta.nextReading, entriesMax + 1).length;
    if (waiting === 0) return null;
    if (waiting > entriesMax) {
      if (meta.backlogNext >= meta.backlogEnd) meta.backlogNext = meta.liveNext;
      meta.backlogEnd = meta.nextReading;
      meta.liveNext = meta.nextReading;
      return null;
    }
    const first = meta.liveNext;
    meta.liveNext = meta.nextReading;
    return insertBatch("live", first, meta.nextReading - 1, waiting);
  };
  const takeBacklog = (entriesMax: number): BatchRow | null => {
    if (meta.backlogNext >= meta.backlogEnd) return null;
    const ids = sql.waitingIds.all(meta.backlogNext, meta.backlogEnd, entriesMax) as { id: number }[];
    const [first, last] = [ids[0]?.id, ids.at(-1)?.id];
    meta.backlogNext = last === undefined ? meta.backlogEnd : last + 1;
    return first === undefined || last === undefined ? null : insertBatch("backlog", first, last, ids.length);
  };
  let thinNext = 0;
  const thinStretch = (at: EpochMs): Thinned | null => {
    // The backlog first, then what waits as live: what lies between them is in an open batch.
    const inBacklog = Math.max(thinNext, meta.backlogNext) < meta.backlogEnd;
    const from = Math.max(thinNext, inBacklog ? meta.backlogNext : meta.liveNext);
    const rows = sql.stretch.all(from, inBacklog ? meta.backlogEnd : meta.nextReading, thinEntriesMax);
    const last = Number(rows.at(-1)?.["place"] ?? from);
    const wholeStretch = rows.length === thinEntriesMax;
    const more = wholeStretch || (inBacklog && meta.nextReading > meta.liveNext);
    const begun = thinNext > 0;
    thinNext = more ? (wholeStretch ? last + 1 : meta.backlogEnd) : 0;
    if (rows.length === 0) return begun || more ? { examined: 0, dropped: 0, more } : null;
    const stretch = rows.map((row) => ({ id: Number(row["place"]), entry: toEntry(row) }));
    const dropped = chooseDropped(stretch);
    if (dropped.size > 0) {
      // Written anew as a whole: rows deleted one by one would leave pages half full, and the file no smaller.
      sql.deleteReadings.run(stretch[0]?.id ?? from, last);
      for (const row of rows) {
        const [id, number, time] = [
          Number(row["place"]),
          Number(row["number"]),
          row["time"] as number | null,
        ];
        const value = row["value"] as number | string;
        if (!dropped.has(id)) sql.insertReading.run(id, number, Number(row["at"]), value, time);
      }
      meta.held -= dropped.size;
      keepEvidence([thinnedEvidence(stretch, dropped, at)]);
    }
    return { examined: rows.length, dropped: dropped.size, more };
  };

  return {
    heldReadings: () => meta.held,
    usage: (): Usage => {
      const { pages, free, size } = sql.pages.get() as { pages: number; free: number; size: number };
      const disk = statfsSync(dirname(path));
      const [usedBytes, diskFreeBytes] = [(pages - free) * size, disk.bavail * disk.bsize];
      spare.keep(usedBytes, diskFreeBytes);
      return { heldReadings: meta.held, usedBytes, reusableBytes: free * size, diskFreeBytes };
    },
    thinOut: (at) => transact(() => thinStretch(at)),
    backlogReadings: () =>
      meta.backlogNext >= meta.backlogEnd
        ? 0
        : Number(sql.countBetween.get(meta.backlogNext, meta.backlogEnd)?.["count"] ?? 0),
    lastEntry: () => meta.nextReading - 1,
    entriesAfter: (entry, countMax) => {
      const rows = sql.entriesAfter.all(entry, countMax);
      const last = rows.at(-1)?.["id"];
      return { entries: rows.map(toEntry), last: last === undefined ? null : Number(last) };
    },
    ledgers: () => sql.ledgers.all().map(toLedger),
    signals: () => sql.signals.all().map(toSignal),
    append: (commit: Commit) =>
      transact(() => {
        for (const entry of commit.entries) insertEntry(entry);
        for (const { entry, code, at } of commit.setAside) {
          const { name, value, time } = columnsOf(entry);
          sql.insertRefused.run(probeNumber(name), entry.at, value, time, code, at);
        }
        meta.held += commit.entries.length + commit.setAside.length;
        for (const { channel, active, at } of commit.signals) sql.saveSignal.run(channel, active ? 1 : 0, at);
        for (const one of commit.ledgers) {
          const [kept, lost, anchors] = [one.kept, one.lost, one.anchors].map((part) => JSON.stringify(part));
          sql.saveLedger.run(
            one.device,
            one.boot,
            one.source,
            one.lastHeardAt,
            kept ?? "[]",
            lost ?? "[]",
            anchors ?? "[]",
          );
        }
        for (const { device, boot } of commit.forgotten) sql.forgetLedger.run(device, boot);
        keepEvidence(commit.evidence);
      }, false),
    nextBatch: (lane, entriesMax) => {
      const open = sql.openBatch.get(lane) as BatchRow | undefined;
      if (open !== undefined) return load(open);
      const nothing =
        lane === "live" ? meta.nextReading === meta.liveNext : meta.backlogNext >= meta.backlogEnd;
      if (nothing) return null;
      const row = transact(() => (lane === "live" ? takeLive(entriesMax) : takeBacklog(entriesMax)));
      return row === null ? null : load(row);
    },
    complete: (sequence, evidence) =>
      transact(() => {
        const row = findBatch(sequence);
        meta.held -= Number(sql.deleteReadings.run(row.first, row.last).changes);
        sql.deleteBatch.run(sequence);
        keepEvidence(evidence);
      }),
    split: (sequence) =>
      transact(() => {
        const row = findBatch(sequence);
        const ids = sql.idsBetween.all(row.first, row.last) as { id: number }[];
        const middle = ids[Math.ceil(ids.length / 2)]?.id;
        if (ids.length < 2 || middle === undefined) throw unsplittable(sequence);
        const firstHalf = Math.ceil(ids.length / 2);
        sql.deleteBatch.run(sequence);
        insertBatch(row.lane, row.first, middle - 1, firstHalf);
        insertBatch(row.lane, middle, row.last, ids.length - firstHalf);
      }),
    renumber: (sequence, floor) =>
      transact(() => {
        findBatch(sequence);
        meta.nextSequence = Math.max(meta.nextSequence, floor);
        sql.renumber.run(meta.nextSequence, sequence);
        meta.nextSequence += 1;
      }),
    refuse: (sequence, code, at) =>
      transact(() => {
        const row = findBatch(sequence);
        sql.copyRefused.run(code, at, row.first, row.last);
        sql.deleteReadings.run(row.first, row.last);
        sql.deleteBatch.run(sequence);
      }),
    requeueRefused: (chosen = () => true) =>
      transact(() => {
        const rows = sql.refused.all().filter((row) => chosen(toRefused(row)));
        for (const row of rows) {
          insertEntry(toEntry(row));
          sql.deleteRefused.run(Number(row["id"]));
        }
        return rows.length;
      }),
    refused: () => sql.refused.all().map(toRefused),
    refusedCount: () => Number(sql.countRefused.get()?.["count"] ?? 0),
    evidence: (most = evidenceMax) =>
      sql.evidence.all(most).map((row) => ({
        at: Number(row["at"]),
        source: String(row["source"]),
        code: String(row["code"]),
        excerpt: row["excerpt"] as Uint8Array,
      })),
    close: () => db.close(),
  };
}

function loadMeta(db: DatabaseSync): Meta {
  return { ...(db.prepare("SELECT * FROM meta WHERE one = 1").get() as unknown as Meta) };
}

type Statements = Record<keyof typeof statements, StatementSync>;

function prepareAll(db: DatabaseSync): Statements {
  return Object.fromEntries(
    Object.entries(statements).map(([name, text]) => [name, db.prepare(text)]),
  ) as unknown as Statements;
}
