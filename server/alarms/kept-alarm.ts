import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import { completeState } from "@coldkeep/core/alarms/alarm-state.ts";
import type { AlarmFacts } from "@coldkeep/core/alarms/describe.ts";
import type { AlarmState } from "@coldkeep/core/alarms/lifecycle.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";

export type { AlarmFacts } from "@coldkeep/core/alarms/describe.ts";

/** An alarm as it is kept: its lifecycle, and what it says to a person. */
export interface KeptAlarm extends AlarmFacts {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly state: AlarmState;
  /** Since when a gateway saw it while the server saw nothing: only what was measured later can say that it is gone. */
  readonly edgeSince?: EpochMs;
}

/** An alarm from its record. */
export function keptAlarmOf(record: string): KeptAlarm {
  const alarm = JSON.parse(record) as KeptAlarm;
  return { ...alarm, state: completeState(alarm.state) };
}
