import type { AlarmKind, AlarmSeverity } from "@coldkeep/core/alarms/alarm.ts";
import { completeState } from "@coldkeep/core/alarms/alarm-state.ts";
import type { AlarmState } from "@coldkeep/core/alarms/lifecycle.ts";

/** An alarm as it is kept: its lifecycle, and what it says to a person. */
export interface KeptAlarm {
  readonly id: string;
  readonly kind: AlarmKind;
  /** What it is about: a probe, a gateway, an appliance, a device or an excursion. */
  readonly subject: string;
  readonly severity: AlarmSeverity;
  readonly appliance: string | null;
  readonly probe: string | null;
  readonly text: string;
  readonly state: AlarmState;
}

/** Facts of an alarm that is about to be raised. */
export type AlarmFacts = Omit<KeptAlarm, "id" | "kind" | "state">;

/** An alarm from its record. */
export function keptAlarmOf(record: string): KeptAlarm {
  const alarm = JSON.parse(record) as KeptAlarm;
  return { ...alarm, state: completeState(alarm.state) };
}
