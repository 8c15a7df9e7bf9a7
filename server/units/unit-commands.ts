import type { movementSchema } from "@coldkeep/core/contract/units.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import type * as z from "zod";
import { changeDetail } from "../audit/detail.ts";
import type { Services } from "../http/services.ts";
import { futureMaxMs } from "../ingest/batch-reader.ts";
import type { EntryInput, EntryKind } from "../journal/journal.ts";
import { type Decision, decide } from "./dispositions.ts";
import type { Movement, UnitDetails, UnitKey } from "./unit-feed.ts";
import type { StandingUnit } from "./unit-reads.ts";

/** What the unit commands work with. */
export type UnitServices = Pick<Services, "database" | "clock" | "committer" | "feed" | "units" | "site">;

/** A movement as the call takes it. */
export type MovementBody = z.output<typeof movementSchema>;

/** The unit of a key as it stands. Throws `unit.unknown`. */
export function standingUnit(services: UnitServices, key: UnitKey): StandingUnit {
  const unit = services.units.find(key);
  if (unit === null) {
    throw new CodedError("unit.unknown", `No unit ${key.din} ${key.productCode} was ever registered.`);
  }
  return unit;
}

/** Registers a unit or corrects what is known of it; the same again changes nothing. */
export function registerUnit(services: UnitServices, source: string, content: UnitKey & UnitDetails): void {
  const { din, productCode, description, expires } = content;
  const known = services.units.find({ din, productCode });
  if (known?.description === description && known.expires === expires) return;
  services.committer.commit(entry("unit", source, { din, productCode, description, expires }), (commit) => {
    services.feed.register(commit, { din, productCode }, { description, expires });
    const subject = `${din} ${productCode}`;
    const from = known === null ? null : { description: known.description, expires: known.expires };
    const detail = changeDetail({ from, to: { description, expires } });
    commit.audit({ actor: source, action: "unit.registered", subject, detail });
  });
}

/** Takes a movement; the same again changes nothing. Throws `unit.unknown`, `movement.at-future` or `movement.appliance-unknown`. */
export function moveUnit(services: UnitServices, source: string, body: MovementBody): void {
  const movement = checkMovement(services, body, services.clock.epochMs());
  const unit = standingUnit(services, movement).number;
  if (services.feed.isKnown(unit, movement)) return;
  services.committer.commit(entry("movement", source, body), (commit) => {
    const heldBy = services.feed.move(commit, unit, movement);
    const { din, productCode, at, appliance, reason } = movement;
    const detail = changeDetail({ why: reason, to: appliance }, { at, appliance, heldBy });
    commit.audit({ actor: source, action: "unit.moved", subject: `${din} ${productCode}`, detail });
  });
}

/** Records a person's decision about a held unit. Throws `unit.unknown` or `unit.not-held`. */
export function decideUnit(services: UnitServices, source: string, content: UnitKey & Decision): void {
  const unit = standingUnit(services, content);
  if (unit.status !== "held") {
    throw new CodedError(
      "unit.not-held",
      `Unit ${unit.din} ${unit.productCode} is ${unit.status}, not held; there is nothing to decide.`,
    );
  }
  services.committer.commit(entry("disposition", source, content), (commit) => {
    decide(services.database, commit, unit, content);
  });
}

/** A movement, checked as of an instant of processing time. Throws `request.invalid`, `movement.at-future` or `movement.appliance-unknown`. */
export function checkMovement(services: UnitServices, body: MovementBody, now: EpochMs): Movement {
  const at = parseInstant(body.at);
  if (at === null) throw new CodedError("request.invalid", `"${body.at}" is no instant.`);
  if (at > now + futureMaxMs) {
    throw new CodedError(
      "movement.at-future",
      `The movement at ${body.at} has not happened yet by this server's clock.`,
    );
  }
  if (body.appliance !== null && services.site()?.appliances.has(body.appliance) !== true) {
    throw new CodedError(
      "movement.appliance-unknown",
      `There is no appliance "${body.appliance}" at this site; use null for anywhere else.`,
    );
  }
  const { din, productCode, appliance, reason } = body;
  return { din, productCode, at, appliance, reason };
}

function entry(kind: EntryKind, source: string, content: unknown): Omit<EntryInput, "at"> {
  return { kind, source, encoding: "identity", body: new TextEncoder().encode(JSON.stringify(content)) };
}
