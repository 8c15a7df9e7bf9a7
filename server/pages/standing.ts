import type { ApplianceView, ProbeView, Standing } from "./views.ts";

const order: Readonly<Record<Standing, number>> = { high: 0, low: 0, unknown: 1, none: 2, pending: 3, in: 4 };

/** The probe that an appliance is judged by: the one that stands worst, the first of equals. Undefined where it has none. */
export function worstProbe(appliance: ApplianceView): ProbeView | undefined {
  return [...appliance.probes].sort((a, b) => order[a.standing] - order[b.standing])[0];
}

/** How far up the board an appliance belongs; less is worse. An open excursion counts before a present state of the same kind. */
export function rank(appliance: ApplianceView): number {
  const standing = order[worstProbe(appliance)?.standing ?? "none"];
  return standing * 2 + (appliance.openExcursions.length > 0 ? 0 : 1);
}
