import type { AlarmInput } from "@coldkeep/core/alarms/lifecycle.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Services } from "../http/services.ts";
import type { EntryKind } from "../journal/journal.ts";
import type { KeptAlarm } from "./kept-alarm.ts";

/** What a person does to an alarm: the journal keeps it whole, so that it can be replayed. */
export interface AlarmAct {
  readonly alarm: string;
  readonly by: string;
  readonly note: string | null;
  readonly input: AlarmInput;
}

/** Applies a person's act to an alarm, journaled under `kind`. Throws `alarm.unknown`. */
export function actOnAlarm(
  services: Pick<Services, "committer" | "alarms">,
  kind: EntryKind,
  source: string,
  act: AlarmAct,
): KeptAlarm {
  const unknown = (): CodedError =>
    new CodedError("alarm.unknown", `There is no alarm "${act.alarm}" that is still under way.`);
  if (!services.alarms.underWay().some((alarm) => alarm.id === act.alarm)) throw unknown();
  const body = new TextEncoder().encode(JSON.stringify(act));
  return services.committer.commit({ kind, source, encoding: "identity", body }, (commit) => {
    const alarm = services.alarms.act(commit, act.alarm, act.input, act.by, act.note);
    if (alarm === null) throw unknown();
    return alarm;
  });
}
