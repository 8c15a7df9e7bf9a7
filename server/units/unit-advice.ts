import { type Advice, advise, rulesFor } from "@coldkeep/core/exposure/advice.ts";
import type { ExposureLedger } from "@coldkeep/core/exposure/ledger.ts";
import type { Component } from "@coldkeep/core/exposure/rule.ts";
import { adviceRules } from "@coldkeep/core/exposure/rules.ts";
import type { ApplianceKind } from "@coldkeep/core/site/site.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { UnitSettings } from "./unit-settings.ts";

/** What rules say of a unit, and for what component it was taken to choose them. */
export interface UnitAdvice {
  readonly component: Component | null;
  /** Whether the settings say what it is, or the kind of appliance that it was kept in was taken as a sign. */
  readonly componentFrom: "settings" | "appliance" | null;
  readonly advice: readonly Advice[];
}

/** What is kept in a kind of appliance, where the settings do not say it of the product. */
const keptIn: Readonly<Partial<Record<ApplianceKind, Component>>> = {
  refrigerator: "red-cells",
  incubator: "platelets",
  freezer: "plasma",
};

/** Holds the rules that a site goes by against what a unit went through. Advice: a person decides. */
export function adviseUnit(
  settings: UnitSettings,
  book: SiteBook | null,
  productCode: string,
  ledger: ExposureLedger,
): UnitAdvice {
  const said = settings.components.find(({ product }) => productCode.startsWith(product))?.component ?? null;
  const places = [...ledger.timeByPlace.keys()].filter((place) => place !== null);
  const kinds = places.map((place) => book?.appliances.get(place)?.kind);
  const guessed = kinds
    .map((kind) => (kind === undefined ? undefined : keptIn[kind]))
    .find((each) => each !== undefined);
  const component = said ?? guessed ?? null;
  const profiles = places.flatMap((place) => profilesOf(book, place));
  const chosen = adviceRules.filter(({ id, isDefault }) => settings.rules?.includes(id) ?? isDefault);
  return {
    component,
    componentFrom: said !== null ? "settings" : component === null ? null : "appliance",
    advice: rulesFor(chosen, { component, profiles }).map((rule) =>
      advise(rule, ledger.exposures, ledger.until),
    ),
  };
}

function profilesOf(book: SiteBook | null, appliance: string): string[] {
  const probes = [...(book?.probes.values() ?? [])].filter((each) => each.appliance === appliance);
  return [...new Set(probes.map(({ profile }) => profile))];
}
