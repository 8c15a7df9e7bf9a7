import { dayMs, type DurationMs } from "@coldkeep/core/time/millis.ts";

/** A kind of component that the demo's blood bank keeps. */
export interface Product {
  /** ISBT 128 product code: product description code, type of donation, division (`00`: not divided). */
  readonly productCode: string;
  readonly description: string;
  /** How long it may be kept from the day of donation (Directive 2004/33/EC Annex IV gives the ranges). */
  readonly shelfLifeMs: DurationMs;
}

/** Red cells. */
export const redCells: Product = {
  productCode: "E0398V00",
  description: "Red cells, leukocytes reduced",
  shelfLifeMs: 42 * dayMs,
};

/** Fresh frozen plasma. */
export const plasma: Product = {
  productCode: "E0701V00",
  description: "Fresh frozen plasma",
  shelfLifeMs: 3 * 365 * dayMs,
};

/** Platelets. */
export const platelets: Product = {
  productCode: "E3077V00",
  description: "Apheresis platelets, leukocytes reduced",
  shelfLifeMs: 5 * dayMs,
};

/** Red cells frozen with glycerol. */
export const frozenRedCells: Product = {
  productCode: "E0175V00",
  description: "Red cells, cryopreserved",
  shelfLifeMs: 30 * 365 * dayMs,
};
