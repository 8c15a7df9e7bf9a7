import { unitStatuses } from "../contract/units.ts";
import type { FhirProperty } from "./product.ts";
import type { OwnWord, ToldExposure } from "./words.ts";
import { ownPropertySystem, ownStatusSystem, ucumSystem } from "./systems.ts";

/** A figure as a property carries it: its code there, and its unit in UCUM. */
interface FigureForm {
  readonly figure: Exclude<keyof ToldExposure, "count">;
  readonly code: string;
  readonly unit: string;
}

const forms: readonly FigureForm[] = [
  { figure: "outMs", code: "out", unit: "ms" },
  { figure: "longestOutMs", code: "longest-out", unit: "ms" },
  { figure: "unknownMs", code: "unknown", unit: "ms" },
  { figure: "minCelsius", code: "coldest", unit: "Cel" },
  { figure: "maxCelsius", code: "warmest", unit: "Cel" },
  { figure: "degreeMinutes", code: "degree-minutes", unit: "Cel.min" },
];

const named = (code: string): Pick<FhirProperty, "type"> => ({
  type: { coding: [{ system: ownPropertySystem, code }] },
});

/** What Coldkeep says about a unit, as properties: where it stands, the excursions that hold it, what it went through. */
export function ownProperties({ status, holds, exposure }: OwnWord): FhirProperty[] {
  const standing = {
    ...named("status"),
    valueCodeableConcept: { coding: [{ system: ownStatusSystem, code: status }] },
  };
  const held = holds.map((excursion) => ({ ...named("hold"), valueString: excursion }));
  if (exposure === null) return [standing, ...held];
  const figures = forms.flatMap(({ figure, code, unit }) => {
    const value = exposure[figure];
    return value === null
      ? []
      : [{ ...named(code), valueQuantity: { value, unit, system: ucumSystem, code: unit } }];
  });
  return [standing, ...held, { ...named("exposures"), valueInteger: exposure.count }, ...figures];
}

/** Reads what `ownProperties` wrote. Null where a product has no status of Coldkeep's. */
export function readOwnProperties(properties: readonly FhirProperty[]): OwnWord | null {
  const own = (code: string): FhirProperty[] =>
    properties.filter(({ type }) =>
      type.coding?.some((coding) => coding.system === ownPropertySystem && coding.code === code),
    );
  const told = own("status")[0]?.valueCodeableConcept?.coding?.find(
    ({ system }) => system === ownStatusSystem,
  )?.code;
  const status = unitStatuses.find((each) => each === told);
  if (status === undefined) return null;
  const count = own("exposures")[0]?.valueInteger;
  const figure = (name: FigureForm["figure"]): number | null => {
    const code = forms.find((form) => form.figure === name)?.code ?? "";
    return own(code)[0]?.valueQuantity?.value ?? null;
  };
  const exposure: ToldExposure | null =
    count === undefined
      ? null
      : {
          count,
          outMs: figure("outMs") ?? 0,
          longestOutMs: figure("longestOutMs") ?? 0,
          unknownMs: figure("unknownMs") ?? 0,
          minCelsius: figure("minCelsius"),
          maxCelsius: figure("maxCelsius"),
          degreeMinutes: figure("degreeMinutes") ?? 0,
        };
  return { status, holds: own("hold").flatMap(({ valueString }) => valueString ?? []), exposure };
}
