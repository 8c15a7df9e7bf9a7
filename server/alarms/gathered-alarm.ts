import type { Call } from "@coldkeep/core/alarms/gathering.ts";
import type { KeptAlarm } from "./kept-alarm.ts";

/** An alarm that is told, perhaps together with others, and the call that it asked for. */
export interface GatheredAlarm {
  readonly alarm: KeptAlarm;
  readonly call: Call;
}
