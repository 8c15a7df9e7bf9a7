import { drillReasonMax } from "@coldkeep/core/contract/drills.ts";
import type { DrillRun } from "@coldkeep/core/drills/foretell.ts";
import { drillScenarios } from "@coldkeep/core/drills/trace.ts";
import { html } from "ghtml";
import {
  type Choice,
  errorSummary,
  formButtons,
  type FormErrors,
  hiddenField,
  inputField,
  selectField,
  textField,
  tickField,
} from "../pages/forms.ts";
import { alarmWords, severityWords } from "../pages/words.ts";
import { measuredWords, scenarioWords } from "./drill-words.ts";

/** Goals that can be chosen, in minutes. */
const goalMinutes = [5, 10, 15, 20, 30, 60];

/** How often a drill can be held again, in days. */
const repeatChoices: readonly Choice[] = [
  { value: "", text: "Once" },
  { value: "30", text: "Every 30 days" },
  { value: "90", text: "Every 90 days" },
  { value: "180", text: "Every 180 days" },
  { value: "365", text: "Every 365 days" },
];

/** The fields of the form, all of which the second page sends again. */
export const drillFields = ["probe", "course", "when", "goal", "repeat", "announce", "reason"] as const;

/** What the form shows. */
export interface DrillFormView {
  readonly timeZone: string;
  readonly probes: readonly Choice[];
  /** Excursions that were, as `excursion:<id>`. */
  readonly past: readonly Choice[];
  readonly filled: (field: string) => string;
  readonly errors: FormErrors;
}

const crumb = html`<p class="crumb"><a href="/drills">Drills</a> / Plan a drill</p>`;

/** The page on which a drill is planned. */
export function drillFormBody({ timeZone, probes, past, filled, errors }: DrillFormView): string {
  const courses: readonly Choice[] = [
    ...drillScenarios.map((scenario) => ({
      value: scenario,
      text: scenarioWords[scenario],
      group: "Made to fit the limits",
    })),
    ...past.map((each) => ({ ...each, group: "As it once was" })),
  ];
  return html`!${errorSummary(errors, { title: "Nothing was planned" })}
    <header class="head">
      !${crumb}
      <h1>Plan a drill</h1>
      <p class="lead">
        The next page says which alarm comes when, and who is called. Nothing happens before you say yes
        there.
      </p>
    </header>
    <section class="form-page" aria-label="The drill">
      <form class="form" method="post" action="/drills/new">
        !${selectField({ name: "probe", label: "On which probe", value: filled("probe"), choices: probes }, errors)}
        !${selectField({ name: "course", label: "What is played", value: filled("course"), choices: courses }, errors)}
        !${inputField({ name: "when", label: "When", type: "datetime-local", hint: `Time in ${timeZone}. Now, where you leave it empty.`, value: filled("when") }, errors)}
        !${selectField({ name: "goal", label: "Answered within", hint: "Counted from the alarm.", value: filled("goal") || "10", choices: goalMinutes.map((minutes) => ({ value: `${minutes}`, text: `${minutes} minutes` })) }, errors)}
        !${selectField({ name: "repeat", label: "How often", value: filled("repeat"), choices: repeatChoices }, errors)}
        !${tickField({ name: "announce", label: "Tell those who will be called when it begins", hint: "Without it they learn of it by the alarm itself, as they would of a real one.", ticked: filled("announce") === "yes" }, errors)}
        !${textField({ name: "reason", label: "Reason", hint: "It stands in the record, for instance: quarterly alarm test.", value: filled("reason"), required: true, charactersMax: drillReasonMax, rows: 2 }, errors)}
        !${formButtons({ submit: "See what will happen", back: { href: "/drills", text: "Back" } })}
      </form>
    </section>`;
}

/** What will happen, by the rules and the policies in force. */
export interface DrillPreview {
  readonly timeZone: string;
  readonly appliance: string;
  readonly probe: string;
  readonly course: string;
  /** When it begins; null: at once. */
  readonly startsAt: string | null;
  readonly run: DrillRun;
  /** Each step of the policy: when it comes after the alarm, and whom it calls. */
  readonly steps: readonly {
    readonly after: string;
    readonly people: readonly string[];
    readonly by: string;
  }[];
  readonly policy: string | null;
  /** True where the policy gathers such alarms into a message a day. */
  readonly isDigest: boolean;
  readonly filled: (field: string) => string;
}

/** The page that says what a drill will do, with the button that plans it. */
export function drillPreviewBody(view: DrillPreview): string {
  const { run, steps, filled, policy } = view;
  const { expected, lengthMs } = run;
  return html`<header class="head">
      !${crumb}
      <h1>What will happen</h1>
      <p class="lead">${view.appliance}, probe ${view.probe}: ${view.course}.</p>
    </header>
    <section aria-labelledby="course-title">
      <h2 id="course-title">By the rules in force</h2>
      <dl class="facts">
        <div>
          <dt>Begins</dt>
          <dd>${view.startsAt ?? "at once"}</dd>
        </div>
        <div>
          <dt>Alarm</dt>
          <dd>
            ${alarmWords[expected.kind]}, ${severityWords[expected.severity].toLowerCase()}, after
            ${measuredWords(expected.afterMs)}
          </dd>
        </div>
        <div>
          <dt>Goal</dt>
          <dd>somebody answers within ${filled("goal")} minutes of the alarm</dd>
        </div>
        <div>
          <dt>Ends</dt>
          <dd>with the answer, at the latest after ${measuredWords(lengthMs)}</dd>
        </div>
      </dl>
    </section>
    <section aria-labelledby="people-title">
      <h2 id="people-title">
        ${policy === null ? "Everybody is called at once" : `Called by the policy ${policy}`}
      </h2>
      !${
        view.isDigest
          ? html`<p class="fault-note">
              This policy gathers such alarms into one message a day: nobody would be called, and the drill
              would not be passed.
            </p>`
          : html`<ol class="plain-list">
              !${steps.map(
                ({ after, people, by }) =>
                  html`<li>
                    <b>${after}</b>:
                    ${people.length === 0 ? "nobody" : people.join(", ")}${by === "" ? "" : `, by ${by}`}
                  </li>`,
              )}
            </ol>`
      }
    </section>
    <section class="form-page" aria-label="Plan it">
      <p class="ask-note">
        Real people are called, at whatever time of day that is for them. Their messages begin with DRILL,
        OEFENING or EXERCICE.
      </p>
      <form class="form" method="post" action="/drills/new">
        !${drillFields.map((field) => hiddenField(field, filled(field)))} !${hiddenField("confirmed", "yes")}
        !${formButtons({ submit: view.startsAt === null ? "Begin the drill now" : "Plan the drill", back: { href: "/drills", text: "Do nothing" } })}
      </form>
    </section>`;
}
