import type { EpochMs } from "../time/millis.ts";
import type { AlarmKind } from "./alarm.ts";

/**
 * The identity of an alarm: what it is of, about what, and when it was raised. Server and gateways make it by the same rule, so that an alarm keeps its identity wherever
 * it is raised. `isTaken` says whether another alarm bears an identity already; then it gets a number at its end, from 2 on.
 */
export function alarmIdentity(
  kind: AlarmKind,
  subject: string,
  raisedAt: EpochMs,
  isTaken: (id: string) => boolean,
): string {
  const base = `${kind}-${subject}-${raisedAt.toString(36)}`;
  for (let copy = 1; ; copy += 1) {
    const id = copy === 1 ? base : `${base}-${copy}`;
    if (!isTaken(id)) return id;
  }
}

/** True where an identity may be that of such an alarm. */
export function isAlarmIdentity(id: string, kind: AlarmKind, subject: string, raisedAt: EpochMs): boolean {
  const base = `${kind}-${subject}-${raisedAt.toString(36)}`;
  return id === base || (id.startsWith(`${base}-`) && /^[1-9]\d{0,5}$/.test(id.slice(base.length + 1)));
}
