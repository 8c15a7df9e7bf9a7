import type { AlarmKind, AlarmPhase, AlarmSeverity } from "@coldkeep/core/alarms/alarm.ts";
import type { Side } from "@coldkeep/core/engine/excursion.ts";
import type { Fault } from "@coldkeep/core/readings/reading.ts";
import type { TimeSource } from "@coldkeep/core/readings/stamp.ts";
import type { DueState } from "@coldkeep/core/site/calibration.ts";
import type { ApplianceKind, ProbeKind } from "@coldkeep/core/site/site.ts";
import type { ExcursionView, Standing } from "./views.ts";

/** The words that people read for what the program calls by a term. One place, so that every page and the report say the same. */

export const standingWords: Readonly<Record<Standing, string>> = {
  in: "In range",
  low: "Too cold",
  high: "Too warm",
  unknown: "Unknown",
  pending: "Waiting",
  none: "No reading yet",
};

/** What a standing means, for those who hover or listen. */
export const standingMeanings: Readonly<Record<Standing, string>> = {
  in: "The latest reading is within the limits.",
  low: "The latest reading is below the low limit.",
  high: "The latest reading is above the high limit.",
  unknown: "Nothing can be shown for the time since the latest reading.",
  pending: "The next reading is due; it is too early to call the time unknown.",
  none: "No reading has ever arrived from this probe.",
};

/** Kinds of appliance in words. */
export const applianceWords: Readonly<Record<ApplianceKind, string>> = {
  refrigerator: "Refrigerator",
  freezer: "Freezer",
  incubator: "Incubator",
  "transport-box": "Transport box",
  room: "Room",
};

/** How a calibration stands, in words. */
export const dueWords: Readonly<Record<DueState, string>> = {
  none: "no calibration on record",
  undated: "calibrated, no date for the next one",
  good: "calibrated",
  due: "calibration due",
  overdue: "calibration overdue",
};

/** Kinds of measuring point in words. */
export const probeWords: Readonly<Record<ProbeKind, string>> = {
  air: "Air",
  buffered: "Buffered",
  product: "Product",
};

/** A sensor's faults in words. */
export const faultWords: Readonly<Record<Fault, string>> = {
  open: "Probe circuit open",
  short: "Probe shorted",
  disconnected: "Probe disconnected",
  "power-on": "Sensor just started",
  range: "Outside what the sensor measures",
  bus: "Line to the sensor failed",
  implausible: "Value cannot be true",
  stuck: "Value has stopped changing",
  jump: "Value jumped",
  disagrees: "Two sensors disagree",
  unspecified: "Sensor fault",
};

/** Ways of leaving the range in words. */
export const sideWords: Readonly<Record<Side, string>> = {
  high: "Too warm",
  low: "Too cold",
  unmonitored: "Unmonitored",
};

/** An excursion's status in words. */
export const statusWords: Readonly<Record<ExcursionView["status"], string>> = {
  open: "Open",
  closed: "Closed",
  withdrawn: "Withdrawn",
};

/** Whether an excursion is signed, in words. */
export const reviewWords: Readonly<Record<ExcursionView["review"], string>> = {
  open: "–",
  unsigned: "Not signed",
  signed: "Reviewed, signed",
  outdated: "Signed, then changed: needs a new signature",
};

/** Kinds of alarm in words. */
export const alarmWords: Readonly<Record<AlarmKind, string>> = {
  "temperature-high": "Too warm",
  "temperature-low": "Too cold",
  "temperature-warning-high": "Getting warm",
  "temperature-warning-low": "Getting cold",
  "probe-silent": "Probe silent",
  "probe-fault": "Probe fault",
  "probe-disagreement": "Probes disagree",
  "late-excursion": "Excursion found late",
  "gateway-silent": "Gateway silent",
  power: "Power lost",
  door: "Door open",
  agitator: "Agitator stopped",
  battery: "Battery low",
  clock: "Clock off",
  buffer: "Gateway buffer nearly full",
  "notification-failing": "Notification failing",
  "projection-behind": "History behind",
  "backup-overdue": "No good backup",
  "report-failing": "Period report not made",
  "bounces-unread": "Returned mails not read",
  "holds-unconfirmed": "Holds not confirmed",
  "person-unreached": "A person cannot be reached",
  "nobody-on-call": "Nobody is on call",
  unanswered: "Nobody answers",
  "canary-late": "Test alarm did not arrive",
};

/** Where the time of a reading comes from, in words. */
export const timeSourceWords: Readonly<Record<TimeSource, string>> = {
  device: "device clock",
  uptime: "device uptime",
  poll: "gateway clock when it asked",
  arrival: "gateway clock at arrival",
};

/** An alarm's severity in words. */
export const severityWords: Readonly<Record<AlarmSeverity, string>> = {
  critical: "Critical",
  warning: "Warning",
  advisory: "Advice",
};

/** An alarm's ISA-18.2 state in words. */
export const phaseWords: Readonly<Record<AlarmPhase, string>> = {
  normal: "Over",
  unacknowledged: "Not acknowledged",
  acknowledged: "Acknowledged",
  "returned-unacknowledged": "Over, not acknowledged",
  "latched-unacknowledged": "Over, not acknowledged, waits for a reset",
  "latched-acknowledged": "Over, waits for a reset",
  shelved: "Shelved",
  suppressed: "Suppressed by design",
  "out-of-service": "Out of service",
};

/** `1 unit`, `12 units`. */
export function count(many: number, one: string, several = `${one}s`): string {
  return `${many} ${many === 1 ? one : several}`;
}
