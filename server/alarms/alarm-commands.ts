import type { AlarmPromise } from "@coldkeep/core/alarms/alarm-state.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { AlarmInput } from "@coldkeep/core/alarms/lifecycle.ts";
import { isResettable } from "@coldkeep/core/alarms/lifecycle.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { inRole } from "../audit/detail.ts";
import type { Services } from "../http/services.ts";
import type { EntryKind } from "../journal/journal.ts";
import type { KeptAlarm } from "./kept-alarm.ts";

/** What a person does to an alarm: the journal keeps it whole, so that it can be replayed. */
export interface AlarmAct {
  readonly alarm: string;
  readonly by: string;
  readonly note: string | null;
  readonly input: AlarmInput;
  /** The role in which a person acted. */
  readonly role?: string | null;
}

/** That somebody takes an alarm on. What they promise stands in the alarm's record with what they noted. */
export function acknowledgement(
  alarm: string,
  who: { readonly actor: string; readonly name: string; readonly role: string | null },
  note: string | null,
  promise: AlarmPromise | null,
): AlarmAct {
  const promised = promise === null ? null : `${promise.what} (by ${formatInstant(promise.until)})`;
  const said = [note, promised].filter((part) => part !== null && part !== "").join("; ");
  const input = { kind: "acknowledge" as const, by: who.name, ...(promise === null ? {} : { promise }) };
  return { alarm, by: who.actor, role: who.role, note: said === "" ? null : said, input };
}

/**
 * Applies a person's act to an alarm, journaled under `kind`. Throws `alarm.unknown`, and where the act cannot do what it says `alarm.not-resettable`,
 * `alarm.not-shelved` or `alarm.out-of-service`: nobody is to believe that something was done which was not.
 */
export function actOnAlarm(
  services: Pick<Services, "committer" | "alarms">,
  kind: EntryKind,
  source: string,
  act: AlarmAct,
): KeptAlarm {
  const unknown = (): CodedError =>
    new CodedError("alarm.unknown", `There is no alarm "${act.alarm}" that is still under way.`);
  const known = services.alarms.underWay().find((alarm) => alarm.id === act.alarm);
  if (known === undefined) throw unknown();
  refuseIdle(known, act.input);
  const body = new TextEncoder().encode(JSON.stringify(act));
  return services.committer.commit({ kind, source, encoding: "identity", body }, (commit) => {
    const alarm = services.alarms.act(
      inRole(commit, act.by, act.role ?? null),
      act.alarm,
      act.input,
      act.by,
      act.note,
    );
    if (alarm === null) throw unknown();
    return alarm;
  });
}

function refuseIdle({ id, state }: KeptAlarm, { kind }: AlarmInput): void {
  if (kind === "reset" && !isResettable(state)) {
    throw new CodedError(
      "alarm.not-resettable",
      `Alarm "${id}" cannot be reset: only a latched alarm whose condition is gone and which was acknowledged can.`,
    );
  }
  if (kind === "unshelve" && state.shelvedUntil === null)
    throw new CodedError("alarm.not-shelved", `Alarm "${id}" is not shelved.`);
  if (kind === "shelve" && state.outOfServiceUntil !== null) {
    throw new CodedError(
      "alarm.out-of-service",
      `Alarm "${id}" cannot be shelved: its appliance is out of service and nobody is called about it already.`,
    );
  }
}
