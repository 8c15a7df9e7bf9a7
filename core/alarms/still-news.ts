import { type AlarmState, isMuted } from "./alarm-state.ts";
import type { CallAbout } from "./lifecycle.ts";

/**
 * True where a call that had to wait for others still has something to tell when it goes out. Nobody is called about what somebody has taken on, or keeps from calling, in the meantime: both
 * end by themselves, and then it is called anew. What has come back is not told as over; of what came and went only the end is told. `isMomentary`: it is over from the beginning, and news
 * all the same. Pure.
 */
export function isStillNews(state: AlarmState, about: CallAbout, isMomentary: boolean): boolean {
  if (about === "return" && !isMomentary) return !state.condition;
  if (state.acknowledged || isMuted(state)) return false;
  return state.condition || isMomentary || state.lastCall !== "return";
}
