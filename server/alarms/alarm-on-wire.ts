import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import { instantOrNull } from "@coldkeep/core/contract/instants.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { KeptAlarm } from "./kept-alarm.ts";

/** An alarm as the calls answer it. */
export function onWire(alarm: KeptAlarm) {
  const { id, kind, severity, subject, appliance, probe, text, state } = alarm;
  return {
    id,
    kind,
    phase: phaseOf(state),
    severity,
    subject,
    appliance,
    probe,
    text,
    raisedAt: formatInstant(state.raisedAt),
    acknowledgedBy: state.acknowledgedBy,
    promise:
      state.promise === null ? null : { what: state.promise.what, until: formatInstant(state.promise.until) },
    shelvedUntil: instantOrNull(state.shelvedUntil),
    outOfServiceUntil: instantOrNull(state.outOfServiceUntil),
    realarmAt: instantOrNull(state.realarmAt),
    calls: state.calls,
  };
}
