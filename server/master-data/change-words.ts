import type { Override, Rota, Team } from "@coldkeep/core/duty/duty-section.ts";
import { isSame } from "@coldkeep/core/site/dated.ts";
import { type Appliance, profileNames, type Site } from "@coldkeep/core/site/site.ts";
import type { SiteTime } from "../pages/site-time.ts";
import { applianceWords, probeWords } from "../pages/words.ts";
import { formatDuration, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { policyWords } from "../duty-pages/policy-words.ts";
import { layerWords } from "../duty-pages/rota-words.ts";
import { profileFields } from "./profile-form.ts";
import { calibrationWords, type Dated, fromWords, profileWords } from "./version-words.ts";

/** One thing that a change makes different, in words. */
export interface ChangeLine {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

interface Words {
  readonly time: SiteTime;
  /** Versions that begin then begin with their approval. */
  readonly approval: EpochMs;
}

const none = "–";

/**
 * Says in words what putting one site in the place of another makes different: for those who read in passing. What the records say of it, place by place, is what
 * counts, and pages show that too.
 */
export function changeLines(before: Site, after: Site, words: Words): ChangeLine[] {
  return [
    ...plain("Site", before.site, after.site),
    ...plain("Time zone", before.timeZone, after.timeZone),
    ...profileLines(before, after, words),
    ...applianceLines(before, after, words),
    ...keyed(before.channels ?? [], after.channels ?? []).flatMap(([id, old, fresh]) =>
      versions(
        `Channel ${id} measures`,
        old?.assignments,
        fresh?.assignments,
        ({ probe }) => probe ?? "nothing",
        words,
      ),
    ),
    ...keyed(before.contacts, after.contacts).flatMap(([id, old, fresh]) =>
      plain(
        `Contact ${id}`,
        old === undefined ? none : contactWords(old),
        fresh === undefined ? none : contactWords(fresh),
      ),
    ),
    ...plain("Language of messages", before.language, after.language),
    ...plain("Gaps on duty are an alarm ahead by", length(before.gapsAhead), length(after.gapsAhead)),
    ...keyed(before.teams ?? [], after.teams ?? []).flatMap(([id, old, fresh]) =>
      plain(`Team ${id}`, teamWords(old), teamWords(fresh)),
    ),
    ...keyed(before.rotas ?? [], after.rotas ?? []).flatMap(([id, old, fresh]) =>
      rotaLines(id, old, fresh, { ...words, before, after }),
    ),
    ...plain("Holidays", holidayWords(before), holidayWords(after)),
    ...policyLines(before, after),
    ...plain("Canary", canaryWords(before), canaryWords(after)),
  ];
}

function canaryWords({ canary }: Site): string {
  if (canary === undefined) return none;
  const { email, phone, every, within, alarmDelay } = canary;
  const to = [email, phone].filter((address) => address !== undefined).join(" and ");
  const delay = formatDuration(alarmDelay);
  return `to ${to} every ${formatDuration(every)}, late after ${formatDuration(within)} and its delay of ${delay}`;
}

function contactWords({
  id: _id,
  name,
  language,
  by,
  login,
  ...addresses
}: Site["contacts"][number]): string {
  const parts = [
    name,
    ...Object.values(addresses),
    language === undefined ? undefined : `in ${language}`,
    by === undefined ? undefined : `by ${by.join(", ")}`,
    login === undefined ? undefined : `account ${login}`,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

function teamWords(team: Team | undefined): string | undefined {
  return team === undefined ? undefined : `${team.name}: ${team.members.join(", ")}`;
}

function holidayWords({ holidays = {} }: Site): string | undefined {
  const list = Object.entries(holidays).map(([date, name]) => `${date} ${name}`);
  return list.length === 0 ? undefined : list.toSorted().join(", ");
}

function policyLines(before: Site, after: Site): ChangeLine[] {
  const [old, fresh] = [before.policies ?? [], after.policies ?? []];
  const lines = keyed(old, fresh).flatMap(([id, was, is]) =>
    plain(`Policy ${id}`, was && policyWords(before, was), is && policyWords(after, is)),
  );
  const order = (policies: Site["policies"] = []): string => policies.map(({ id }) => id).join(", ") || none;
  const isMoved =
    lines.length === 0 || isSame(old.map(({ id }) => id).toSorted(), fresh.map(({ id }) => id).toSorted());
  return isMoved ? [...lines, ...plain("Order of policies", order(old), order(fresh))] : lines;
}

function rotaLines(
  id: string,
  old: Rota | undefined,
  fresh: Rota | undefined,
  { time, before, after }: Words & { readonly before: Site; readonly after: Site },
): ChangeLine[] {
  const what = `Rota ${id}`;
  const override = (each: Override | undefined): string | undefined =>
    each &&
    `${time.minute(each.from)} to ${time.minute(each.to)}: ${each.who ?? "nobody"}${each.instead === undefined ? " alone" : ` instead of ${each.instead}`} (${each.reason})`;
  return [
    ...plain(what, old?.name, fresh?.name),
    ...plain(`${what}, time zone`, old?.timeZone, fresh?.timeZone),
    ...plain(`${what}, must be filled`, filled(old), filled(fresh)),
    ...keyed(old?.layers ?? [], fresh?.layers ?? []).flatMap(([key, was, is]) =>
      plain(`${what}, layer ${key}`, was && layerWords(before, was), is && layerWords(after, is)),
    ),
    ...keyed(old?.overrides ?? [], fresh?.overrides ?? []).flatMap(([, was, is]) =>
      plain(`${what}, override`, override(was), override(is)),
    ),
  ];
}

function filled(rota: Rota | undefined): string | undefined {
  return rota?.mustBeFilled === true ? "at any hour" : undefined;
}

function plain(what: string, from: string | undefined, to: string | undefined): ChangeLine[] {
  return from === to ? [] : [{ what, from: from ?? none, to: to ?? none }];
}

function keyed<Item extends { readonly id: string }>(
  before: readonly Item[],
  after: readonly Item[],
): [string, Item | undefined, Item | undefined][] {
  const ids = new Set([...before, ...after].map(({ id }) => id));
  return [...ids].map((id) => [
    id,
    before.find((each) => each.id === id),
    after.find((each) => each.id === id),
  ]);
}

/** The newest of two lists of versions beside each other, and whether earlier time changes too. */
function versions<Version extends Dated>(
  what: string,
  before: readonly Version[] | undefined,
  after: readonly Version[] | undefined,
  say: (version: Version) => string,
  { time, approval }: Words,
): ChangeLine[] {
  if (isSame(before, after)) return [];
  const old = before?.[before.length - 1];
  const fresh = after?.[after.length - 1];
  const lines =
    isSame(old, fresh) && fresh !== undefined
      ? []
      : [
          {
            what,
            from: old === undefined ? none : say(old),
            to: fresh === undefined ? none : `${say(fresh)} (${fromWords(fresh, time, approval)})`,
          },
        ];
  return [...lines, ...earlier(what, before, after, say, { time, approval })];
}

/** What a change makes of time that is judged already, or of versions before the newest. */
function earlier<Version extends Dated>(
  what: string,
  before: readonly Version[] = [],
  after: readonly Version[] = [],
  say: (version: Version) => string,
  { time, approval }: Words,
): ChangeLine[] {
  const isKept = before.every((version, index) => isSame(version, after[index]));
  if (isKept && after.length <= before.length + 1) return [];
  const list = (all: readonly Version[]): string =>
    all.map((version) => `${say(version)} (${fromWords(version, time, approval)})`).join("; ") || none;
  return [{ what: `${what}, all versions`, from: list(before), to: list(after) }];
}

function profileLines(before: Site, after: Site, words: Words): ChangeLine[] {
  const names = new Set([...Object.keys(before.profiles), ...Object.keys(after.profiles)]);
  return [...names].flatMap((name) => {
    const old = before.profiles[name];
    const fresh = after.profiles[name];
    if (isSame(old, fresh)) return [];
    const what = `Profile ${name}`;
    const was = old?.[old.length - 1];
    const is = fresh?.[fresh.length - 1];
    if (was === undefined || is === undefined || fresh === undefined)
      return versions(what, old, fresh, profileWords, words);
    const when = isSame(was, is) ? "" : ` (${fromWords(is, words.time, words.approval)})`;
    const value = (version: Readonly<Record<string, unknown>>, key: string): string | undefined => {
      const found = version[key];
      const field = profileFields.find((each) => each.name === key);
      if (found === undefined || found === null) return undefined;
      if (typeof found === "number" && field?.kind === "duration") return formatDuration(found);
      return typeof found === "number"
        ? `${found} °C`
        : typeof found === "string"
          ? found
          : JSON.stringify(found);
    };
    const keys = new Set([...Object.keys(was), ...Object.keys(is)].filter((key) => key !== "from"));
    const lines = [...keys].flatMap((key) => {
      const label = profileFields.find((each) => each.name === key)?.label.toLowerCase() ?? key;
      return plain(`${what}, ${label}`, value(was, key), value(is, key)).map((line) => ({
        ...line,
        to: line.to + when,
      }));
    });
    const moved =
      lines.length === 0 && !isSame(was, is)
        ? plain(what, fromWords(was, words.time), fromWords(is, words.time))
        : [];
    return [...lines, ...moved, ...earlier(what, old, fresh, profileWords, words)];
  });
}

function applianceLines(before: Site, after: Site, words: Words): ChangeLine[] {
  return keyed(before.appliances, after.appliances).flatMap(([id, old, fresh]) => {
    const whole = (each: Appliance | undefined): string =>
      each === undefined
        ? "not there"
        : `${each.name}, ${applianceWords[each.kind].toLowerCase()}, ${each.probes.map((probe) => probe.id).join(", ")}`;
    if (old === undefined || fresh === undefined) return plain(`Appliance ${id}`, whole(old), whole(fresh));
    const what = fresh.name;
    return [
      ...plain(`${what}, name`, old.name, fresh.name),
      ...plain(`${what}, kind`, applianceWords[old.kind], applianceWords[fresh.kind]),
      ...plain(`${what}, room`, old.room, fresh.room),
      ...plain(`${what}, circuit`, old.circuit, fresh.circuit),
      ...plain(`${what}, door may stand open`, length(old.doorDelay), length(fresh.doorDelay)),
      ...plain(`${what}, agitator may stand still`, length(old.agitatorDelay), length(fresh.agitatorDelay)),
      ...versions(
        `${what}, profile`,
        profileNames(old.profile),
        profileNames(fresh.profile),
        ({ name }) => name,
        words,
      ),
      ...keyed(old.probes, fresh.probes).flatMap(([probe, was, is]) => probeLines(probe, was, is, words)),
    ];
  });
}

type Probe = Appliance["probes"][number];

function probeLines(
  id: string,
  old: Probe | undefined,
  fresh: Probe | undefined,
  words: Words,
): ChangeLine[] {
  const what = `Probe ${id}`;
  const there = (probe: Probe | undefined): string =>
    probe === undefined ? "not there" : `${probeWords[probe.kind].toLowerCase()} probe`;
  if (old === undefined || fresh === undefined) return plain(what, there(old), there(fresh));
  const own = (probe: Probe) =>
    probe.profile === undefined ? [{ name: "as the appliance" }] : profileNames(probe.profile);
  const pair = ({ pair: each }: Probe): string | undefined =>
    each === undefined ? undefined : `${each.with}, ${each.difference} °C for ${formatDuration(each.after)}`;
  return [
    ...plain(`${what}, kind`, probeWords[old.kind], probeWords[fresh.kind]),
    ...versions(`${what}, profile`, own(old), own(fresh), ({ name }) => name, words),
    ...versions(
      `${what}, calibration`,
      old.calibration ?? [{ offset: 0 }],
      fresh.calibration ?? [{ offset: 0 }],
      calibrationWords,
      words,
    ),
    ...plain(`${what}, pair`, pair(old), pair(fresh)),
  ];
}

function length(duration: number | undefined): string | undefined {
  return duration === undefined ? undefined : formatDuration(duration);
}
