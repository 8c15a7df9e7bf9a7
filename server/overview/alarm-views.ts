import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { KeptAlarm } from "../alarms/kept-alarm.ts";
import type { AlarmView } from "../pages/views.ts";
import type { SiteBook } from "../site/site-book.ts";

/** An alarm as the pages show it. */
export function alarmView(book: SiteBook, alarm: KeptAlarm): AlarmView {
  const { id, kind, severity, appliance, probe, text, state } = alarm;
  return {
    id,
    kind,
    phase: phaseOf(state),
    severity,
    appliance,
    applianceName: appliance === null ? null : (book.appliances.get(appliance)?.name ?? appliance),
    probe,
    raisedAt: state.raisedAt,
    text,
    acknowledgedBy: state.acknowledgedBy,
  };
}

const urgency: Readonly<Record<string, number>> = {
  unacknowledged: 0,
  acknowledged: 1,
  "latched-unacknowledged": 2,
  "returned-unacknowledged": 2,
  "latched-acknowledged": 3,
  shelved: 4,
  "out-of-service": 5,
  suppressed: 6,
};

/** Most urgent first: what nobody has taken on, then what still lasts, critical before the rest, newest first. */
export function byUrgency(a: AlarmView, b: AlarmView): number {
  const phase = (urgency[a.phase] ?? 9) - (urgency[b.phase] ?? 9);
  const severity = Number(b.severity === "critical") - Number(a.severity === "critical");
  return phase || severity || b.raisedAt - a.raisedAt;
}
