import { parseDin } from "../isbt/din.ts";
import { formatMpho } from "../isbt/mpho.ts";
import { parseProductCode, sixCharacterDivision } from "../isbt/product-code.ts";
import { type EpochMs, formatInstant } from "../time/millis.ts";
import { ownProperties } from "./own-properties.ts";
import type { FhirProduct, FhirProperty } from "./product.ts";
import type { OwnWord, ProductStatus } from "./words.ts";
import {
  collectionSystem,
  dinSystem,
  mphoSystem,
  otherDinSystem,
  otherProductSystem,
  productSystem,
  statusSystem,
} from "./systems.ts";

/** A unit that is told to another system. */
export interface ToldUnit {
  readonly din: string;
  readonly productCode: string;
  readonly description: string | null;
  readonly expires: EpochMs | null;
  readonly own: OwnWord;
  /** Facility that labelled the product, 5 characters: with it the MPHO identifier is told too; null where that is not known. */
  readonly facility: string | null;
}

/** FHIR's status for each of ours. FHIR has none for quarantine: what is held or issued is unavailable, and a property says which. */
const statuses: Readonly<Record<OwnWord["status"], ProductStatus>> = {
  available: "available",
  released: "available",
  held: "unavailable",
  issued: "unavailable",
  discarded: "discarded",
  "other-use": "unavailable",
};

/** Writes a unit as a FHIR R5 `BiologicallyDerivedProduct`. */
export function writeProduct(unit: ToldUnit): FhirProduct {
  return {
    resourceType: "BiologicallyDerivedProduct",
    ...identityOf(unit),
    productStatus: { system: statusSystem, code: statuses[unit.own.status] },
    ...(unit.expires === null ? {} : { expirationDate: formatInstant(unit.expires) }),
    property: [...collectionOf(unit), ...ownProperties(unit.own)],
  };
}

type Identity = Pick<FhirProduct, "identifier" | "biologicalSourceEvent" | "productCode" | "division">;

function isbtOf({ din, productCode }: ToldUnit) {
  const number = parseDin(din);
  const result = parseProductCode(productCode.slice(0, 8));
  if (number === null || !result.ok) return null;
  return {
    number,
    product: result.product,
    division: sixCharacterDivision(result.product, productCode.slice(8) || null),
  };
}

function identityOf(unit: ToldUnit): Identity {
  const text = unit.description === null ? {} : { text: unit.description };
  const isbt = isbtOf(unit);
  if (isbt === null)
    return {
      biologicalSourceEvent: { system: otherDinSystem, value: unit.din },
      productCode: { coding: [{ system: otherProductSystem, code: unit.productCode }], ...text },
    };
  const { number, product, division } = isbt;
  const mpho =
    unit.facility === null
      ? null
      : formatMpho({ facility: unit.facility, description: product.description, din: number, division });
  return {
    ...(mpho === null ? {} : { identifier: [{ system: mphoSystem, value: mpho }] }),
    biologicalSourceEvent: { system: dinSystem, value: number.text },
    productCode: {
      coding: [{ system: productSystem, code: product.text }, { code: product.description }],
      ...text,
    },
    division,
  };
}

function collectionOf(unit: ToldUnit): FhirProperty[] {
  const isbt = isbtOf(unit);
  if (isbt === null) return [];
  const value = { coding: [{ system: collectionSystem, code: isbt.product.collection }] };
  return [{ type: { coding: [{ code: "Donor" }] }, valueCodeableConcept: value }];
}
