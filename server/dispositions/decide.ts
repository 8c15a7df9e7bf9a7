import {
  type DecisionContent,
  type DecidedUnit,
  givesBack,
  unitsPerDecisionMax,
} from "@coldkeep/core/contract/dispositions.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Signature, Signer } from "@coldkeep/core/signatures/signature.ts";
import type { Services } from "../http/services.ts";
import type { Commit } from "../journal/committer.ts";
import type { Proof } from "../people/people.ts";
import { excursionRecord } from "../signatures/excursion-signing.ts";
import { checkReason, contentHashOf, signerOf, type Signing } from "../signatures/signatures.ts";
import { endHolds } from "../units/dispositions.ts";
import { openDecisions, type SecondVerdict } from "./decision-records.ts";

/** What deciding works with. */
export type DecisionParts = Pick<Services, "database" | "committer" | "signatures" | "units">;

/** What the journal keeps of a signed decision. */
export interface DecisionAct {
  readonly content: DecisionContent;
  /** Of the excursion as the person saw it. */
  readonly seen: string;
  readonly reason: string;
  readonly signer: Signer;
}

/** What the journal keeps of a second person's signature. */
export interface SecondAct {
  readonly number: number;
  readonly verdict: SecondVerdict;
  readonly reason: string;
  readonly signer: Signer;
}

type Sign = (commit: Commit, what: Signing) => Signature;

/**
 * Records a signed decision about held units; one signature covers them all. A concession releases nothing before a second person has signed. Throws `sign.changed` where the
 * excursion is another than the person saw, `unit.not-held`, `disposition.excursion-open`, `disposition.no-units`, and what signing throws; then nothing was decided.
 */
export function decideUnits(
  parts: DecisionParts,
  proof: Proof,
  given: { readonly content: DecisionContent; readonly seen: string; readonly reason: string },
): number {
  checkReason(given.reason);
  return performDecision(
    parts,
    `person:${proof.login}`,
    { ...given, signer: signerOf(proof) },
    (commit, what) => parts.signatures.sign(commit, proof, what),
  );
}

/** Decides again what the journal says was decided: for a replay alone. */
export function replayDecision(parts: DecisionParts, source: string, act: DecisionAct): void {
  performDecision(parts, source, act, (commit, what) =>
    parts.signatures.replaySign(commit, act.signer, what),
  );
}

/**
 * Records what a second person says to a concession; agreeing releases its units. Throws `disposition.unknown`, `disposition.answered`, `disposition.same-person`, `sign.changed` where
 * the excursion has changed since, and what signing throws.
 */
export function secondDecision(
  parts: DecisionParts,
  proof: Proof,
  given: { readonly number: number; readonly verdict: SecondVerdict; readonly reason: string },
): void {
  checkReason(given.reason);
  performSecond(parts, `person:${proof.login}`, { ...given, signer: signerOf(proof) }, (commit, what) =>
    parts.signatures.sign(commit, proof, what),
  );
}

/** Says again what the journal says a second person said: for a replay alone. */
export function replaySecond(parts: DecisionParts, source: string, act: SecondAct): void {
  performSecond(parts, source, act, (commit, what) => parts.signatures.replaySign(commit, act.signer, what));
}

/** The kind of record that a decision is to signatures. */
export const decisionKind = "decision";

function performDecision(
  parts: DecisionParts,
  source: string,
  { content, seen, reason, signer }: DecisionAct,
  sign: Sign,
): number {
  const act: DecisionAct = { content, seen, reason, signer };
  return parts.committer.commit(entry("decision", source, act), (commit) => {
    const { excursion, units } = content;
    if (units.length === 0 || units.length > unitsPerDecisionMax)
      throw new CodedError(
        "disposition.no-units",
        `Choose 1 to ${unitsPerDecisionMax} units to decide about.`,
      );
    const record = excursionRecord(parts.database, excursion);
    if (record === null) throw new CodedError("excursion.unknown", `There is no excursion "${excursion}".`);
    if (contentHashOf(record) !== seen) throw changed();
    checkUnits(parts, content);
    const number = openDecisions(parts.database).insert(commit, signer, { content, reason });
    sign(commit, { ...recordOf(number, content), meaning: "disposition", reason });
    if (content.decision !== "concession") carryOut(parts, commit, content, signer, reason);
    return number;
  });
}

function performSecond(
  parts: DecisionParts,
  source: string,
  { number, verdict, reason, signer }: SecondAct,
  sign: Sign,
): void {
  const act: SecondAct = { number, verdict, reason, signer };
  parts.committer.commit(entry("second-opinion", source, act), (commit) => {
    const decisions = openDecisions(parts.database);
    const kept = decisions.find(number);
    if (kept === null || kept.decision !== "concession")
      throw new CodedError("disposition.unknown", `No concession ${number} waits for a second person.`);
    if (kept.second !== null)
      throw new CodedError("disposition.answered", `${kept.second.name} has ${kept.second.verdict} already.`);
    if (kept.login === signer.login)
      throw new CodedError(
        "disposition.same-person",
        "A concession takes two persons: you asked for this one, so somebody else must answer it.",
      );
    if (verdict === "agreed") checkUnits(parts, kept.content);
    decisions.insertSecond(commit, signer, { number, verdict, reason });
    const record = recordOf(number, kept.content);
    sign(commit, { ...record, content: { ...kept.content, verdict }, meaning: "approval", reason });
    if (verdict === "agreed") carryOut(parts, commit, kept.content, signer, reason);
  });
}

/** What a signature under a decision covers. */
export function recordOf(number: number, content: DecisionContent) {
  return { subjectKind: decisionKind, subject: String(number), content };
}

/** Throws where a unit is not held any more, or the excursion is not over and the units would go back. */
function checkUnits(
  { database, units: reads }: DecisionParts,
  { decision, units, revision, excursion }: DecisionContent,
): void {
  const row = database.first(
    database.query.selectFrom("excursions").select(["revision"]).where("id", "=", excursion),
  );
  if (row?.revision !== revision) throw changed();
  const isOpen = database.prepare(
    `SELECT excursions.id FROM holds JOIN excursions ON excursions.id = holds.excursion
     WHERE unit = ? AND released_at IS NULL AND status = 'open' LIMIT 1`,
  );
  for (const { din, productCode } of units) {
    const unit = reads.find({ din, productCode });
    if (unit === null || unit.status !== "held")
      throw new CodedError(
        "unit.not-held",
        `Unit ${din} ${productCode} is not held; there is nothing to decide.`,
      );
    const open = givesBack(decision) ? isOpen.get(unit.number) : undefined;
    if (open !== undefined)
      throw new CodedError(
        "disposition.excursion-open",
        `Unit ${din} ${productCode} is held by ${String(open["id"])}, which is not over: what it went through is not known yet.`,
      );
  }
}

function carryOut(
  { database, units: reads }: DecisionParts,
  commit: Commit,
  { decision, units, excursion, cause }: DecisionContent,
  signer: Signer,
  reason: string,
): void {
  for (const { din, productCode } of units) {
    const unit = reads.find({ din, productCode });
    if (unit === null) continue;
    endHolds(database, commit, unit, { decision, by: signer.name, reason });
    const detail = { why: reason, role: signer.role, from: "held", to: decision, excursion, cause };
    commit.audit({
      actor: `person:${signer.login}`,
      action: `unit.${decision}`,
      subject: `${din} ${productCode}`,
      detail,
    });
  }
}

function changed(): CodedError {
  return new CodedError(
    "sign.changed",
    "What you were about to sign has changed since this page was made. Look at it again, then sign it.",
  );
}

function entry(kind: "decision" | "second-opinion", source: string, content: unknown) {
  return { kind, source, encoding: "identity", body: new TextEncoder().encode(JSON.stringify(content)) };
}

/** The keys of units as text, for comparing and for forms. */
export function unitText({ din, productCode }: Pick<DecidedUnit, "din" | "productCode">): string {
  return `${din} ${productCode}`;
}
