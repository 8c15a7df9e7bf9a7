import { expect, test } from "vitest";
import type { Listened } from "../command/listen.ts";
import { parseSettings } from "../settings/settings.ts";
import { channelRows, heardAll, sourceRows, unreadRows } from "./source-rows.ts";

const settings = parseSettings(
  JSON.stringify({
    gateway: "g",
    server: { url: "http://server" },
    data: "data",
    sources: [
      { kind: "serial", id: "line", path: "/dev/null" },
      {
        kind: "modbus-tcp",
        id: "tcp",
        host: "h",
        devices: [{ device: "m1", unit: 1, profile: "int16-tenths" }],
      },
    ],
    probes: {
      "d/a": "p-a",
      "d/b": "p-b",
      "d/missing": "p-missing",
      "m1/temperature": "p-m",
      "gone/t": "p-gone",
    },
    signals: { "d/door": { subject: "fridge-1", kind: "door" } },
  }),
  "test",
);

const now = 1_795_000_000_000;
const of = (channel: string, value: number | "open", ageMs = 30_000) => ({
  source: "line",
  device: "d",
  channel,
  value,
  at: now - ageMs,
});

const listened: Listened = {
  heard: [of("a", 4.1), of("b", "open"), of("door", 0, -3_600_000), of("spare", 20)],
  unread: [{ source: "line", code: "serial.crc-wrong", count: 3, excerpt: "$CKT\u0007" }],
  sources: [
    { id: "line", kind: "serial", state: "open", trouble: null, lastHeardAt: now },
    {
      id: "tcp",
      kind: "modbus-tcp",
      state: "open",
      trouble: null,
      lastHeardAt: null,
      devices: [{ device: "m1", lastHeardAt: null, trouble: "modbus.timeout" }],
    },
  ],
};

const rowsBy = (rows: readonly { grade: string; cells: readonly string[] }[]): Record<string, string> =>
  Object.fromEntries(rows.map(({ grade, cells }) => [cells[1], `${grade} ${cells.slice(2).join(" | ")}`]));

test("each channel is told with its value, its age, where it goes and what to do", () => {
  const rows = rowsBy(channelRows(settings, listened, now));
  expect(rows["d/a"]).toBe("well line | 4.1 | 30 s | probe p-a | ");
  expect(rows["d/b"]).toMatch(/^trouble line \| open \| 30 s \| probe p-b \| .*look at it/);
  expect(rows["d/door"]).toMatch(
    /^trouble line \| 0 \| 1 h 00 min ahead \| door of fridge-1 \| .*clock is ahead/,
  );
  expect(rows["d/spare"]).toMatch(/^note line \| 20 \| 30 s \| nothing \| not in the settings/);
  expect(rows["d/missing"]).toMatch(/^trouble \? \| no \| .*other channels: a, b, door, spare/);
  expect(rows["m1/temperature"]).toMatch(/^trouble tcp \| no \| .*no answer: look at the device's power/);
  expect(rows["gone/t"]).toMatch(/^trouble \? \| no \| .*switched on/);
});

test("sources that are silent or not open, and devices that do not answer, call for a look", () => {
  const busy = { ...listened.sources[0], id: "busy", state: "waiting", trouble: "Cannot lock port" } as const;
  const rows = rowsBy(
    sourceRows({
      ...listened,
      sources: [...listened.sources, { ...busy, kind: "serial", lastHeardAt: null }],
    }),
  );
  expect(rows["line"]).toBe("well serial | open, 4 channels heard | ");
  expect(rows["tcp"]).toMatch(/^trouble modbus-tcp \| open, nothing heard/);
  expect(rows["m1"]).toMatch(/^trouble on tcp \| modbus.timeout \| no answer/);
  expect(rows["busy"]).toMatch(
    /^trouble serial \| not open: Cannot lock port \| another program has it open/,
  );
});

test("refused input is a note with its first bytes, and listening goes on until all was heard", () => {
  expect(rowsBy(unreadRows(listened))["line"]).toMatch(
    /^note serial.crc-wrong \| 3 \| "\$CKT\\u0007" \| disturbed/,
  );
  expect(heardAll(settings, listened)).toBe(false);
  const all = ["a", "b", "missing", "door"].map((channel) => of(channel, 4));
  const others = [
    { ...of("temperature", 4), device: "m1", source: "tcp" },
    { ...of("t", 4), device: "gone" },
  ];
  expect(heardAll(settings, { ...listened, heard: [...all, ...others] })).toBe(true);
});
