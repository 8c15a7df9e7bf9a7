import fc from "fast-check";
import { expect, test } from "vitest";
import { limitDifferences, touchesLimits } from "./limits-part.ts";
import { mergeSite } from "./merge-site.ts";
import { rebaseSite } from "./rebase-site.ts";
import { siteFile, type FileValue } from "./site-text.ts";
import { type Site, siteSchema } from "./site.ts";

type File = { [key: string]: FileValue };

const profile = {
  low: 2,
  high: 6,
  deadband: 0.3,
  maxGap: "5m",
  excursionAfter: "10m",
  recoverAfter: "5m",
  unmonitoredAfter: "30m",
  alarmDelay: "1m30s500ms",
  trust: { stuckAfter: "2h", min: -55 },
  realarmAfter: "30m",
  source: "Directive 2004/33/EC Annex IV",
};
// An id may hold dots: the way to a difference, taken as text, could be read as another one.
const file: File = {
  site: "s",
  timeZone: "UTC",
  profiles: { a: [profile], b: [profile, { ...profile, from: "2026-12-01T00:00:00.000Z", high: 8 }] },
  appliances: [
    {
      id: "f.name",
      name: "F",
      kind: "refrigerator",
      profile: "a",
      room: "cellar",
      doorDelay: "3m",
      probes: [
        { id: "p", kind: "buffered", calibration: [{ offset: 0.1, due: "2027-01-01" }] },
        { id: "q", kind: "air", pair: { with: "p", difference: 1.5, after: "30m" } },
      ],
    },
    { id: "g", name: "G", kind: "freezer", profile: "b", probes: [{ id: "r" }] },
  ],
  channels: [{ id: "logger.1", assignments: [{ probe: "p" }] }],
  contacts: [{ id: "c", name: "C", email: "c@example.org" }],
  policies: [
    {
      id: "standard",
      severities: ["critical", "warning"],
      steps: [
        { after: "0s", call: [{ contact: "c" }], by: ["sms"] },
        { after: "10m", call: [{ contact: "c" }] },
      ],
      repeatEvery: "15m",
      answerWithin: "20m",
      deliverWithin: "90s",
    },
    { id: "quiet", severities: ["advisory"], steps: [{ call: [{ contact: "c" }] }], digestAt: "07:30" },
  ],
};

const parsed = (content: unknown): Site => siteSchema.parse(content);
const site = parsed(file);

/** The file with what stands at a way of keys changed. */
function changed(path: readonly (string | number)[], to: FileValue | undefined): File {
  const copy = structuredClone(file) as Record<string, unknown>;
  let holder: Record<string | number, unknown> = copy;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  const last = path[path.length - 1] ?? "";
  if (to !== undefined) holder[last] = to;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return copy as File;
}

const harmless: readonly [string, (string | number)[], FileValue | undefined][] = [
  ["a name", ["appliances", 0, "name"], "Other"],
  ["a kind", ["appliances", 0, "kind"], "incubator"],
  ["a room", ["appliances", 0, "room"], "attic"],
  ["no room any more", ["appliances", 0, "room"], undefined],
  ["a circuit", ["appliances", 1, "circuit"], "north-2"],
  ["a contact", ["contacts", 0, "email"], "d@example.org"],
  ["the time zone", ["timeZone"], "Europe/Brussels"],
  ["the site's id", ["site"], "t"],
];
const touching: readonly [string, (string | number)[], FileValue | undefined][] = [
  ["a limit", ["profiles", "a", 0, "high"], 6.5],
  ["a timing", ["profiles", "b", 1, "alarmDelay"], "10m"],
  ["a source", ["profiles", "a", 0, "source"], "our own"],
  ["trust", ["profiles", "a", 0, "trust"], null],
  ["which profile applies", ["appliances", 0, "profile"], "b"],
  ["a probe's own profile", ["appliances", 1, "probes", 0, "profile"], "a"],
  ["an offset", ["appliances", 0, "probes", 0, "calibration", 0, "offset"], 0.2],
  ["when a calibration is due", ["appliances", 0, "probes", 0, "calibration", 0, "due"], "2028-01-01"],
  ["what a probe stands for", ["appliances", 0, "probes", 0, "kind"], "product"],
  ["a pair", ["appliances", 0, "probes", 1, "pair"], undefined],
  ["a channel", ["channels", 0, "assignments"], [{ probe: "r" }]],
  ["a door's delay", ["appliances", 0, "doorDelay"], "1h"],
  ["an agitator's delay", ["appliances", 0, "agitatorDelay"], "1h"],
  ["who is called after how long", ["policies", 0, "steps", 1, "after"], "30m"],
  ["an appliance taken away", ["appliances", 1], undefined],
  ["a probe taken away", ["appliances", 0, "probes", 1], undefined],
];

test.each(harmless)("%s touches no limits", (_what, path, to) => {
  const after = parsed(changed(path, to));
  expect(touchesLimits(site, mergeSite(site, after, 1))).toBe(false);
});

test.each(touching)("%s touches limits, and is named", (_what, path, to) => {
  const after = mergeSite(site, parsed(changed(path, to)), 1);
  expect(touchesLimits(site, after)).toBe(true);
  expect(limitDifferences(site, after)).not.toEqual([]);
});

test("the first site touches limits, and the order of appliances does not", () => {
  expect(touchesLimits(null, site)).toBe(true);
  expect(touchesLimits(site, { ...site, appliances: site.appliances.toReversed() })).toBe(false);
});

test("a site as a file writes it is the same site when it is read", () => {
  expect(parsed(siteFile(site))).toEqual(site);
  expect(parsed(JSON.parse(JSON.stringify(siteFile(site))))).toEqual(site);
});

const edits = fc.constantFrom(...[...harmless, ...touching].map(([, path, to]) => ({ path, to })));

test("changes of different things are carried over in either order alike; changes of one thing are told", () => {
  fc.assert(
    fc.property(edits, edits, (first, second) => {
      const mine = parsed(changed(first.path, first.to));
      const theirs = parsed(changed(second.path, second.to));
      const one = rebaseSite(site, mine, theirs);
      const other = rebaseSite(site, theirs, mine);
      if ("overlaps" in one) {
        expect(one.overlaps).not.toEqual([]);
        expect("overlaps" in other).toBe(true);
        // What lies inside one another, or is the same, is the only overlap.
        const [short, long] =
          first.path.length < second.path.length ? [first.path, second.path] : [second.path, first.path];
        const isVersions = ["profiles", "calibration"].some((key) => short.includes(key));
        expect(isVersions || long.slice(0, short.length).join() === short.join()).toBe(true);
      } else {
        expect("site" in other && touchesLimits(one.site, other.site)).toBe(false);
      }
    }),
  );
});

test("nothing is lost that only one side changed", () => {
  for (const { path, to } of [...harmless, ...touching].map(([, path, to]) => ({ path, to }))) {
    const mine = parsed(changed(path, to));
    expect(rebaseSite(site, mine, site)).toEqual({ site: mine });
    expect(rebaseSite(site, site, mine)).toEqual({ site: mine });
  }
});
