import { alarmKinds, alarmSeverities } from "@coldkeep/core/alarms/alarm.ts";
import { media } from "@coldkeep/core/duty/media.ts";
import { html } from "ghtml";
import { type DraftFile, shown, type Values } from "../master-data/draft-file.ts";
import {
  actButton,
  type Choice,
  type FormErrors,
  inputField,
  selectField,
  tickField,
} from "../pages/forms.ts";
import { alarmWords, severityWords } from "../pages/words.ts";
import { capital, idHint, mediumWords } from "./duty-words.ts";
import { policyFrom, type PolicyDraft, type StepDraft } from "./policy-draft.ts";

/** What the fields of a policy offer. */
export interface PolicyLook {
  readonly isNew: boolean;
  readonly file: DraftFile;
  /** The policies beside this one, in their order. */
  readonly others: readonly string[];
}

/** The fields of a policy's form: what it is for, its steps and timings, its place, and the alarm that its preview tries. */
export function policyFields(
  { isNew, file, others }: PolicyLook,
  values: Values,
  errors: FormErrors,
): string {
  const draft = policyFrom(
    values,
    file.appliances.map(({ id }) => id),
  );
  const appliances = file.appliances.map(({ id, name }): Choice => ({ value: id, text: shown(name) }));
  const input = (name: string, label: string, hint: string): string =>
    inputField({ name, label, hint, value: values[name] ?? "", focus: values["focus"] === name }, errors);
  return html` !${isNew ? inputField({ name: "id", label: "Name", hint: idHint, value: draft.id, required: true, charactersMax: 64 }, errors) : ""}
    <fieldset>
      <legend>For which alarms</legend>
      <p class="hint">
        Where nothing is ticked in a group, all of it. The first policy that fits an alarm applies.
      </p>
      !${group(
        "How much it presses",
        "severity",
        alarmSeverities.map((value) => ({ value, text: severityWords[value] })),
        draft.severities,
      )}
      !${folded(
        "Kinds of alarm",
        "kind",
        alarmKinds.map((value) => ({ value, text: alarmWords[value] })),
        draft.kinds,
      )}
      !${folded("Appliances", "appliance", appliances, draft.appliances)}
      !${selectField(
        {
          name: "place",
          label: "Its place among the policies",
          value: values["place"] ?? "",
          choices: [
            { value: "0", text: "First" },
            ...others.map((other, index) => ({ value: String(index + 1), text: `After ${other}` })),
          ],
        },
        errors,
      )}
    </fieldset>
    <fieldset id="field-steps" tabindex="-1">
      <legend>Who is called</legend>
      !${errors["steps"] === undefined ? "" : html`<p class="mistake">${errors["steps"]}</p>`}
      !${draft.steps.map((step, at) => stepField(step, at, draft, file, values, errors))}
      <p>!${actButton("step", "Add a step")}</p>
    </fieldset>
    <fieldset>
      <legend>Times, with their units: 90s, 10m, 1h30m</legend>
      <div class="pair">
        !${input("repeatEvery", "Last step again every (optional)", "Until somebody answers.")}
        !${input("answerWithin", "Alarm “Nobody answers” after (optional)", "After the last step's first call.")}
        !${input("deliverWithin", "Next way to the person after", "Where no report comes that it arrived.")}
        !${input("digestAt", "Gathered at (optional)", "A time of day such as 07:30, for advice alone.")}
      </div>
      !${tickField({ name: "others-untold", label: "Do not tell by SMS who was called by telephone that somebody else has taken it on", ticked: !draft.tellOthers })}
    </fieldset>
    <fieldset>
      <legend>Try it with</legend>
      <p class="hint">This changes nothing: it is the alarm that “See what it would do” tries.</p>
      <div class="pair">
        !${selectField({ name: "try-severity", label: "Severity", value: values["try-severity"] ?? "", choices: alarmSeverities.map((value) => ({ value, text: severityWords[value] })) })}
        !${selectField({ name: "try-kind", label: "Kind", value: values["try-kind"] ?? "", choices: alarmKinds.map((value) => ({ value, text: alarmWords[value] })) })}
        !${selectField({ name: "try-appliance", label: "Appliance", value: values["try-appliance"] ?? "", choices: [...appliances, { value: "", text: "None: about the system" }] })}
        !${inputField({ name: "try-at", label: "At (optional)", type: "datetime-local", hint: `Time in ${shown(file["timeZone"])}. Nothing: now, and at 03:00.`, value: values["try-at"] ?? "" })}
      </div>
    </fieldset>`;
}

function group(title: string, prefix: string, choices: readonly Choice[], ticked: readonly string[]): string {
  return html`<fieldset>
    <legend class="minor">${title}</legend>
    <div class="ticks">
      !${choices.map(({ value, text }) => tickField({ name: `${prefix}-${value}`, label: text, ticked: ticked.includes(value) }))}
    </div>
  </fieldset>`;
}

/** A long group, folded where nothing in it is ticked. */
function folded(
  title: string,
  prefix: string,
  choices: readonly Choice[],
  ticked: readonly string[],
): string {
  const summary = ticked.length === 0 ? `${title}: all` : `${title}: ${ticked.length} chosen`;
  return html`<details class="exact" !${ticked.length === 0 ? "" : "open"}>
    <summary>${summary}</summary>
    !${group(title, prefix, choices, ticked)}
  </details>`;
}

function stepField(
  { after, call, by }: StepDraft,
  at: number,
  { steps }: PolicyDraft,
  file: DraftFile,
  values: Values,
  errors: FormErrors,
): string {
  const choices = calleeChoices(file);
  const focus = values["focus"];
  const about = `step ${at + 1}`;
  return html`<fieldset class="window">
    <legend>Step ${at + 1}</legend>
    !${inputField({ name: `s${at}-after`, label: "How long after the alarm", hint: "0s: at once. Else such as 10m, if nobody has answered by then.", value: after, focus: focus === `s${at}-after` }, errors)}
    <div class="turn-people">
      !${call.map((callee, index) => {
        const name = `s${at}-c${index}`;
        const label = index === 0 ? "Calls" : "and";
        return selectField({ name, label, value: callee, choices, focus: focus === name }, errors);
      })}
    </div>
    <fieldset>
      <legend class="minor">By, at the same time (nothing: by all that each person has)</legend>
      <div class="ticks">
        !${media.map((medium) => tickField({ name: `s${at}-by-${medium}`, label: capital(mediumWords[medium]), ticked: by.includes(medium) }))}
      </div>
    </fieldset>
    <p class="link-row">
      !${actButton(`callee:${at}`, "Call somebody else, too", about)}
      !${steps.length > 1 ? actButton(`step-out:${at}`, "Take this step out", about) : ""}
    </p>
  </fieldset>`;
}

function calleeChoices(file: DraftFile): Choice[] {
  const list = (things: DraftFile["teams"], kind: string, group: string, before = ""): Choice[] =>
    (things ?? []).map((each) => ({
      value: `${kind}:${each.id}`,
      text: before + shown(each["name"]),
      group,
    }));
  return [
    { value: "", text: "–" },
    ...list(file.rotas, "rota", "Whoever is on duty", "On duty: "),
    ...list(file.teams, "team", "All of a team", "Team: "),
    ...list(file.contacts, "contact", "One contact"),
  ];
}
