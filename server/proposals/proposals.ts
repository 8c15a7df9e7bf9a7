import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { isSame } from "@coldkeep/core/site/dated.ts";
import { touchesLimits } from "@coldkeep/core/site/limits-part.ts";
import { mergeSite } from "@coldkeep/core/site/merge-site.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import type { SiteChange } from "../site/apply-site.ts";
import type { SiteBook } from "../site/site-book.ts";
import { backtestDaysMax, type BacktestProgress, type BacktestResult } from "./backtest-site.ts";
import type { RunBacktest } from "./backtest-thread.ts";
import type { Actor, Proposal, ProposedChange } from "./proposal.ts";
import { carryOver, type DraftOutcome, type ProposalActs, type SignWithin } from "./proposal-acts.ts";
import type { ProposalStore } from "./proposal-store.ts";

/** Most back-tests that run at once: each reads a month of readings. One more is refused and tried again by a person. */
export const backtestsAtOnceMax = 1;

/** What the server can do with proposals. */
export interface Proposals {
  readonly find: (id: string) => Proposal | null;
  readonly list: (limit: number) => Proposal[];
  /** Somebody's own proposal that is still a draft. */
  readonly openBy: (actor: string) => string | null;
  /** A draft beside the site in force. Throws `proposal.unknown`. */
  readonly change: (id: string) => ProposedChange;
  /** What an approved proposal made of the site, from what to what, and the back-test that it was approved with; null for others. */
  readonly done: (id: string) => {
    /** What was signed, as the records give it now; null where they no longer do, or where it is not what came into force. */
    readonly signed: { readonly site: Site } | null;
    readonly before: Site;
    readonly after: Site;
    readonly backtest: BacktestResult | null;
  } | null;
  /** What somebody's next change starts from: their own draft carried over to the site in force, else that site. Throws `proposal.stale`, `site.missing`. */
  readonly startOf: (actor: string) => Site;
  /**
   * Takes a change that a person made: at once where it touches no limits, else as a proposal, or a new version of their own. `edit` is done on the site in force and, where
   * that touches limits or does not go there, on what `startOf` gives.
   */
  readonly take: (by: Actor, edit: (site: Site) => Site, reason: string) => DraftOutcome;
  /** Takes a whole site that a program sent where it touches limits; the same again is the same proposal. */
  readonly propose: (by: Actor, site: Site, reason: string) => string;
  readonly withdraw: (by: Actor, id: string, reason: string) => void;
  readonly reject: (by: Actor, id: string, reason: string) => void;
  /** Approves what has this hash. `signs` signs it with a proof that the person gave just now. */
  readonly approve: (
    by: Actor,
    method: string,
    id: string,
    hash: string,
    reason: string,
    signs: SignWithin,
  ) => void;
  /** Back-tests a draft and keeps the result. Throws `proposal.backtest-busy`, `proposal.stale`, `proposal.days`. */
  readonly backtest: (by: Actor, id: string, days: number) => Promise<void>;
  /** Why the last back-test of a proposal broke off; null where it did not. */
  readonly failure: (id: string) => string | null;
  /** How far the back-test of a proposal is; null where none is under way. */
  readonly progress: (id: string) => BacktestProgress | null;
}

/** What the proposals work with. */
export interface ProposalParts {
  readonly store: ProposalStore;
  readonly acts: ProposalActs;
  readonly clock: Clock;
  readonly site: () => SiteBook | null;
  readonly rehearse: (incoming: Site, actor: string) => SiteChange;
  readonly run: RunBacktest;
}

/** Makes what the server can do with proposals. */
export function makeProposals({ store, acts, clock, site, rehearse, run }: ProposalParts): Proposals {
  let failed: { readonly id: string; readonly reason: string } | null = null;
  const running = new Map<string, BacktestProgress>();
  const change = (id: string): ProposedChange => acts.change(id, clock.epochMs());
  const inForce = (): Site => {
    const book = site();
    if (book === null)
      throw new CodedError("site.missing", "No site is in force yet: apply a site file first.");
    return book.site;
  };
  const carried = (id: string): Site => {
    const { site: found, stale } = change(id);
    if (found !== null) return found;
    throw new CodedError(
      "proposal.stale",
      `The site in force has changed where your proposal ${id} changes it too (${stale.slice(0, 5).join(", ")}). Withdraw it and draft it again.`,
    );
  };
  const startOf = (actor: string): Site => {
    const open = store.openBy(actor);
    return open === null ? inForce() : carried(open);
  };
  return {
    find: store.find,
    list: store.list,
    openBy: store.openBy,
    change,
    done: (id) => {
      const end = store.find(id)?.end;
      const content = store.content(id);
      if (end === undefined || end === null || end.siteNumber === null || content === null) return null;
      const before = store.siteOf(end.siteNumber - 1);
      const after = store.siteOf(end.siteNumber);
      if (before === null || after === null) return null;
      const carried = carryOver(store, content, before, end.siteNumber - 1);
      const isInForce = "site" in carried && isSame(mergeSite(before, carried.site, end.at), after);
      const backtest = end.backtestKey === null ? null : store.backtest(id, end.backtestKey);
      return { before, after, backtest, signed: isInForce ? { site: carried.site } : null };
    },
    startOf,
    take: (by, edit, reason) => {
      const current = inForce();
      const open = store.openBy(by.actor);
      const alone = open === null ? edit(current) : editedWhereItCan(edit, current);
      const isHarmless =
        alone !== null && !touchesLimits(current, mergeSite(current, alone, clock.epochMs()));
      // What changes nothing of the site in force may take back what the draft changes.
      if (alone !== null && isHarmless && (open === null || !isSame(alone, current)))
        return acts.perform({ act: "apply", site: alone, reason, by });
      if (open === null)
        return acts.perform({ act: "draft", proposal: null, site: alone ?? current, reason, by });
      const start = carried(open);
      const whole = edit(start);
      if (isSame(whole, start))
        throw new CodedError(
          "proposal.empty",
          `Your proposal ${open} says this already; nothing would change.`,
        );
      return acts.perform({ act: "draft", proposal: open, site: whole, reason, by });
    },
    propose: (by, incoming, reason) => {
      const open = store.openBy(by.actor);
      const known = open === null ? null : store.content(open);
      if (open !== null && JSON.stringify(known?.site) === JSON.stringify(incoming)) return open;
      return acts.perform({ act: "draft", proposal: null, site: incoming, reason, by }).proposal ?? "";
    },
    withdraw: (by, proposal, reason) => void acts.perform({ act: "withdraw", proposal, reason, by }),
    reject: (by, proposal, reason) => void acts.perform({ act: "reject", proposal, reason, by }),
    approve: (by, method, proposal, hash, reason, signs) =>
      void acts.perform({ act: "approve", proposal, hash, reason, by, method }, signs),
    backtest: async (by, id, days) => {
      if (!Number.isInteger(days) || days < 1 || days > backtestDaysMax)
        throw new CodedError("proposal.days", `A back-test goes back 1 to ${backtestDaysMax} days.`);
      if (running.size >= backtestsAtOnceMax)
        throw new CodedError(
          "proposal.backtest-busy",
          "A back-test is under way. Wait for it to end, then try again.",
        );
      const { site: proposed, key, stale } = change(id);
      if (proposed === null)
        throw new CodedError(
          "proposal.stale",
          `The site in force has changed there too (${stale.slice(0, 5).join(", ")}).`,
        );
      running.set(id, { done: 0, of: 0 });
      failed = null;
      try {
        const findings = await run(
          { site: proposed, days, now: clock.epochMs() },
          (progress) => void running.set(id, progress),
        );
        const { excursions, units } = rehearse(proposed, by.actor);
        const result = { ...findings, excursions: excursions.length, units };
        acts.perform({ act: "tested", proposal: id, key, result, by });
      } catch (error) {
        failed = { id, reason: error instanceof Error ? error.message : String(error) };
        throw error;
      } finally {
        running.delete(id);
      }
    },
    failure: (id) => (failed?.id === id ? failed.reason : null),
    progress: (id) => running.get(id) ?? null,
  };
}

/** An edit of the site in force; null where that lacks what the edit is about, which a draft may have. */
function editedWhereItCan(edit: (site: Site) => Site, site: Site): Site | null {
  try {
    return edit(site);
  } catch {
    return null;
  }
}
