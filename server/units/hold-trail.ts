import { changeDetail } from "../audit/detail.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";

/** A hold that changed: of which unit, by which excursion. */
export interface ChangedHold {
  readonly unit: number;
  readonly excursion: string;
}

/** Tells the trail of each unit that an excursion puts on hold, and of each that it turned out not to have been exposed; that one stays held until a person releases it. */
export interface HoldTrail {
  readonly placed: (commit: Commit, holds: readonly ChangedHold[]) => void;
  readonly unexposed: (commit: Commit, holds: readonly ChangedHold[]) => void;
}

/** Makes the teller. Holds are told in the order of units and excursions, so that a replay tells them alike. */
export function makeHoldTrail(database: Database): HoldTrail {
  const select = database.prepare("SELECT din, product_code FROM units WHERE number = ?");
  const tell = (
    commit: Commit,
    holds: readonly ChangedHold[],
    action: string,
    change: { readonly from: string | null; readonly to: string; readonly why: string },
  ): void => {
    const ordered = holds.toSorted(
      (left, right) => left.unit - right.unit || (left.excursion < right.excursion ? -1 : 1),
    );
    for (const { unit, excursion } of ordered) {
      const row = select.get(unit);
      const subject = `${String(row?.["din"])} ${String(row?.["product_code"])}`;
      commit.audit({ actor: "system", action, subject, detail: changeDetail(change, { excursion }) });
    }
  };
  return {
    placed: (commit, holds) =>
      tell(commit, holds, "hold.placed", {
        from: null,
        to: "held",
        why: "it was in the appliance during the excursion",
      }),
    unexposed: (commit, holds) =>
      tell(commit, holds, "hold.unexposed", {
        from: "exposed",
        to: "held, not exposed",
        why: "by what is known now it was not in the appliance during the excursion",
      }),
  };
}
