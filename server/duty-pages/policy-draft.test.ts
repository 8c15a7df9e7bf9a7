/** A policy goes through its form and comes back as it was. */
import { expect, test } from "vitest";
import { draftOfPolicy, policyFile, policyFrom, policyValues } from "./policy-draft.ts";

test.each([
  {},
  { tellOthers: false },
  { severities: ["critical"], repeatEvery: "10m", answerWithin: "15m", tellOthers: false },
])("what a policy says is kept by its form: %j", (given) => {
  const policy = {
    id: "p",
    steps: [{ after: "0s", call: [{ contact: "an" }] }],
    deliverWithin: "2m",
    ...given,
  };
  expect(policyFile(policyFrom(policyValues(draftOfPolicy(policy)), []))).toEqual(policy);
});
