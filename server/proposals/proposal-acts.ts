import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { loginOf } from "@coldkeep/core/people/principal.ts";
import { isOwnDuty } from "@coldkeep/core/duty/own-duty.ts";
import { isAllowed, type Permission, type PersonRole } from "@coldkeep/core/people/roles.ts";
import type {
  Signature,
  SignatureMeaning,
  Signer,
  SigningMethod,
} from "@coldkeep/core/signatures/signature.ts";
import {
  limitDifferences,
  limitsPart,
  touchesLimits,
  touchesReadings,
} from "@coldkeep/core/site/limits-part.ts";
import { mergeSite } from "@coldkeep/core/site/merge-site.ts";
import { rebaseSite } from "@coldkeep/core/site/rebase-site.ts";
import { type Site, siteSchema } from "@coldkeep/core/site/site.ts";
import { siteDifferences } from "@coldkeep/core/site/site-differences.ts";
import { siteFile } from "@coldkeep/core/site/site-text.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import type { SiteKeeper } from "../site/apply-site.ts";
import type { BacktestResult } from "./backtest-site.ts";
import { contentHash } from "./content-hash.ts";
import { type Actor, type Proposal, type ProposedChange, proposalVersionsMax } from "./proposal.ts";
import type { DraftContent, ProposalStore } from "./proposal-store.ts";

/** What is signed: the content of an approval. */
export interface SignedApproval {
  readonly subjectKind: "proposal";
  readonly subject: string;
  readonly content: { readonly site: Site };
  readonly meaning: SignatureMeaning;
  readonly reason: string;
}

/** Signs within a commit: live with a proof that the person gave just now, in a replay with the facts that the journal kept. */
export type SignWithin = (commit: Commit, what: SignedApproval) => Pick<Signature, "contentHash">;

/** What the journal keeps of an act on proposals. */
export type ProposalAct =
  | {
      readonly act: "draft";
      readonly proposal: string | null;
      readonly site: Site;
      readonly reason: string;
      readonly by: Actor;
    }
  | { readonly act: "apply"; readonly site: Site; readonly reason: string; readonly by: Actor }
  | {
      readonly act: "withdraw" | "reject";
      readonly proposal: string;
      readonly reason: string;
      readonly by: Actor;
    }
  | {
      readonly act: "tested";
      readonly proposal: string;
      readonly key: string;
      readonly result: BacktestResult;
      readonly by: Actor;
    }
  | {
      readonly act: "approve";
      readonly proposal: string;
      /** Of what the approver saw. */
      readonly hash: string;
      readonly reason: string;
      readonly by: Actor;
      /** How the approver was proven: with the actor, what a replay signs by. */
      readonly method: string;
    };

/** Who signed an approval, as the journal keeps it. Throws a TypeError for any other act. */
export function approverOf(act: ProposalAct): Signer {
  const login = loginOf(act.by.actor);
  if (act.act !== "approve" || login === null) throw new TypeError("only a person's approval is signed");
  const { name, role } = act.by;
  return { login, name, role: role as PersonRole, method: act.method as SigningMethod };
}

/** What a draft became: a proposal, or the site in force where no limits are touched. */
export interface DraftOutcome {
  readonly proposal: string | null;
}

/** The acts on proposals. Each is one journaled, audited commit. */
export interface ProposalActs {
  /**
   * Does an act; `signs` signs an approval. Throws `proposal.unknown`, `proposal.closed`, `proposal.empty`, `proposal.reason`, `proposal.own`, `proposal.changed`, `proposal.stale`,
   * `proposal.untested`, `proposal.full` or `auth.role`, and then nothing has changed.
   */
  readonly perform: (act: ProposalAct, signs?: SignWithin) => DraftOutcome;
  /** A proposal's draft put beside the site in force at `at`. Throws `proposal.unknown`. */
  readonly change: (id: string, at: EpochMs) => ProposedChange;
}

/** Makes the acts over the kept proposals and the site in force. */
export function makeProposalActs(
  store: ProposalStore,
  keeper: Pick<SiteKeeper, "book" | "during">,
): ProposalActs {
  const inForce = (): Site | null => keeper.book()?.site ?? null;

  const draftOf = (id: string): Proposal => {
    const proposal = store.find(id);
    if (proposal === null) throw new CodedError("proposal.unknown", `There is no proposal "${id}".`);
    if (proposal.state !== "draft")
      throw new CodedError(
        "proposal.closed",
        `The proposal ${id} is ${proposal.state}; draft the change anew.`,
      );
    return proposal;
  };

  const change = (id: string, at: EpochMs): ProposedChange => {
    const content = store.content(id);
    if (content === null) throw new CodedError("proposal.unknown", `There is no proposal "${id}".`);
    const current = inForce();
    const carried = carryOver(store, content, current, store.siteNumber());
    if ("stale" in carried) return staleChange(carried.stale);
    const { site } = carried;
    const merged = mergeSite(current, site, at);
    const key = contentHash([current === null ? null : limitsPart(current), limitsPart(site)]);
    return {
      site,
      stale: [],
      differences: siteDifferences(current, merged),
      limitDifferences: limitDifferences(current, merged),
      touchesLimits: touchesLimits(current, merged),
      needsBacktest: touchesReadings(current, merged),
      hash: contentHash([current, site]),
      key,
      backtest: store.backtest(id, key),
    };
  };

  const commit = <Result>(act: ProposalAct, work: Parameters<typeof keeper.during<Result>>[1]): Result => {
    const body = new TextEncoder().encode(JSON.stringify(act));
    return keeper.during({ kind: "proposal", source: act.by.actor, encoding: "identity", body }, work);
  };

  const draft = (act: ProposalAct & { act: "draft" }): DraftOutcome => {
    const { by, site, reason } = act;
    if (act.by.role !== "api") demand(by, "site.draft");
    demandReason(reason);
    const known = act.proposal === null ? null : draftOf(act.proposal);
    if (known !== null && known.versions.length >= proposalVersionsMax)
      throw new CodedError(
        "proposal.full",
        `The proposal ${known.id} has ${proposalVersionsMax} versions, the most there may be; draft the change anew.`,
      );
    return commit(act, (work) => {
      const current = inForce();
      const differences = siteDifferences(current, mergeSite(current, site, work.at));
      if (differences.length === 0) throw empty();
      const id = known?.id ?? `change-${work.journalSeq}`;
      const open = known === null ? store.openBy(by.actor) : null;
      if (open !== null) {
        store.end(work, open, { state: "superseded", by, reason });
        work.audit({
          actor: by.actor,
          action: "proposal.superseded",
          subject: open,
          detail: { why: reason, role: by.role, to: id },
        });
      }
      store.addVersion(work, id, by, reason, { site, baseNumber: store.siteNumber() });
      work.audit({
        actor: by.actor,
        action: known === null ? "proposal.drafted" : "proposal.edited",
        subject: id,
        detail: { why: reason, role: by.role, differences },
      });
      return { proposal: id };
    });
  };

  const applyAtOnce = (act: ProposalAct & { act: "apply" }): DraftOutcome => {
    const { by, site, reason } = act;
    const before = inForce();
    // Whoever may answer alarms may take a duty on, and nothing else of the site.
    const isOwn =
      isAllowed(by.role, "alarms.handle") &&
      before !== null &&
      isOwnDuty(before, site, by.actor.replace(/^person:/, ""));
    if (!isOwn) demand(by, "site.draft");
    demandReason(reason);
    return commit(act, (work, apply) => {
      const current = inForce();
      const merged = mergeSite(current, site, work.at);
      if (siteDifferences(current, merged).length === 0) throw empty();
      if (touchesLimits(current, merged))
        throw new CodedError(
          "proposal.untested",
          "This touches limits: it needs a proposal, a back-test and a second person.",
        );
      apply(site, by.actor, { why: reason, role: by.role });
      return { proposal: null };
    });
  };

  const close = (act: ProposalAct & { act: "withdraw" | "reject" }): DraftOutcome => {
    const { by, reason, proposal: id } = act;
    const proposal = draftOf(id);
    demandReason(reason);
    const isAuthor = proposal.versions[0]?.actor === by.actor;
    if (act.act === "withdraw" && !isAuthor)
      throw new CodedError(
        "proposal.own",
        "Only its author withdraws a proposal; a quality officer can reject it.",
      );
    if (act.act === "reject") demand(by, "site.approve");
    const state = act.act === "withdraw" ? "withdrawn" : "rejected";
    return commit(act, (work) => {
      store.end(work, id, { state, by, reason });
      work.audit({
        actor: by.actor,
        action: `proposal.${state}`,
        subject: id,
        detail: { why: reason, role: by.role },
      });
      return { proposal: id };
    });
  };

  const keepTest = (act: ProposalAct & { act: "tested" }): DraftOutcome => {
    draftOf(act.proposal);
    return commit(act, (work) => {
      store.addTest(work, act.proposal, act.key, act.result);
      const { totals, probes, from, to } = act.result;
      const detail = { role: act.by.role, probes, from, to, ...totals, key: act.key };
      work.audit({ actor: act.by.actor, action: "proposal.tested", subject: act.proposal, detail });
      return { proposal: act.proposal };
    });
  };

  const approve = (act: ProposalAct & { act: "approve" }, signs: SignWithin): DraftOutcome => {
    const { by, reason, proposal: id } = act;
    const proposal = draftOf(id);
    demand(by, "site.approve");
    demandReason(reason);
    if (proposal.versions.some((version) => version.actor === by.actor))
      throw new CodedError(
        "proposal.own",
        "Whoever drafted or edited a proposal does not approve it: another quality officer does.",
      );
    return commit(act, (work, apply) => {
      const { site, stale, hash, key, differences, ...found } = change(id, work.at);
      if (site === null) throw staleError(id, stale);
      if (hash !== act.hash)
        throw new CodedError(
          "proposal.changed",
          "The proposal or the site in force has changed since this page was made. Look at it again, then approve it.",
        );
      if (differences.length === 0) throw empty();
      if (found.needsBacktest && found.backtest === null)
        throw new CodedError(
          "proposal.untested",
          "This change touches limits and was not back-tested as it stands now. Run the back-test, look at what it says, then approve it.",
        );
      signs(work, {
        subjectKind: "proposal",
        subject: id,
        content: { site },
        meaning: "approval",
        reason,
      });
      const authors = [...new Set(proposal.versions.map((version) => version.actor))];
      const detail = { why: reason, role: by.role, proposal: id, authors };
      const done = apply(site, by.actor, detail);
      const excursions = done.excursions.length;
      const { units } = done;
      store.end(work, id, {
        state: "approved",
        by,
        reason,
        hash,
        differences,
        excursions,
        units,
        siteNumber: store.siteNumber(),
        ...(found.backtest === null ? {} : { backtestKey: key }),
      });
      const tested = found.backtest === null ? null : { ...found.backtest.totals, key };
      work.audit({
        actor: by.actor,
        action: "proposal.approved",
        subject: id,
        detail: { ...detail, hash, backtest: tested, excursions, units },
      });
      return { proposal: id };
    });
  };

  return {
    change,
    perform: (act, signs) => {
      switch (act.act) {
        case "draft":
          return draft(act);
        case "apply":
          return applyAtOnce(act);
        case "withdraw":
        case "reject":
          return close(act);
        case "tested":
          return keepTest(act);
        case "approve":
          if (signs === undefined) throw new TypeError("an approval is signed");
          return approve(act, signs);
      }
    },
  };
}

/** A draft carried over to a site of the records, by its number, and checked, or why that cannot be. */
export function carryOver(
  store: ProposalStore,
  { site, baseNumber }: DraftContent,
  current: Site | null,
  currentNumber: number,
): { readonly site: Site } | { readonly stale: readonly string[] } {
  if (current === null || currentNumber === baseNumber) return { site };
  const base = store.siteOf(baseNumber);
  if (base === null) return { stale: ["the site that it was drafted on is not on record"] };
  const rebased = rebaseSite(base, site, current);
  if ("overlaps" in rebased) return { stale: rebased.overlaps };
  const checked = siteSchema.safeParse(siteFile(rebased.site));
  if (checked.success) return { site: checked.data };
  return { stale: checked.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) };
}

function staleChange(stale: readonly string[]): ProposedChange {
  return {
    site: null,
    stale,
    differences: [],
    limitDifferences: [],
    touchesLimits: true,
    needsBacktest: true,
    hash: "",
    key: "",
    backtest: null,
  };
}

function staleError(id: string, stale: readonly string[]): CodedError {
  return new CodedError(
    "proposal.stale",
    `The site in force has changed where the proposal ${id} changes it too (${stale.slice(0, 5).join(", ")}). Its author drafts it again.`,
  );
}

function empty(): CodedError {
  return new CodedError("proposal.empty", "The site is in force as this says; nothing would change.");
}

function demand({ role, name }: Actor, permission: Permission): void {
  if (isAllowed(role, permission)) return;
  throw new CodedError("auth.role", `${name} has the role ${role}, which may not do this (${permission}).`);
}

function demandReason(reason: string): void {
  if (reason.trim() === "")
    throw new CodedError("proposal.reason", "Say why: every change of master data has a reason.");
}
