import { openSqliteBuffer } from "@coldkeep/gateway/buffer/sqlite-buffer.ts";

/** Probes of the drain: `p0` to `p63`. */
export const probes = 64;

/** How long the server was away, in readings of each probe at one a minute. */
export const minutesAway = 7 * 24 * 60;

/** A site of refrigerators with one probe each. */
export function siteText(): string {
  const cells = {
    low: 2,
    high: 6,
    deadband: 0.3,
    maxGap: "5m",
    excursionAfter: "10m",
    recoverAfter: "5m",
    unmonitoredAfter: "30m",
    alarmDelay: "5m",
  };
  const appliances = Array.from({ length: probes }, (_, index) => ({
    id: `a${index}`,
    name: `Refrigerator ${index}`,
    kind: "refrigerator",
    profile: "cells",
    probes: [{ id: `p${index}` }],
  }));
  return JSON.stringify({ site: "bench", timeZone: "UTC", profiles: { cells }, appliances });
}

/** A gateway on one serial line with one device that measures at all probes. */
export function gatewayText(folder: string, line: string, url: string, listen: string): string {
  const names = Array.from({ length: probes }, (_, index) => [`d/t${index}`, `p${index}`]);
  return JSON.stringify({
    gateway: "bench",
    server: { url, token: "bench" },
    data: folder,
    health: { listen },
    sources: [{ kind: "serial", id: "line", path: line, baudRate: 115_200 }],
    probes: Object.fromEntries(names),
    pauseMax: "500ms",
  });
}

/** Fills a gateway's buffer with a week of readings that its server has not got. Returns how many. */
export function fillBuffer(folder: string, now: number): number {
  const start = now - minutesAway * 60_000;
  const { buffer } = openSqliteBuffer(folder, start);
  for (let minute = 0; minute < minutesAway; minute += 1) {
    const entries = Array.from({ length: probes }, (_, index) => ({
      probe: `p${index}`,
      at: start + minute * 60_000 + index * 11,
      celsius: Math.round(400 + 100 * Math.sin(minute / 40 + index)) / 100,
      time: { source: "poll", uncertaintyMs: 500 } as const,
    }));
    buffer.append({ entries, setAside: [], signals: [], ledgers: [], forgotten: [], evidence: [] });
  }
  buffer.close();
  return minutesAway * probes;
}
