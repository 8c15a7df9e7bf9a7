import type { FhirProduct } from "@coldkeep/core/fhir/product.ts";
import { unitResourceId } from "@coldkeep/core/fhir/write-hold.ts";
import { writeProduct } from "@coldkeep/core/fhir/write-product.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import type { Services } from "../http/services.ts";
import type { UnitKey } from "../units/unit-feed.ts";
import type { StandingUnit } from "../units/unit-reads.ts";

export { unitResourceId as resourceId } from "@coldkeep/core/fhir/write-hold.ts";

/** The unit of an id; null for text that is none. */
export function keyOfId(id: string): UnitKey | null {
  const [, din, productCode] = /^([A-Z0-9]{5,30})\.([A-Za-z0-9]{3,20})$/.exec(id) ?? [];
  return din === undefined || productCode === undefined ? null : { din, productCode };
}

/** A unit as it goes out: as it stands, with what holds it and what it went through. */
export async function toldUnit(services: Services, unit: StandingUnit): Promise<FhirProduct> {
  const { units, clock, unitSettings } = services;
  const ledger = await units.ledger(unit.number, clock.epochMs());
  const holds = units.holds(unit.number).filter(({ releasedAt }) => releasedAt === null);
  const { resourceType, ...rest } = writeProduct({
    din: unit.din,
    productCode: unit.productCode,
    description: unit.description,
    expires: unit.expires === null ? null : parseInstant(unit.expires),
    own: { status: unit.status, holds: holds.map(({ excursion }) => excursion), exposure: ledger },
    facility: unitSettings.fhir.facility,
  });
  return { resourceType, id: unitResourceId(unit), ...rest };
}
