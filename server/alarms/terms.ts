import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import { type AlarmTerms, standardTerms } from "@coldkeep/core/alarms/alarm-state.ts";
import { ruleAt } from "@coldkeep/core/site/profile.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { PlacedProbe } from "../site/site-book.ts";

/** How alarms of a kind about a probe behave from an instant on, as its storage profile says. */
export function termsOf(probe: PlacedProbe, kind: AlarmKind, at: EpochMs): AlarmTerms {
  const { alarms } = ruleAt(probe.rules.profiles, at);
  if (alarms === undefined) return standardTerms;
  const { realarmAfter, offDelay, latching } = alarms;
  return {
    realarmAfter: realarmAfter ?? standardTerms.realarmAfter,
    offDelay,
    latching: typeof latching === "boolean" ? latching : latching.includes(kind),
  };
}
