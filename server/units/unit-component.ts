import type { Component } from "@coldkeep/core/exposure/rule.ts";
import type { ApplianceKind } from "@coldkeep/core/site/site.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { UnitSettings } from "./unit-settings.ts";

/** Which component a unit is taken for. */
export interface TakenFor {
  readonly component: Component | null;
  /** Whether the settings say what it is, or the kind of appliance that it was kept in was taken as a sign. */
  readonly componentFrom: "settings" | "appliance" | null;
}

/** What is kept in a kind of appliance, where the settings do not say it of the product. */
const keptIn: Readonly<Partial<Record<ApplianceKind, Component>>> = {
  refrigerator: "red-cells",
  incubator: "platelets",
  freezer: "plasma",
};

/** Which component a unit is: as the settings say of its product code, or by the first of the places it was in that tells. */
export function componentOf(
  components: UnitSettings["components"],
  book: SiteBook | null,
  productCode: string,
  places: readonly string[],
): TakenFor {
  const said = components.find(({ product }) => productCode.startsWith(product))?.component;
  if (said !== undefined) return { component: said, componentFrom: "settings" };
  const kinds = places.map((place) => book?.appliances.get(place)?.kind);
  const guessed = kinds
    .map((kind) => (kind === undefined ? undefined : keptIn[kind]))
    .find((each) => each !== undefined);
  return guessed === undefined
    ? { component: null, componentFrom: null }
    : { component: guessed, componentFrom: "appliance" };
}
