/** What an alarm is about (design.md section 5). Each is told apart from the excursion that it may go with. */
export const alarmKinds = [
  "temperature-high",
  "temperature-low",
  "probe-silent",
  "probe-fault",
  "late-excursion",
  "gateway-silent",
  "notification-failing",
  "projection-behind",
] as const;

/** One of the kinds of alarm. */
export type AlarmKind = (typeof alarmKinds)[number];

/**
 * Where an alarm stands (ISA-18.2 / IEC 62682): A normal, B unacknowledged, C acknowledged, D returned to normal unacknowledged, G shelved,
 * H suppressed by design, I out of service.
 */
export const alarmPhases = [
  "normal",
  "unacknowledged",
  "acknowledged",
  "returned-unacknowledged",
  "shelved",
  "suppressed",
  "out-of-service",
] as const;

/** One of the phases of an alarm. */
export type AlarmPhase = (typeof alarmPhases)[number];
