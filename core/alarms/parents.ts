import { type DurationMs, minuteMs } from "../time/millis.ts";
import type { AlarmKind } from "./alarm.ts";

/** How long after a parent's end what it stood for may still follow it before people are called about it: the backlog of a gateway comes in first. */
export const suppressionGraceMs: DurationMs = minuteMs;

/** What stands for a warning once the limit itself is passed. */
export const strongerKind: Partial<Record<AlarmKind, AlarmKind>> = {
  "temperature-warning-high": "temperature-high",
  "temperature-warning-low": "temperature-low",
};
