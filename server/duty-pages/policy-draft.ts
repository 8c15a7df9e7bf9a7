import { alarmKinds, alarmSeverities } from "@coldkeep/core/alarms/alarm.ts";
import { media } from "@coldkeep/core/duty/media.ts";
import { policyStepsMax, stepCalleesMax } from "@coldkeep/core/summons/policy-section.ts";
import {
  type FileEntry,
  type FileThing,
  said,
  shown,
  textFrom,
  type Values,
} from "../master-data/draft-file.ts";

/** A step of a policy as the form has it: texts as they were typed. */
export interface StepDraft {
  readonly after: string;
  /** Such as `contact:an`, `team:laboratory`, `rota:nights`; an empty one is nobody yet. */
  readonly call: readonly string[];
  /** Media; all that each person has where empty. */
  readonly by: readonly string[];
}

/** A policy as the form has it. */
export interface PolicyDraft {
  readonly id: string;
  /** All where empty. */
  readonly severities: readonly string[];
  readonly kinds: readonly string[];
  readonly appliances: readonly string[];
  readonly steps: readonly StepDraft[];
  readonly repeatEvery: string;
  readonly answerWithin: string;
  readonly deliverWithin: string;
  readonly digestAt: string;
  /** False where those who were called by telephone are not told that somebody has taken it on. */
  readonly tellOthers: boolean;
}

const timings = ["repeatEvery", "answerWithin", "deliverWithin", "digestAt"] as const;

/** A policy as it begins in the form. */
export const freshPolicy: PolicyDraft = {
  id: "",
  severities: [],
  kinds: [],
  appliances: [],
  steps: [{ after: "0s", call: [""], by: [] }],
  repeatEvery: "10m",
  answerWithin: "15m",
  deliverWithin: "2m",
  digestAt: "",
  tellOthers: true,
};

/** A policy of the site file as the form has it. */
export function draftOfPolicy(policy: FileThing): PolicyDraft {
  const list = (key: string): string[] => {
    const value = policy[key];
    return Array.isArray(value) ? value.map(String) : [];
  };
  const steps = policy["steps"] as readonly {
    readonly after: string;
    readonly call: readonly Readonly<Record<string, string>>[];
    readonly by?: readonly string[];
  }[];
  return {
    id: policy.id,
    severities: list("severities"),
    kinds: list("kinds"),
    appliances: list("appliances"),
    steps: steps.map(({ after, call, by = [] }) => ({
      after,
      call: call.map((callee) => Object.entries(callee)[0]?.join(":") ?? ""),
      by,
    })),
    repeatEvery: shown(policy["repeatEvery"]),
    answerWithin: shown(policy["answerWithin"]),
    deliverWithin: shown(policy["deliverWithin"]),
    digestAt: shown(policy["digestAt"]),
    tellOthers: policy["tellOthers"] !== false,
  };
}

/** A policy's fields by name: `s1-c0` is the first whom the second step calls. */
export function policyValues(draft: PolicyDraft): Record<string, string> {
  const values: Record<string, string> = { id: draft.id };
  for (const name of timings) values[name] = draft[name];
  if (!draft.tellOthers) values["others-untold"] = "yes";
  for (const each of draft.severities) values[`severity-${each}`] = "yes";
  for (const each of draft.kinds) values[`kind-${each}`] = "yes";
  for (const each of draft.appliances) values[`appliance-${each}`] = "yes";
  for (const [at, { after, call, by }] of draft.steps.entries()) {
    values[`s${at}-after`] = after;
    for (const [index, callee] of call.entries()) values[`s${at}-c${index}`] = callee;
    for (const medium of by) values[`s${at}-by-${medium}`] = "yes";
  }
  return values;
}

/** The policy that sent fields describe. One row more than a policy may have is read: the check then says how many there may be. */
export function policyFrom(values: Values, appliances: readonly string[]): PolicyDraft {
  const ticked = (prefix: string, of: readonly string[]): string[] =>
    of.filter((each) => values[`${prefix}-${each}`] === "yes");
  const steps: StepDraft[] = [];
  for (let at = 0; at <= policyStepsMax; at += 1) {
    const after = values[`s${at}-after`];
    if (after === undefined) break;
    const call: string[] = [];
    for (let index = 0; index <= stepCalleesMax; index += 1) {
      const callee = values[`s${at}-c${index}`];
      if (callee === undefined) break;
      call.push(callee);
    }
    steps.push({ after, call, by: ticked(`s${at}-by`, media) });
  }
  const text = (name: string): string => values[name] ?? "";
  return {
    id: text("id"),
    severities: ticked("severity", alarmSeverities),
    kinds: ticked("kind", alarmKinds),
    appliances: ticked("appliance", appliances),
    steps,
    repeatEvery: text("repeatEvery"),
    answerWithin: text("answerWithin"),
    deliverWithin: text("deliverWithin"),
    digestAt: text("digestAt"),
    tellOthers: values["others-untold"] !== "yes",
  };
}

/** A policy as the site file writes it. Callees of nobody yet are left out. */
export function policyFile(draft: PolicyDraft): FileThing {
  const some = (list: readonly string[]): readonly string[] | undefined =>
    list.length === 0 ? undefined : list;
  const steps = draft.steps.map(({ after, call, by }) =>
    said({
      after: textFrom(after),
      call: call.filter((callee) => callee !== "").map(calleeFile),
      by: some(by),
    }),
  );
  return {
    id: draft.id,
    ...said({
      appliances: some(draft.appliances),
      kinds: some(draft.kinds),
      severities: some(draft.severities),
      steps,
      ...Object.fromEntries(timings.map((name) => [name, textFrom(draft[name])])),
      tellOthers: draft.tellOthers ? undefined : false,
    }),
  };
}

function calleeFile(callee: string): FileEntry {
  const [kind = "", ...id] = callee.split(":");
  return { [kind]: id.join(":") };
}

/** A policy after a button of its form was pressed; null where there is no such button. */
export function actOnPolicy(
  draft: PolicyDraft,
  act: string,
): { readonly draft: PolicyDraft; readonly focus: string } | null {
  const [name, number = ""] = act.split(":");
  const { steps } = draft;
  if (name === "step") {
    const added = { after: "", call: [""], by: [] };
    return { draft: { ...draft, steps: [...steps, added] }, focus: `s${steps.length}-after` };
  }
  const at = Number(number);
  const step = number === "" ? undefined : steps[at];
  if (step === undefined) return null;
  if (name === "step-out")
    return { draft: { ...draft, steps: steps.toSpliced(at, 1) }, focus: "repeatEvery" };
  if (name !== "callee") return null;
  const fresh = { ...step, call: [...step.call, ""] };
  return { draft: { ...draft, steps: steps.with(at, fresh) }, focus: `s${at}-c${step.call.length}` };
}
