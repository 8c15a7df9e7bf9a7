import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";
import {
  type DraftFile,
  type FileThing,
  instantFrom,
  shown,
  type Values,
} from "../master-data/draft-file.ts";
import type { MasterForm } from "../master-data/master-form.ts";
import {
  actOnPolicy,
  draftOfPolicy,
  freshPolicy,
  policyFile,
  policyFrom,
  policyValues,
} from "./policy-draft.ts";
import { policyFields } from "./policy-fields.ts";
import { markFrom, nextNight, policyPreview } from "./policy-preview.ts";

/** Who is called about which alarms; without an id it is a new policy. Its preview rehearses a call. */
export function policyForm(
  file: DraftFile,
  id: string | undefined,
  { at, channels }: { readonly at: EpochMs; readonly channels: readonly ChannelFact[] },
): MasterForm | null {
  const policies = file.policies ?? [];
  const known = policies.find((each) => each.id === id);
  if (id !== undefined && known === undefined) return null;
  const others = policies.filter((each) => each.id !== id).map((each) => each.id);
  const zone = shown(file["timeZone"]);
  const appliances = file.appliances.map((each) => each.id);
  const start = known === undefined ? freshPolicy : draftOfPolicy(known);
  let callRows: readonly (readonly number[])[] = [];
  return {
    title: id === undefined ? "New policy" : `Policy ${id}`,
    lead: "Who is called about which alarms, until somebody answers. It waits for a quality officer who had no hand in it.",
    back: "/on-duty/plan",
    home: "duty",
    submit: id === undefined ? "Propose the policy" : "Propose the change",
    values: {
      ...policyValues(start),
      steps: "",
      place: String(known === undefined ? others.length : policies.indexOf(known)),
      "try-severity": start.severities[0] ?? "critical",
      "try-kind": start.kinds[0] ?? "temperature-high",
      "try-appliance": start.appliances[0] ?? appliances[0] ?? "",
      "try-at": "",
    },
    fields: (values, errors) => policyFields({ isNew: id === undefined, file, others }, values, errors),
    edit: (draft, values) => {
      const sent = policyFrom(values, appliances);
      callRows = sent.steps.map(({ call }) => call.flatMap((callee, row) => (callee === "" ? [] : [row])));
      const nobody = callRows.findIndex((rows) => rows.length === 0);
      if (nobody >= 0) return { [`s${nobody}-c0`]: "Choose who is called." };
      const rest = (draft.policies ?? []).filter((each) => each.id !== id);
      if (id !== undefined && rest.length === (draft.policies ?? []).length)
        return { "": "This policy is not at the site any more." };
      const place = Number(values["place"] ?? rest.length);
      const policy = policyFile({ ...sent, id: id ?? sent.id });
      draft.policies = placed(rest, policy, Number.isInteger(place) ? place : rest.length);
      return {};
    },
    fieldAt: ([list, , key, step, part, index]) => {
      if (list !== "policies" || typeof key !== "string") return undefined;
      if (key !== "steps") return key;
      if (typeof step !== "number") return "steps";
      if (part === "call" && typeof index === "number") return `s${step}-c${callRows[step]?.[index] ?? 0}`;
      return part === "after" ? `s${step}-after` : "steps";
    },
    rework: (act, values) => {
      const acted = actOnPolicy(policyFrom(values, appliances), act);
      if (acted === null) return null;
      const kept = Object.entries(values).filter(([name]) => name.startsWith("try-"));
      return {
        ...policyValues(acted.draft),
        ...Object.fromEntries(kept),
        place: values["place"] ?? "",
        reason: values["reason"] ?? "",
        focus: acted.focus,
      };
    },
    preview: (after, _before, values) =>
      policyPreview({
        after,
        policy: id ?? values["id"] ?? "",
        mark: markFrom(values),
        times: timesFrom(values, zone, at),
        at,
        channels,
      }),
  };
}

function placed(others: readonly FileThing[], policy: FileThing, place: number): FileThing[] {
  return others.toSpliced(Math.max(0, place), 0, policy);
}

/** The instants that a preview tries: the one that was asked for, else now and the next 03:00. */
function timesFrom(values: Values, timeZone: string, now: EpochMs): EpochMs[] {
  const asked = parseInstant(instantFrom(values["try-at"], timeZone) ?? "");
  return asked === null ? [now, nextNight(now, timeZone)] : [asked];
}

/** Takes a policy away. */
export function removePolicyForm(file: DraftFile, id: string): MasterForm | null {
  if (file.policies?.some((each) => each.id === id) !== true) return null;
  return {
    title: `Take the policy ${id} away`,
    lead: "The alarms that it was for then go by the next policy that fits, or to all contacts at once. It waits for a quality officer who had no hand in it.",
    back: "/on-duty/plan",
    home: "duty",
    submit: "Propose to take it away",
    danger: true,
    values: {},
    fields: () => "",
    edit: (draft) => {
      const left = (draft.policies ?? []).filter((each) => each.id !== id);
      if (left.length > 0) draft.policies = left;
      else delete draft.policies;
      return {};
    },
    fieldAt: () => "",
  };
}
