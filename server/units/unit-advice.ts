import { type Advice, advise, rulesFor } from "@coldkeep/core/exposure/advice.ts";
import type { ExposureLedger } from "@coldkeep/core/exposure/ledger.ts";
import { adviceRules } from "@coldkeep/core/exposure/rules.ts";
import type { SiteBook } from "../site/site-book.ts";
import { componentOf, type TakenFor } from "./unit-component.ts";
import type { UnitSettings } from "./unit-settings.ts";

/** What rules say of a unit, and for what component it was taken to choose them. */
export interface UnitAdvice extends TakenFor {
  readonly advice: readonly Advice[];
}

/** Holds the rules that a site goes by against what a unit went through. Advice: a person decides. */
export function adviseUnit(
  settings: UnitSettings,
  book: SiteBook | null,
  productCode: string,
  ledger: ExposureLedger,
): UnitAdvice {
  const places = [...ledger.timeByPlace.keys()].filter((place) => place !== null);
  const taken = componentOf(settings.components, book, productCode, places);
  const profiles = places.flatMap((place) => profilesOf(book, place));
  const chosen = adviceRules.filter(({ id, isDefault }) => settings.rules?.includes(id) ?? isDefault);
  return {
    ...taken,
    advice: rulesFor(chosen, { component: taken.component, profiles }).map((rule) =>
      advise(rule, ledger.exposures, ledger.until),
    ),
  };
}

function profilesOf(book: SiteBook | null, appliance: string): string[] {
  const probes = [...(book?.probes.values() ?? [])].filter((each) => each.appliance === appliance);
  return [...new Set(probes.map(({ profile }) => profile))];
}
