import { expect, test } from "vitest";
import { choosePolicy, escalationOf } from "./choose-policy.ts";
import { checkPolicies, type Policy, policySchema } from "./policy-section.ts";

const step = { call: [{ contact: "an" }] };

function messages(policy: unknown): string[] {
  const result = policySchema.safeParse(policy);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test.each([
  [{ id: "a", steps: [] }, "steps"],
  [
    {
      id: "a",
      steps: [
        { ...step, after: "5m" },
        { ...step, after: "5m" },
      ],
    },
    "steps: expected each step",
  ],
  [{ id: "a", steps: [step], digestAt: "07:30" }, "digestAt: expected severities"],
  [{ id: "a", steps: [step], severities: ["critical"], digestAt: "07:30" }, "digestAt: expected severities"],
  [{ id: "a", steps: [step], severities: ["advisory"], digestAt: "24:00" }, "digestAt: expected a time"],
  [{ id: "a", steps: [step], severities: ["advisory"], digestAt: "07:30", repeatEvery: "1h" }, "digestAt"],
  [{ id: "a", steps: [{ call: [{ person: "an" }] }] }, "steps.0.call.0"],
  [{ id: "a", steps: [step], repeatEvery: "0s" }, "repeatEvery"],
])("a policy that cannot be meant is refused: %j", (policy, told) => {
  expect(messages(policy).join("\n")).toContain(told);
});

test("names that stand for nothing are told with their place", () => {
  const policy = policySchema.parse({
    id: "a",
    appliances: ["f1", "f2"],
    steps: [{ call: [{ contact: "bo" }, { team: "t" }, { rota: "r" }] }],
  });
  const known = {
    appliances: new Set(["f1"]),
    contacts: new Set<string>(),
    teams: new Set(["t"]),
    rotas: new Set<string>(),
  };
  const told: string[] = [];
  checkPolicies([policy, policy], known, (path, message) => void told.push(`${path.join(".")}: ${message}`));
  expect(told).toEqual([
    '0.appliances.1: no appliance "f2"',
    '0.steps.0.call.0: no contact "bo"',
    '0.steps.0.call.2: no rota "r"',
    '1.id: a second policy with the id "a"',
    '1.appliances.1: no appliance "f2"',
    '1.steps.0.call.0: no contact "bo"',
    '1.steps.0.call.2: no rota "r"',
  ]);
});

test("the first policy that fits applies; none means everybody at once", () => {
  const policies: Policy[] = [
    { id: "platelets", appliances: ["i1"], steps: [step] },
    { id: "critical", severities: ["critical"], steps: [step, { ...step, after: "10m" }] },
    { id: "doors", kinds: ["door"], steps: [step], repeatEvery: "5m" },
  ].map((policy) => policySchema.parse(policy));
  const chosen = (kind: "door" | "power", severity: "critical" | "warning", appliance: string | null) =>
    choosePolicy(policies, { kind, severity, appliance })?.id ?? null;
  expect(chosen("door", "critical", "i1")).toBe("platelets");
  expect(chosen("door", "critical", "f1")).toBe("critical");
  expect(chosen("door", "warning", "f1")).toBe("doors");
  expect(chosen("power", "warning", null)).toBe(null);
  expect(policies.map((policy) => escalationOf(policy))).toEqual([
    { stepsAfterMs: [0], repeatEveryMs: null, answerWithinMs: null },
    { stepsAfterMs: [0, 600_000], repeatEveryMs: null, answerWithinMs: 600_000 },
    { stepsAfterMs: [0], repeatEveryMs: 300_000, answerWithinMs: 600_000 },
  ]);
  expect(escalationOf(null)).toEqual({ stepsAfterMs: [0], repeatEveryMs: null, answerWithinMs: null });
});
