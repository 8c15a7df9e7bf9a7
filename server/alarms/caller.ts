import { causesOf, urgencyOf } from "@coldkeep/core/alarms/causes.ts";
import {
  type Call,
  gather,
  type GatheredCall,
  type GatherState,
  nextFlush,
} from "@coldkeep/core/alarms/gathering.ts";
import type { AlarmLane } from "./alarm-lane.ts";
import type { CallAbout } from "@coldkeep/core/alarms/lifecycle.ts";
import { isStillNews } from "@coldkeep/core/alarms/still-news.ts";
import { isSame } from "@coldkeep/core/site/dated.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import { draftMap } from "../journal/draft-map.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { DeliveryBook } from "../summons/delivery-book.ts";
import type { NewSummons, SummonsBook } from "../summons/summons-book.ts";
import type { WriteCall } from "../summons/call-writer.ts";
import type { CalledBefore } from "@coldkeep/core/summons/summons.ts";
import type { Policy } from "@coldkeep/core/summons/policy-section.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { makeReturnTeller } from "../summons/tell-return.ts";
import type { GatheredAlarm } from "./gathered-alarm.ts";
import type { GatewayRegister } from "./gateway-register.ts";
import type { KeptAlarm } from "./kept-alarm.ts";
import { channelsInDoubt, isOfCanary, policyOf } from "./policy-of.ts";

/** Turns the calls that alarms ask for into summonses, and into messages that are owed to people. */
export interface Caller {
  readonly call: (commit: Commit, alarm: KeptAlarm, number: number, about: CallAbout) => void;
  /** Somebody has taken an alarm on, or there is nothing to answer any more. */
  readonly settle: (commit: Commit, alarm: string, as: "answered" | "gone") => void;
  /** True where gathered calls are to be told at `at`, or a step or a digest is due. */
  readonly isDue: (at: EpochMs) => boolean;
  readonly tick: (commit: Commit) => void;
  /** Tells nothing of what was being gathered: for drills alone. */
  readonly forget: (commit: Commit) => void;
}

/** What the caller works with. */
export interface CallerParts {
  readonly database: Database;
  readonly lane: AlarmLane;
  readonly summonses: SummonsBook;
  readonly deliveries: DeliveryBook;
  readonly write: WriteCall;
  readonly channels: () => readonly ChannelFact[];
  readonly gateways: GatewayRegister;
  readonly site: () => SiteBook;
}

/** Makes the caller on the records. What is being gathered is data, so a restart neither loses nor repeats a call. */
export function makeCaller(parts: CallerParts): Caller {
  const { summonses, gateways, site } = parts;
  const { rows, calls: records } = parts.lane;
  const returns = makeReturnTeller({ ...parts, rows });
  const digests = parts.lane.digests(parts);
  const states = draftMap<1, GatherState>([[1, records.gathered()]]);
  let asked: Asked | null = null;

  const askedIn = (commit: Commit): Asked => {
    if (asked?.commit === commit) return asked;
    asked = { commit, calls: [], alone: [] };
    commit.lastly(() => settle(commit));
    return asked;
  };

  const settle = (commit: Commit): void => {
    const { calls, alone } = asked?.commit === commit ? asked : { calls: [], alone: [] };
    asked = null;
    const before = states.get(commit, 1) ?? [];
    const { state, messages } = gather(before, calls, commit.at);
    const single = alone.map((call): GatheredCall => ({ causes: call.causes, calls: [call] }));
    for (const [index, message] of [...messages, ...single].entries()) tell(commit, message, index);
    records.saveGathered(state);
    states.set(commit, 1, state);
  };

  const tell = (commit: Commit, message: GatheredCall, index: number): void => {
    const found = newestOfEach(
      message.calls.flatMap((call): GatheredAlarm[] => {
        const alarm = rows.find(call.alarm);
        return alarm !== null && isNews(alarm, call) ? [{ alarm, call }] : [];
      }),
    );
    const isQuiet = ({ alarm }: GatheredAlarm) => policyOf(site().site, alarm)?.digestAt !== undefined;
    const back = found.filter((each) => isReturn(each) && !isQuiet(each));
    if (back.length > 0) tellTogether(commit, back, message.causes, `${index + 1}`, returns.tell);
    const on = found.filter((each) => !isReturn(each) || isQuiet(each));
    for (const [place, { policy, members, before }] of byPolicy(commit, on).entries()) {
      if (policy?.digestAt !== undefined) digests.add(commit, policy, members);
      else {
        const suffix = place === 0 ? `${index + 1}` : `${index + 1}-${place + 1}`;
        tellTogether(commit, members, message.causes, suffix, (at, told) =>
          summonses.open(at, { ...told, policy, before, doubted: members.flatMap(doubtedBy) }),
        );
      }
    }
  };

  /** Alarms that are called about anew, by who is called about them. Where people are being called already by the policy that is in force, they are called again. */
  const byPolicy = (commit: Commit, found: readonly GatheredAlarm[]): PolicyGroup[] => {
    const groups: PolicyGroup[] = [];
    const again = new Set<string>();
    for (const each of found) {
      const known = summonses.underWayFor(commit, each.alarm.id);
      const policy = policyOf(site().site, each.alarm);
      if (known !== undefined && each.call.about === "again" && isSame(known.policy, policy))
        again.add(known.id);
      else {
        const before =
          known !== undefined && known.policy !== null && isSame(known.policy, policy) ? known.state : null;
        summonses.settle(commit, each.alarm.id, "gone");
        const group = groups.find((other) => other.policy?.id === policy?.id);
        if (group === undefined) groups.push({ policy, members: [each], before });
        else {
          group.members.push(each);
          if (before !== null && before.step > (group.before?.step ?? -1)) group.before = before;
        }
      }
    }
    for (const id of again) summonses.again(commit, id);
    return groups;
  };

  const tellTogether = (
    commit: Commit,
    found: readonly GatheredAlarm[],
    causes: readonly string[] | null,
    suffix: string,
    told: (commit: Commit, call: ToldTogether) => void,
  ): void => {
    const [first] = found;
    if (first === undefined) return;
    const alarms = found.map(({ alarm, call }) => ({ id: alarm.id, about: call.about }));
    if (found.length === 1) {
      told(commit, { call: { about: first.alarm.id, number: first.call.number }, alarms, causes });
      return;
    }
    const id = records.keep(commit, suffix, causes, found);
    told(commit, { call: { about: id, number: 1 }, alarms, causes });
  };

  return {
    call: (commit, alarm, number, about) => {
      const { id, kind, subject, appliance, probe } = alarm;
      const place = appliance === null ? undefined : site().appliances.get(appliance);
      const gateway =
        kind === "gateway-silent" ? subject : probe === null ? null : gateways.of(commit, probe);
      const { circuit = null, room = null } = place ?? {};
      const causes = causesOf(kind, { appliance, gateway, circuit, room });
      const call = { alarm: id, number, about, urgency: urgencyOf(alarm, about), causes };
      if (!isOfCanary(alarm)) askedIn(commit).calls.push(call);
      else if (site().site.canary !== undefined && about !== "return") askedIn(commit).alone.push(call);
    },
    settle: summonses.settle,
    isDue: (at) =>
      [nextFlush(states.get(null, 1) ?? []), summonses.dueAt(), digests.dueAt()].some(
        (due) => due !== null && due <= at,
      ),
    tick: (commit) => {
      summonses.tick(commit);
      digests.tick(commit);
      askedIn(commit);
    },
    forget: (commit) => {
      if (asked?.commit === commit) asked.calls.length = 0;
      records.saveGathered([]);
      states.set(commit, 1, []);
    },
  };
}

/** What is asked for in one commit: calls that may be gathered, and those of the canary, which neither wait for others nor keep them waiting. */
interface Asked {
  readonly commit: Commit;
  readonly calls: Call[];
  readonly alone: Call[];
}

interface PolicyGroup {
  readonly policy: Policy | null;
  readonly members: GatheredAlarm[];
  /** How far people had been called already about one of them. */
  before: CalledBefore | null;
}

type ToldTogether = Omit<NewSummons, "policy">;

function doubtedBy({ alarm }: GatheredAlarm): readonly string[] {
  return channelsInDoubt(alarm);
}

/** An excursion found late is over when it is told: it is news all the same. */
function isReturn({ alarm, call }: GatheredAlarm): boolean {
  return call.about === "return" && !isMomentary(alarm);
}

function isMomentary({ kind }: KeptAlarm): boolean {
  return kind === "late-excursion";
}

function isNews(alarm: KeptAlarm, { about }: Call): boolean {
  return isStillNews(alarm.state, about, isMomentary(alarm));
}

/** An alarm that went and came back while its calls waited is told once. */
function newestOfEach(found: readonly GatheredAlarm[]): GatheredAlarm[] {
  return [...new Map(found.map((each) => [each.alarm.id, each])).values()];
}
