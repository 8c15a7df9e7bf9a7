import type { Profile } from "../site/profile.ts";
import type { AlarmKind } from "./alarm.ts";
import { type AlarmTerms, standardTerms } from "./alarm-state.ts";

/** How alarms of a kind behave, as the storage profile of what they are about says. */
export function termsOf({ alarms }: Pick<Profile, "alarms">, kind: AlarmKind): AlarmTerms {
  if (alarms === undefined) return standardTerms;
  const { realarmAfter, offDelay, latching } = alarms;
  return {
    realarmAfter: realarmAfter ?? standardTerms.realarmAfter,
    offDelay,
    latching: typeof latching === "boolean" ? latching : latching.includes(kind),
  };
}
