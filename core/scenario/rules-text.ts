import type { Dated, Profile, ProfileAlarms } from "../site/profile.ts";
import { type ProfileVersion, profileVersionSchema } from "../site/site.ts";
import { trustSchema } from "../site/trust-section.ts";
import { idSchema } from "../contract/batch.ts";
import type { EpochMs } from "../time/millis.ts";
import type { Draft } from "./draft.ts";
import { scenarioProbesMax } from "./scenario.ts";
import { takeTime } from "./times.ts";
import { readNumber, type Words } from "./words.ts";

const trustKeys = Object.keys(trustSchema.shape);
const notOnLine = new Set(["from", "source", "edition", "trust"]);
const profileKeys = [
  ...Object.keys(profileVersionSchema.shape).filter((key) => !notOnLine.has(key)),
  ...trustKeys,
];
const versionsMax = 100;

/** Words that a probe cannot be called, because expectations begin with them. */
const reserved = new Set(
  "no open closed critical not high low unmonitored excursion excursions coverage alarm revision revisions unit refused late none end expect acknowledge reset shelve".split(
    " ",
  ),
);

/** Takes the name of a probe, profile or appliance, as the site file allows them. */
export function takeId(words: Words, what: string): string {
  const word = words.peek();
  if (!isProbeName(word))
    words.fail(`the name of ${what}: a lower case letter, then such, digits, ".", "_" and "-"`);
  words.take(what);
  return word;
}

/** True where a word can be a name: an instant, a number or a word of the format is none. */
export function isProbeName(word: string | null): word is string {
  return word !== null && !reserved.has(word) && /^[a-z]/.test(word) && idSchema.safeParse(word).success;
}

/**
 * `profile red-cells low 2 high 6 maxGap 5m ...`: keys and values as in the site file. A second line of the same profile says `from` when it applies;
 * what it does not name stays as it was.
 */
export function readProfile(words: Words, draft: Draft): void {
  const name = takeId(words, "a profile");
  const before = draft.profiles.get(name);
  const from = words.takeIf("from") ? takeTime(words, draft) : null;
  if (before !== undefined && from === null)
    words.fail(`"from" and a time: a later version of ${name} says when it applies`);
  if (before === undefined && from !== null)
    words.failBack(`expected the first version of ${name} without "from": it applies to all earlier time`);
  const raw = { ...before?.raw, ...takeLimits(words) };
  const rule = checkProfile(words, raw);
  const dated = before?.dated ?? [];
  if (dated.length >= versionsMax) words.failBack(`expected at most ${versionsMax} versions of one profile`);
  const last = dated.at(-1);
  if (last !== undefined && from !== null && dated.length > 1 && from <= last.from)
    words.failBack("expected versions of a profile in order of time");
  draft.profiles.set(name, { raw, dated: [...dated, { from: from ?? earliest(draft), rule }] });
}

/** The first version of a rule applies to all earlier time whatever instant it bears. */
function earliest(draft: Draft): EpochMs {
  return Math.min(0, draft.start);
}

function takeLimits(words: Words): Record<string, unknown> {
  const raw: Record<string, unknown> = {};
  while (words.peek() !== null) {
    const key = words.takeOneOf(profileKeys, "a limit or a timing of a profile");
    if (Object.hasOwn(raw, key)) words.failBack("expected each limit and timing once");
    const value = words.take(`the value of ${key}`);
    raw[key] = isTiming(key) ? lengthOrNone(value) : rawValue(value);
  }
  return raw;
}

/** A length of time keeps its unit; a bare 0 is one too. */
function lengthOrNone(word: string): string | null {
  if (word === "none") return null;
  return word === "0" ? "0s" : word;
}

function isTiming(key: string): boolean {
  return /(After|Gap|Delay)$/.test(key) && key !== "believeAfter";
}

function rawValue(word: string): unknown {
  if (word === "none") return null;
  if (word === "true" || word === "false") return word === "true";
  return readNumber(word) ?? word;
}

function checkProfile(words: Words, raw: Readonly<Record<string, unknown>>): Profile {
  const parsed = profileVersionSchema.safeParse(asInSiteFile(raw));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const key = String(issue?.path.at(-1) ?? "");
    const message = (issue?.message ?? "").replace("Invalid input: ", "");
    if (key !== "" && !Object.hasOwn(raw, key))
      words.failBack(`expected ${key} and its value: a profile cannot do without`);
    words.failBack(`${key}: ${message}`, String(raw[key]));
  }
  return profileOf(parsed.data);
}

/** The values of the lines as a site file holds them: what is said of the sensors stands apart. */
function asInSiteFile(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isTrust = ([key]: readonly [string, unknown]): boolean => trustKeys.includes(key);
  const trust = Object.entries(raw).filter(isTrust);
  const own = Object.fromEntries(Object.entries(raw).filter((entry) => !isTrust(entry)));
  return trust.length === 0 ? own : { ...own, trust: Object.fromEntries(trust) };
}

function profileOf(version: ProfileVersion): Profile {
  const { low, high, criticalLow, criticalHigh, deadband, trust } = version;
  const { maxGap, excursionAfter, recoverAfter, unmonitoredAfter, alarmDelay } = version;
  const limits = { low, high, criticalLow, criticalHigh, deadband };
  const timings = { maxGap, excursionAfter, recoverAfter, unmonitoredAfter, alarmDelay };
  return { ...limits, ...timings, trust: trust ?? null, alarms: alarmsOf(version) };
}

function alarmsOf(version: ProfileVersion): ProfileAlarms {
  const { warnLow, warnHigh, realarmAfter, alarmOffDelay, latching } = version;
  return {
    warnLow: warnLow ?? null,
    warnHigh: warnHigh ?? null,
    realarmAfter: realarmAfter ?? null,
    offDelay: alarmOffDelay ?? 0,
    latching: latching ?? false,
  };
}

/** `probe fridge-1 in fridge profile red-cells`; `in` may be left out: the appliance is then called like the probe. */
export function readProbe(words: Words, draft: Draft): void {
  const id = takeId(words, "a probe");
  if (draft.probes.has(id)) words.failBack("expected each probe once, before the first of its readings");
  const appliance = words.takeIf("in") ? takeId(words, "an appliance") : id;
  words.takeExactly("profile");
  const profile = takeId(words, "a profile");
  if (!draft.profiles.has(profile)) words.failBack("expected a profile that a line above describes");
  draft.hasNamedProbes = true;
  addProbe(words, draft, { id, appliance, profile });
}

/** The probe of a series: one that was named, or, where none was and there is one profile, a new one of that profile. */
export function takeKnownProbe(words: Words, draft: Draft): string {
  const id = takeId(words, "a probe");
  if (draft.probes.has(id)) return id;
  const [profile, ...others] = draft.profiles.keys();
  if (draft.hasNamedProbes) words.failBack("expected a probe that a line `probe ...` above names");
  if (profile === undefined) words.failBack("expected a line `profile ...` before the first readings");
  if (others.length > 0)
    words.failBack("expected a line `probe ... profile ...` above that says which profile it has");
  addProbe(words, draft, { id, appliance: id, profile });
  return id;
}

function addProbe(
  words: Words,
  draft: Draft,
  probe: { id: string; appliance: string; profile: string },
): void {
  if (draft.probes.size >= scenarioProbesMax) words.failBack(`expected at most ${scenarioProbesMax} probes`);
  draft.probes.set(probe.id, probe);
}

/** `offset fridge-1 +0.3 from +1h`: what is added to what the sensor says. The probe's name may be left out where there is only one. */
export function readOffset(words: Words, draft: Draft): void {
  const line = words.line;
  const probe = isProbeName(words.peek()) ? takeId(words, "a probe") : null;
  const offset = words.takeNumber("the offset in degrees Celsius, such as +0.3");
  if (Math.abs(offset) > 100) words.failBack("expected an offset of at most 100 degrees");
  const from = words.takeIf("from") ? takeTime(words, draft) : null;
  draft.offsets.push({ line, probe, offset, from });
}

/** The offsets of one probe, in order of time; without one that always applies it begins with 0. */
export function offsetsOf(draft: Draft, probe: string): Dated<number>[] {
  const own = draft.offsets.filter((each) => each.probe === probe || each.probe === null);
  const always = own.findLast((each) => each.from === null)?.offset ?? 0;
  const byInstant = new Map<EpochMs, number>([[earliest(draft), always]]);
  for (const { from, offset } of own) if (from !== null) byInstant.set(from, offset);
  return [...byInstant].map(([from, rule]) => ({ from, rule })).sort((a, b) => a.from - b.from);
}

/** The versions of a profile in order of time. */
export function versionsOf(draft: Draft, name: string): readonly Dated<Profile>[] {
  return draft.profiles.get(name)?.dated ?? [];
}
