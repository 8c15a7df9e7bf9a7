import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import { completeState } from "@coldkeep/core/alarms/alarm-state.ts";
import type { AlarmFacts } from "@coldkeep/core/alarms/describe.ts";
import type { AlarmState } from "@coldkeep/core/alarms/lifecycle.ts";

export type { AlarmFacts } from "@coldkeep/core/alarms/describe.ts";

/** An alarm as it is kept: its lifecycle, and what it says to a person. */
export interface KeptAlarm extends AlarmFacts {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly state: AlarmState;
}

/** An alarm from its record. */
export function keptAlarmOf(record: string): KeptAlarm {
  const alarm = JSON.parse(record) as KeptAlarm;
  return { ...alarm, state: completeState(alarm.state) };
}
