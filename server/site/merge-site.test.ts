import { expect, test } from "vitest";
import { type Site, siteSchema } from "@coldkeep/core/site/site.ts";
import { parse } from "yaml";
import { exampleProfile } from "../testing/test-server.ts";
import { mergeSite } from "@coldkeep/core/site/merge-site.ts";
import { siteBook } from "./site-book.ts";

const noon = Date.parse("2026-11-22T12:00:00Z");
const evening = noon + 6 * 3_600_000;
const other = exampleProfile.replace("high: 6", "high: 8");

function site(probe: string, { profile = "a", channels = "[]" } = {}): Site {
  return siteSchema.parse(
    parse(`
site: s
timeZone: UTC
profiles: { a: ${exampleProfile}, b: ${other} }
appliances:
  - { id: f, name: F, kind: refrigerator, profile: ${profile}, probes: [ { id: p${probe} }, { id: q } ] }
channels: ${channels}
`),
  );
}

const placed = (merged: Site, id = "p") => {
  const found = siteBook(merged).probes.get(id);
  if (found === undefined) throw new RangeError(`no probe ${id}`);
  return found;
};
const highs = (merged: Site, id = "p") =>
  placed(merged, id).rules.profiles.map(({ from, rule }) => [Math.max(from, 0), rule.high]);

test("a changed undated calibration applies from now on, and the same file again changes nothing", () => {
  const first = mergeSite(null, site(""), noon);
  const second = mergeSite(first, site(", calibration: { offset: 0.12, certificate: A-1 }"), noon);
  expect(placed(second).rules.offsets).toEqual([
    { from: 0, rule: 0 },
    { from: noon, rule: 0.12 },
  ]);
  expect(mergeSite(second, site(", calibration: { offset: 0.12, certificate: A-1 }"), evening)).toEqual(
    second,
  );
  const third = mergeSite(second, site(""), evening);
  expect(placed(third).rules.offsets.at(-1)).toEqual({ from: evening, rule: 0 });
});

test("dated calibrations are taken at their word, also for earlier time", () => {
  const before = mergeSite(null, site(", calibration: { offset: 0.12 }"), noon);
  const dated = `, calibration: [ { offset: 0 }, { from: "2026-11-22T06:00:00Z", offset: -0.3, uncertainty: 0.1, due: 2027-11-22 } ]`;
  const from = Date.parse("2026-11-22T06:00:00Z");
  expect(placed(mergeSite(before, site(dated), evening)).rules.offsets).toEqual([
    { from: 0, rule: 0 },
    { from, rule: -0.3 },
  ]);
});

test("which profile applies is dated like its content, through the appliance and for one probe", () => {
  const first = mergeSite(null, site(""), noon);
  const moved = mergeSite(first, site("", { profile: "b" }), noon);
  const changed = [
    [0, 6],
    [noon, 8],
  ];
  expect(highs(moved)).toEqual(changed);
  expect(highs(moved, "q")).toEqual(changed);
  const own = mergeSite(first, site(", profile: b"), noon);
  expect(highs(own)).toEqual(changed);
  expect(highs(own, "q")).toEqual([[0, 6]]);
  const back = mergeSite(own, site(""), evening);
  expect(highs(back)).toEqual([...changed, [evening, 6]]);
});

test("a dated list of profile names takes each profile's own versions in its time", () => {
  const dated = `, profile: [ { name: a }, { name: b, from: "2026-11-22T12:00:00Z" } ]`;
  const versioned = site(dated);
  const [b] = versioned.profiles["b"] ?? [];
  if (b === undefined) throw new RangeError("no profile b");
  const profiles = { ...versioned.profiles, b: [b, { ...b, high: 9, from: evening }] };
  expect(highs({ ...versioned, profiles })).toEqual([
    [0, 6],
    [noon, 8],
    [evening, 9],
  ]);
});

test("a profile that applied once is kept when the file drops it", () => {
  const first = mergeSite(null, site("", { profile: "b" }), noon);
  const file = site("");
  const without = { ...file, profiles: { a: file.profiles["a"] ?? [] } };
  const merged = mergeSite(first, without, noon);
  expect(highs(merged)).toEqual([
    [0, 8],
    [noon, 6],
  ]);
  expect(mergeSite(merged, without, evening)).toEqual(merged);
});

test("assignments are dated; a channel that the file drops measures nothing from then on", () => {
  const first = mergeSite(null, site("", { channels: "[ { id: c, assignments: { probe: p } } ]" }), noon);
  const swapped = mergeSite(first, site("", { channels: "[ { id: c, assignments: { probe: q } } ]" }), noon);
  const all = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };
  expect(placed(swapped).stretches).toEqual([
    { ...all, channel: "c", to: noon },
    { ...all, channel: "p" },
  ]);
  expect(placed(swapped, "q").stretches).toEqual([
    { ...all, channel: "c", from: noon },
    { ...all, channel: "q" },
  ]);
  const dropped = mergeSite(swapped, site(""), evening);
  expect(placed(dropped, "q").stretches).toEqual([
    { channel: "c", from: noon, to: evening },
    { ...all, channel: "q" },
  ]);
});

test("a probe listed as a channel is no longer its own from then on, and is again once it is listed no more", () => {
  const first = mergeSite(null, site(""), noon);
  const listed = mergeSite(first, site("", { channels: "[ { id: p, assignments: { probe: q } } ]" }), noon);
  expect(placed(listed).stretches.map(({ to }) => to)).toEqual([noon]);
  const back = mergeSite(listed, site(""), evening);
  expect(placed(back).stretches.map(({ from, to }) => [from, to])).toEqual([
    [Number.MIN_SAFE_INTEGER, noon],
    [evening, Number.MAX_SAFE_INTEGER],
  ]);
});

test.each([
  [
    "versions that are not in order of time",
    `, calibration: [ { offset: 0, from: "2026-11-22T06:00:00Z" }, { from: "2026-11-21T06:00:00Z", offset: 1 } ]`,
    "[]",
    "in order of time",
  ],
  [
    "a later version without its instant",
    ", calibration: [ { offset: 0 }, { offset: 1 } ]",
    "[]",
    "says from when",
  ],
  ["an offset that no calibration gives", ", calibration: { offset: 40 }", "[]", "20"],
  [
    "a channel of a probe that does not exist",
    "",
    "[ { id: c, assignments: { probe: nobody } } ]",
    'no probe \\"nobody\\"',
  ],
  [
    "a channel listed twice",
    "",
    "[ { id: c, assignments: { probe: p } }, { id: c, assignments: { probe: q } } ]",
    "a second channel",
  ],
  [
    "a dated profile that does not exist",
    `, profile: [ { name: a }, { name: c, from: "2026-11-22T12:00:00Z" } ]`,
    "[]",
    'no profile \\"c\\"',
  ],
])("the site file refuses %s", (_what, probe, channels, complaint) => {
  expect(() => site(probe, { channels })).toThrow(complaint);
});
