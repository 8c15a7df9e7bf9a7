import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteBuffer } from "@coldkeep/gateway/buffer/sqlite-buffer.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";

const probes = 64;
const minutes = 6 * 60;

/**
 * What the buffer writes to the disk for each reading of 64 devices at one a minute, by how many share a commit: one where each comes alone, ten with `commitWithin: 10s`, all
 * where a line is asked in one go. With the server away, and with the server taking each group at once.
 */
export async function benchFlash(): Promise<readonly string[]> {
  return [1, 10, probes].map((together) => {
    const [away, taken] = [writtenPerReading(together, false), writtenPerReading(together, true)];
    const perDay = (bytes: number): string => ((bytes * probes * 24 * 60) / 1e9).toFixed(2);
    return `${together} in a commit: ${away} bytes a reading with the server away (${perDay(away)} GB a day), ${taken} while it takes each group (${perDay(taken)} GB a day)`;
  });
}

function writtenPerReading(together: number, taken: boolean): number {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-bench-"));
  const startAt = systemClock.epochMs() - minutes * 60_000;
  const { buffer } = openSqliteBuffer(folder, startAt);
  const before = written();
  for (let reading = 0; reading < probes * minutes; reading += together) {
    const numbers = Array.from({ length: together }, (_, index) => reading + index);
    buffer.append({
      entries: numbers.map((n) => ({
        probe: `p${n % probes}`,
        at: startAt + n * 937,
        celsius: 4 + (n % 100) / 100,
        time: { source: "uptime", uncertaintyMs: 500 },
      })),
      ledgers: numbers.map((n) => ({
        device: `d${n % probes}`,
        boot: 1,
        source: "line",
        lastHeardAt: startAt + n * 937,
        kept: [[0, Math.floor(n / probes)]],
        lost: [],
        anchors: [{ fromSequence: 0, zeroAt: startAt }],
      })),
      setAside: [],
      signals: [],
      forgotten: [],
      evidence: [],
    });
    const batch = taken ? buffer.nextBatch("live", 5_000) : null;
    if (batch !== null) buffer.complete(batch.sequence, []);
  }
  const bytes = Math.round((written() - before) / (probes * minutes));
  buffer.close();
  rmSync(folder, { recursive: true, force: true });
  return bytes;
}

/** Bytes that this process has handed to the system to write. */
const written = (): number => Number(/^wchar: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
