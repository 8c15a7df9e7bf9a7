/** What an alarm is about (design.md section 5). Each is told apart from the excursion that it may go with. */
export const alarmKinds = [
  "temperature-high",
  "temperature-low",
  "temperature-warning-high",
  "temperature-warning-low",
  "probe-silent",
  "probe-fault",
  "probe-disagreement",
  "late-excursion",
  "gateway-silent",
  "power",
  "door",
  "agitator",
  "battery",
  "clock",
  "buffer",
  "notification-failing",
  "projection-behind",
  "backup-overdue",
  "report-failing",
  "bounces-unread",
  "holds-unconfirmed",
  "person-unreached",
  "nobody-on-call",
  "unanswered",
  "canary-late",
] as const;

/** One of the kinds of alarm. */
export type AlarmKind = (typeof alarmKinds)[number];

/**
 * Where an alarm stands (ISA-18.2 / IEC 62682): A normal, B unacknowledged, C acknowledged, D returned to normal unacknowledged, E latched
 * unacknowledged, F latched acknowledged, G shelved, H suppressed by design, I out of service.
 */
export const alarmPhases = [
  "normal",
  "unacknowledged",
  "acknowledged",
  "returned-unacknowledged",
  "latched-unacknowledged",
  "latched-acknowledged",
  "shelved",
  "suppressed",
  "out-of-service",
] as const;

/** One of the phases of an alarm. */
export type AlarmPhase = (typeof alarmPhases)[number];

/** How much an alarm presses: blood is at stake now; somebody must act soon; somebody should know before it becomes either. */
export const alarmSeverities = ["critical", "warning", "advisory"] as const;

/** One of the severities. */
export type AlarmSeverity = (typeof alarmSeverities)[number];
