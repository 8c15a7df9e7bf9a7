import {
  type feedAnswerSchema,
  type feedSchema,
  feedUnitSchema,
  movementSchema,
} from "@coldkeep/core/contract/units.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type * as z from "zod";
import type { Commit } from "../journal/committer.ts";
import { checkMovement, standingUnit, type UnitServices } from "./unit-commands.ts";
import type { Movement, UnitDetails, UnitKey } from "./unit-feed.ts";

/** The file that a feed is a part of. */
export interface FeedFile {
  readonly name: string;
  /** SHA-256 of the whole file in hex. */
  readonly sha256: string;
  /** The first and the last of the file's lines that this part has. */
  readonly lines: readonly [number, number];
}

/** A feed as the call takes it; one that is a part of a file names it, for the trail. */
export type Feed = z.output<typeof feedSchema> & { readonly file?: FeedFile | undefined };

/** What became of a feed. */
export type FeedAnswer = z.output<typeof feedAnswerSchema>;

type List = "units" | "movements";

/** Takes many units and movements in one transaction, units first. An entry that cannot be taken is refused alone; the same feed again changes nothing and is not journaled. */
export function takeFeed(services: UnitServices, source: string, feed: Feed): FeedAnswer {
  if (isAllKnown(services, feed)) {
    const known = (list: readonly unknown[]) => ({ taken: 0, known: list.length });
    return { ...emptyAnswer(), units: known(feed.units), movements: known(feed.movements) };
  }
  const body = new TextEncoder().encode(JSON.stringify(feed));
  return services.committer.commit({ kind: "feed", source, encoding: "identity", body }, (commit) => {
    const answer = emptyAnswer();
    for (const [index, entry] of feed.units.entries())
      take(answer, "units", index, () => takeUnit(services, commit, entry));
    for (const [index, entry] of feed.movements.entries())
      take(answer, "movements", index, () => takeMovement(services, commit, entry, answer));
    const { units, movements, refused, held } = answer;
    const file = feed.file === undefined ? {} : { file: { ...feed.file, lines: [...feed.file.lines] } };
    const detail = { units, movements, refused: refused.length, held: held.length, ...file };
    commit.audit({ actor: source, action: "units.fed", subject: "units", detail });
    for (const { din, productCode, excursions } of held) {
      const moved = { at: null, heldBy: excursions };
      commit.audit({ actor: source, action: "unit.moved", subject: `${din} ${productCode}`, detail: moved });
    }
    return answer;
  });
}

/** True where every entry is on record already: what is new or refused is kept. */
function isAllKnown(services: UnitServices, { units, movements }: Feed): boolean {
  const now = services.clock.epochMs();
  const isKnownMove = (entry: unknown): boolean => {
    const movement = checkMovement(services, parsed(movementSchema, entry), now);
    return services.feed.isKnown(standingUnit(services, movement).number, movement);
  };
  try {
    return (
      units.every((entry) => isKnownUnit(services, parsed(feedUnitSchema, entry))) &&
      movements.every(isKnownMove)
    );
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

function emptyAnswer(): FeedAnswer {
  return { units: { taken: 0, known: 0 }, movements: { taken: 0, known: 0 }, refused: [], held: [] };
}

/** Does one entry and counts what became of it; `work` says whether it changed anything. */
function take(answer: FeedAnswer, list: List, index: number, work: () => boolean): void {
  try {
    answer[list][work() ? "taken" : "known"] += 1;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    answer.refused.push({ list, index, code: error.code, why: error.message });
  }
}

function takeUnit(services: UnitServices, commit: Commit, entry: unknown): boolean {
  const unit = parsed(feedUnitSchema, entry);
  if (isKnownUnit(services, unit)) return false;
  services.feed.register(commit, keyOf(unit), detailsOf(unit));
  return true;
}

function takeMovement(services: UnitServices, commit: Commit, entry: unknown, answer: FeedAnswer): boolean {
  const movement: Movement = checkMovement(services, parsed(movementSchema, entry), commit.at);
  const { number } = standingUnit(services, movement);
  if (services.feed.isKnown(number, movement)) return false;
  const excursions = services.feed.move(commit, number, movement);
  if (excursions.length > 0) answer.held.push({ ...keyOf(movement), excursions: [...excursions] });
  return true;
}

function isKnownUnit({ feed }: UnitServices, unit: UnitKey & z.output<typeof feedUnitSchema>): boolean {
  const known = feed.details(keyOf(unit));
  const { description, expires } = detailsOf(unit);
  return known !== null && known.description === description && known.expires === expires;
}

function keyOf({ din, productCode }: UnitKey): UnitKey {
  return { din, productCode };
}

function detailsOf({ description, expires }: z.output<typeof feedUnitSchema>): UnitDetails {
  return { description: description ?? null, expires: expires ?? null };
}

function parsed<Schema extends z.ZodType>(schema: Schema, entry: unknown): z.output<Schema> {
  const result = schema.safeParse(entry);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new CodedError(
    "request.invalid",
    `${issue?.path.join(".") || "It"}: ${issue?.message ?? "not valid"}`,
  );
}
