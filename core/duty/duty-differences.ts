import { isSame } from "../site/dated.ts";
import type { EpochMs } from "../time/millis.ts";
import type { DutySpan } from "./rota.ts";

/** A span in which others are on duty than before: `from` included, `to` not. */
export interface DutyDifference {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Ids of contacts; nobody where empty. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * The spans in which two plans have different people on duty, in order, those that follow one another and say the same as one. Both cover the same time without a gap;
 * in which order people stand makes no difference, since all are called at once.
 */
export function dutyDifferences(before: readonly DutySpan[], after: readonly DutySpan[]): DutyDifference[] {
  const found: DutyDifference[] = [];
  let [old, fresh] = [0, 0];
  for (;;) {
    const was = before[old];
    const is = after[fresh];
    if (was === undefined || is === undefined) return found;
    const from = Math.max(was.from, is.from);
    const to = Math.min(was.to, is.to);
    if (from < to && !isSame(was.people.toSorted(), is.people.toSorted())) {
      const last = found[found.length - 1];
      const goesOn = last?.to === from && isSame(last.before, was.people) && isSame(last.after, is.people);
      if (goesOn) found[found.length - 1] = { ...last, to };
      else found.push({ from, to, before: was.people, after: is.people });
    }
    if (was.to <= to) old += 1;
    if (is.to <= to) fresh += 1;
  }
}
