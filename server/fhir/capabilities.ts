/** What `/fhir/metadata` answers: the little of FHIR R5 that is spoken here. */
export const capabilities = {
  resourceType: "CapabilityStatement",
  status: "active",
  date: "2026-11-22",
  kind: "instance",
  implementation: { description: "Coldkeep: blood units, as they stand" },
  fhirVersion: "5.0.0",
  format: ["application/fhir+json"],
  rest: [
    {
      mode: "server",
      resource: [
        {
          type: "BiologicallyDerivedProduct",
          interaction: [{ code: "read" }, { code: "search-type" }, { code: "create" }, { code: "update" }],
          updateCreate: true,
          searchParam: [{ name: "identifier", type: "token" }],
        },
      ],
      interaction: [{ code: "transaction" }, { code: "batch" }],
    },
  ],
} as const;
