import type { AlarmSeverity } from "./alarm.ts";
import type { AlarmState } from "./alarm-state.ts";
import type { AlarmStep } from "./lifecycle.ts";

/**
 * How bad an alarm counts as after a step at which it was described anew. An alarm that lasts becomes critical only together with a call or an entry that says so: if a step
 * does neither, such as one that only ends its off-delay, it stays what people were told, so that worsening is still to come and calls them. Pure.
 */
export function toldSeverity(
  told: AlarmSeverity,
  described: AlarmSeverity,
  before: AlarmState,
  { state, effects }: AlarmStep,
): AlarmSeverity {
  const isSaid = effects.some(({ kind }) => kind === "call" || kind === "worsened");
  const lasts = before.condition && state.condition;
  return described === "critical" && lasts && !isSaid ? told : described;
}
