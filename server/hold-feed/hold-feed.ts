import { holdMessageUnitsMax } from "@coldkeep/core/contract/hold-feed.ts";
import type { Cancel } from "@coldkeep/core/time/clock.ts";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import { retryPausesMs } from "@coldkeep/core/summons/delivery.ts";
import type { BloodBankLink } from "./blood-bank-link.ts";
import { confirmHolds } from "./confirm.ts";
import { openOwedUnits } from "./owed-units.ts";
import { judgeHoldFeed } from "./unconfirmed-alarm.ts";

/** How often it is looked whether anything is owed. */
const pollMs: DurationMs = secondMs;

/** Tells the blood-bank system how units stand until it confirms. */
export interface HoldFeed {
  readonly start: () => void;
  /** Stops; a post in hand is given up and told again after the next start. */
  readonly stop: () => Promise<void>;
  readonly owed: () => number;
}

/** What the feed works with. */
export interface HoldFeedParts extends Pick<
  Services,
  "database" | "committer" | "alarms" | "clock" | "site"
> {
  readonly link: BloodBankLink;
  readonly confirmWithinMs: DurationMs;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
}

/** Makes the feed. Each change is told at least once; what was confirmed is recorded before anything more is told. */
export function makeHoldFeed(parts: HoldFeedParts): HoldFeed {
  const { database, clock, link, confirmWithinMs } = parts;
  const owed = openOwedUnits(database);
  const stopping = new AbortController();
  let cancel: Cancel = () => undefined;
  let round: Promise<void> = Promise.resolve();
  let failures = 0;
  let reason: string | null = null;

  /** Tells the oldest that is owed; true where all of it was confirmed. */
  const tell = async (): Promise<boolean> => {
    const units = owed.next(holdMessageUnitsMax);
    if (units.length === 0) return true;
    const told = await link(parts.site()?.site.site ?? "", units, stopping.signal);
    if (stopping.signal.aborted) return false;
    if (!told.ok) {
      reason = told.reason;
      return false;
    }
    const stood = confirmHolds(parts, told.confirmed);
    const why = told.why == null ? "" : `: ${told.why}`;
    reason = stood === units.length ? null : `it took over ${stood} of ${units.length} units${why}`;
    return reason === null;
  };

  const judge = (): void => {
    const { owed: units, oldestAt } = owed.standing();
    const behindMs = oldestAt === null ? 0 : Math.max(0, clock.epochMs() - oldestAt);
    judgeHoldFeed(parts, { isUnconfirmed: behindMs > confirmWithinMs, units, behindMs, reason });
  };

  const run = async (): Promise<void> => {
    const isDone = await tell();
    if (stopping.signal.aborted) return;
    if (!isDone && failures === 0)
      parts.warn({ reason }, "the blood-bank system did not confirm holds; it is told again");
    failures = isDone ? 0 : failures + 1;
    judge();
  };

  const schedule = (): void => {
    const pause =
      failures === 0 ? pollMs : (retryPausesMs[Math.min(failures, retryPausesMs.length) - 1] ?? pollMs);
    cancel = clock.after(pause, () => {
      round = run()
        .catch((error: unknown) => {
          failures += 1;
          parts.warn({ err: error }, "the feed of holds could not use the records; trying again");
        })
        .finally(() => {
          if (!stopping.signal.aborted) schedule();
        });
    });
  };

  return {
    start: schedule,
    stop: async () => {
      stopping.abort();
      cancel();
      await round;
    },
    owed: () => owed.standing().owed,
  };
}
