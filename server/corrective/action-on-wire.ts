import { correctiveState } from "@coldkeep/core/corrective/corrective-action.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { KeptAction } from "./corrective-records.ts";

/** A corrective action as calls answer it, as it stands on a day at the site. */
export function actionOnWire(action: KeptAction, today: string) {
  const { number, excursion, what, owner, due, cause, by, at, end } = action;
  return {
    number,
    excursion,
    what,
    owner: { login: owner.login, name: owner.name },
    due,
    cause,
    state: correctiveState({ due, outcome: end?.outcome ?? null }, today),
    plannedBy: by,
    plannedAt: formatInstant(at),
    end:
      end === null
        ? null
        : {
            outcome: end.outcome,
            note: end.note,
            doneBy: end.done?.by ?? null,
            doneOn: end.done?.on ?? null,
            by: end.by,
            at: formatInstant(end.at),
          },
  };
}
