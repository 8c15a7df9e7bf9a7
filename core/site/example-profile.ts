import { minuteMs } from "../time/millis.ts";
import type { Profile } from "./profile.ts";

/** The profile of the worked example in design.md section 5: red cells without critical limits. For tests and benches. */
export const exampleProfile: Profile = {
  low: 2,
  high: 6,
  criticalLow: null,
  criticalHigh: null,
  deadband: 0.3,
  maxGap: 5 * minuteMs,
  excursionAfter: 10 * minuteMs,
  recoverAfter: 5 * minuteMs,
  unmonitoredAfter: 30 * minuteMs,
  alarmDelay: 5 * minuteMs,
};
