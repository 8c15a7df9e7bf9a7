import * as z from "zod";

/** Longest text that is read from a resource, in characters. */
export const fhirTextMax = 200;

const text = z.string().max(fhirTextMax);

const codingSchema = z.looseObject({
  system: text.optional(),
  code: text.optional(),
  display: text.optional(),
});

const conceptSchema = z.looseObject({
  coding: z.array(codingSchema).max(20).optional(),
  text: text.optional(),
});

const identifierSchema = z.looseObject({ system: text.optional(), value: text.optional() });

const quantitySchema = z.looseObject({
  value: z.number().optional(),
  unit: text.optional(),
  system: text.optional(),
  code: text.optional(),
});

const propertySchema = z.looseObject({
  type: conceptSchema,
  valueString: text.optional(),
  valueInteger: z.int().optional(),
  valueCodeableConcept: conceptSchema.optional(),
  valueQuantity: quantitySchema.optional(),
});

/** What is read of a FHIR R5 `BiologicallyDerivedProduct`. Whatever else it holds is let be. */
export const productSchema = z.looseObject({
  resourceType: z.literal("BiologicallyDerivedProduct"),
  id: text.optional(),
  identifier: z.array(identifierSchema).max(20).optional(),
  biologicalSourceEvent: identifierSchema.optional(),
  productCode: conceptSchema.optional(),
  division: text.optional(),
  productStatus: codingSchema.optional(),
  expirationDate: text.optional(),
  property: z.array(propertySchema).max(200).optional(),
});

/** A product as it is read and written. */
export type FhirProduct = z.infer<typeof productSchema>;

/** One property of a product. */
export type FhirProperty = z.infer<typeof propertySchema>;

/** A code with its system. */
export type FhirCoding = z.infer<typeof codingSchema>;
