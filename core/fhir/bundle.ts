import * as z from "zod";
import { type FhirRefusal, refuse, within } from "./outcome.ts";
import type { FhirProduct } from "./product.ts";
import { type FhirSettings, type FhirUnit, readProduct } from "./read-product.ts";

/** Most entries of one bundle. */
export const bundleEntriesMax = 1_000;

const bundleSchema = z.looseObject({
  resourceType: z.literal("Bundle"),
  type: z.string().max(40),
  entry: z
    .array(z.looseObject({ resource: z.looseObject({ resourceType: z.string() }).optional() }))
    .default([]),
});

/** Kinds of bundles that are read. */
const bundleKinds = ["transaction", "batch", "collection"];

/** What a bundle holds. */
export interface FhirBundle {
  /** True where all is taken or nothing: one refusal refuses the rest too. */
  readonly isAllOrNothing: boolean;
  /** The products that can be taken, with their place in the bundle from 0. */
  readonly units: readonly { readonly index: number; readonly unit: FhirUnit }[];
  readonly refusals: readonly FhirRefusal[];
  /** Places of resources of other kinds, which are let be. */
  readonly skipped: readonly number[];
}

/** The outcome of reading a bundle. */
export type BundleResult = { readonly ok: true; readonly bundle: FhirBundle } | FhirRefusal;

/** Reads a bundle of products, parsed from JSON. Never throws, whatever the value. */
export function readBundle(value: unknown, settings: FhirSettings): BundleResult {
  const entries = (value as { readonly entry?: unknown } | null | undefined)?.entry;
  if (Array.isArray(entries) && entries.length > bundleEntriesMax)
    return refuse(
      "fhir.bundle-too-large",
      "Bundle.entry",
      `A bundle has at most ${bundleEntriesMax} entries. Divide it.`,
    );
  const parsed = bundleSchema.safeParse(value);
  if (!parsed.success)
    return refuse("fhir.shape-invalid", "Bundle", `${parsed.error.issues[0]?.message ?? "not a bundle"}.`);
  if (!bundleKinds.includes(parsed.data.type))
    return refuse(
      "fhir.bundle-kind",
      "Bundle.type",
      `Bundles of these kinds are read: ${bundleKinds.join(", ")}.`,
    );
  const units: FhirBundle["units"][number][] = [];
  const refusals: FhirRefusal[] = [];
  const skipped: number[] = [];
  for (const [index, { resource }] of parsed.data.entry.entries()) {
    if (resource?.resourceType !== "BiologicallyDerivedProduct") {
      skipped.push(index);
      continue;
    }
    const result = readProduct(resource, settings);
    if (result.ok) units.push({ index, unit: result.unit });
    else refusals.push(within(`Bundle.entry[${index}].resource`, result));
  }
  return {
    ok: true,
    bundle: { isAllOrNothing: parsed.data.type === "transaction", units, refusals, skipped },
  };
}

/** Writes products as a bundle of the kind `collection`. */
export function writeBundle(products: readonly FhirProduct[]) {
  return {
    resourceType: "Bundle" as const,
    type: "collection" as const,
    entry: products.map((resource) => ({ resource })),
  };
}
