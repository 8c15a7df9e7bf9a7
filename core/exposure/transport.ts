import { type Exposure, type ExposureFigures, noFigures, worstFigures } from "./exposure.ts";
import type { Stay, Whereabouts } from "./whereabouts.ts";

/** A unit's stays in transport boxes apart from those in storage. */
export function partTransport(
  where: Whereabouts,
  isBox: (place: string) => boolean,
): { readonly stored: Whereabouts; readonly carried: readonly Stay[] } {
  return {
    stored: { ...where, stays: where.stays.filter(({ place }) => !isBox(place)) },
    carried: where.stays.filter(({ place }) => isBox(place)),
  };
}

/**
 * The exposure that a stay in a transport box was: all of it, measured against the limits of the box. `probes`: what each of its probes that judge measured there; without
 * one all of it is unknown. `causes`: the excursions of the box in it.
 */
export function transportExposure(
  { place, from, to }: Stay,
  causes: readonly string[],
  probes: readonly ExposureFigures[],
  limits: Exposure["limits"],
): Exposure {
  const figures = probes.length === 0 ? { ...noFigures, unknownMs: to - from } : worstFigures(probes);
  return { kind: "transport", place, start: from, end: to, causes, limits, ...figures };
}
