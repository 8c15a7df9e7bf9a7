import type { HoldMessage } from "../contract/hold-feed.ts";
import { unitStatuses } from "../contract/units.ts";
import type { EpochMs } from "../time/millis.ts";
import type { FhirProduct } from "./product.ts";
import {
  excursionSystem,
  holdMessageSystem,
  holdWordSystem,
  ownStatusSystem,
  unitSystem,
} from "./systems.ts";
import { writeProduct } from "./write-product.ts";

/** What is known of a unit beside how it stands. */
export interface UnitDetails {
  readonly description: string | null;
  readonly expires: EpochMs | null;
}

/** A unit as it is told to a FHIR server: how it stands, and what it is. */
export interface ToldHold extends UnitDetails {
  readonly message: HoldMessage;
}

/** Entries of a bundle for each unit: what it is and how it stands, and the message that says why. */
export const entriesPerUnit = 2;

/** A FHIR R5 `Communication` that says of a unit whether it may be issued, and why not. */
export interface HoldCommunication {
  readonly resourceType: "Communication";
  readonly id: string;
  readonly [element: string]: unknown;
}

/** One request of a batch. */
export interface HoldEntry {
  readonly fullUrl: string;
  readonly resource: FhirProduct | HoldCommunication;
  readonly request: { readonly method: "PUT"; readonly url: string };
}

/** What is posted to a FHIR server. */
export interface HoldBatch {
  readonly resourceType: "Bundle";
  readonly type: "batch";
  readonly entry: readonly HoldEntry[];
}

/** The id of a unit's resources: number and product code with a full stop between, within what FHIR allows. */
export function unitResourceId({ din, productCode }: Pick<HoldMessage, "din" | "productCode">): string {
  return `${din}.${productCode}`;
}

/**
 * Writes how units stand as a FHIR R5 `Bundle` of the kind `batch`: what is refused of one unit keeps no other from being taken. Each resource has an id that follows from the unit and is
 * put there, so a repeat makes nothing twice. A batch's entries may come in any order, so the message names its product by identifier and not by its place in the batch.
 */
export function writeHoldBatch(
  site: string,
  facility: string | null,
  base: string,
  units: readonly ToldHold[],
): HoldBatch {
  const put = (resource: HoldEntry["resource"], id: string): HoldEntry => {
    const url = `${resource.resourceType}/${id}`;
    return { fullUrl: `${base}/${url}`, resource, request: { method: "PUT", url } };
  };
  return {
    resourceType: "Bundle",
    type: "batch",
    entry: units.flatMap((unit) => {
      const id = unitResourceId(unit.message);
      return [put(productOf(unit, facility), id), put(communicationOf(site, unit.message), id)];
    }),
  };
}

function productOf({ message, description, expires }: ToldHold, facility: string | null): FhirProduct {
  const { din, productCode, holds } = message;
  const own = {
    // A status of which FHIR knows nothing is told as one that nobody issues.
    status: unitStatuses.find((each) => each === message.status) ?? "held",
    holds: holds.map(({ excursion }) => excursion),
    exposure: null,
  };
  const {
    resourceType,
    identifier = [],
    ...rest
  } = writeProduct({
    din,
    productCode,
    description,
    expires,
    own,
    facility,
  });
  const id = unitResourceId(message);
  return { resourceType, id, identifier: [{ system: unitSystem, value: id }, ...identifier], ...rest };
}

function communicationOf(site: string, message: HoldMessage): HoldCommunication {
  const { isHeld, status, holds, sequence, changedAt, din, productCode } = message;
  const id = unitResourceId(message);
  const word = isHeld ? "hold" : "no-hold";
  const reasons = holds.map(({ excursion, since, exposed }) => ({
    concept: {
      coding: [{ system: excursionSystem, code: excursion }],
      text: `Excursion ${excursion}, held since ${since}, ${exposed ? "exposed" : "not exposed as is known now"}`,
    },
  }));
  return {
    resourceType: "Communication",
    id,
    identifier: [{ system: holdMessageSystem, value: `${id}/${sequence}` }],
    status: "completed",
    category: [{ coding: [{ system: holdWordSystem, code: word }] }],
    priority: isHeld ? "urgent" : "routine",
    topic: { coding: [{ system: ownStatusSystem, code: status }] },
    about: [
      {
        type: "BiologicallyDerivedProduct",
        identifier: { system: unitSystem, value: id },
        display: `${din} ${productCode}`,
      },
    ],
    sent: changedAt,
    sender: { display: `Coldkeep, site ${site}` },
    ...(reasons.length === 0 ? {} : { reason: reasons }),
    payload: [{ contentCodeableConcept: { text: sentenceOf(message) } }],
  };
}

function sentenceOf({ isHeld, status, holds }: HoldMessage): string {
  if (!isHeld) return `Not on hold any more: a person decided, the unit is ${status}.`;
  if (holds.length === 0) return "On hold, do not issue.";
  return `On hold, do not issue: excursion ${holds.map(({ excursion }) => excursion).join(", ")}.`;
}
