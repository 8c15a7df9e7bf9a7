import { weekdays } from "@coldkeep/core/duty/duty-section.ts";
import { html } from "ghtml";
import { shown, type FileThing, type Values } from "../master-data/draft-file.ts";
import {
  actButton,
  type Choice,
  type FormErrors,
  hiddenField,
  inputField,
  selectField,
  textField,
  tickField,
} from "../pages/forms.ts";
import { idHint, weekdayWords } from "./duty-words.ts";
import { type LayerDraft, rotaFrom, type WindowDraft } from "./rota-draft.ts";

interface Looks {
  readonly errors: FormErrors;
  readonly contacts: readonly Choice[];
  /** The field that takes the focus. */
  readonly focus: string;
}

/** The fields of a rota's form: its name, and its layers with their turns, changes of turn and windows. */
export function rotaFields(
  isNew: boolean,
  contacts: readonly FileThing[],
  siteZone: string,
  values: Values,
  errors: FormErrors,
): string {
  const draft = rotaFrom(values);
  const looks: Looks = {
    errors,
    contacts: [
      { value: "", text: "–" },
      ...contacts.map((contact) => ({ value: contact.id, text: shown(contact["name"]) })),
    ],
    focus: values["focus"] ?? "",
  };
  return html` !${isNew ? inputField({ name: "id", label: "Id", hint: idHint, value: draft.id, required: true, charactersMax: 64 }, errors) : ""}
    <div class="pair">
      !${inputField({ name: "name", label: "Name", value: draft.name, required: true, charactersMax: 100 }, errors)}
      !${inputField({ name: "timeZone", label: "Time zone (optional)", hint: `Else that of the site, ${siteZone}.`, value: draft.timeZone }, errors)}
    </div>
    !${tickField({ name: "mustBeFilled", label: "It must be filled at any hour: nobody on duty is an alarm, also where a policy reaches somebody else", ticked: draft.mustBeFilled === "yes" })}
    <div id="field-layers" tabindex="-1" class="layers">
      !${errors["layers"] === undefined ? "" : html`<p class="mistake">${errors["layers"]}</p>`}
      !${draft.layers.map((layer, at) => layerField(layer, at, looks))}
      <p>!${actButton("layer", "Add another layer")}</p>
    </div>`;
}

function layerField(layer: LayerDraft, at: number, looks: Looks): string {
  const { errors, focus } = looks;
  const name = (field: string): string => `l${at}-${field}`;
  const title = layer.name === "" ? `Layer ${at + 1}` : layer.name;
  const input = (
    field: "name" | "start" | "until" | "at" | "times" | "cycleDays",
    label: string,
    more: { readonly hint?: string; readonly type?: "date" } = {},
  ): string =>
    inputField(
      { name: name(field), label, value: layer[field], focus: focus === name(field), ...more },
      errors,
    );
  return html`<fieldset class="layer">
    <legend>${title}</legend>
    !${hiddenField(name("id"), layer.id)}
    !${input("name", "Name of the layer (optional)", { hint: "Everybody whom a layer names is on duty at once." })}
    <fieldset>
      <legend>Who takes turns, in this order</legend>
      <ol class="turns">
        !${layer.turns.map((people, turn) => turnField(people, turn, at, looks))}
      </ol>
      <p>!${actButton(`turn:${at}`, "Add a turn", `to ${title}`)}</p>
    </fieldset>
    <div class="pair">
      !${selectField(
        {
          name: name("pattern"),
          label: "A turn lasts",
          value: layer.pattern,
          choices: [
            { value: "week", text: "A week" },
            { value: "day", text: "A day, or a shift of a day" },
            { value: "other", text: "Something else" },
          ],
        },
        errors,
      )}
      <div class="for-week">
        !${selectField({ name: name("weekday"), label: "Next turn on", value: layer.weekday, choices: weekdays.map((value) => ({ value, text: weekdayWords[value] })) }, errors)}
      </div>
      <div class="for-week">!${input("at", "At", { hint: "Such as 08:00." })}</div>
      <div class="for-day">
        !${input("times", "Next turn at", { hint: "Such as 08:00, or 07:00, 15:00, 23:00 for three shifts." })}
      </div>
      <div class="for-other">!${input("cycleDays", "Days after which it begins again")}</div>
      <div class="for-other">
        !${textField({ name: name("handOvers"), label: "Next turn on", hint: "One a line, the day and the time: 1 08:00 is the first day. With 7 days: mon 08:00.", value: layer.handOvers, rows: 3 }, errors)}
      </div>
    </div>
    <div class="pair">
      !${input("start", "From", { type: "date", hint: "The first in order begins at the first change of turn from this day on." })}
      !${input("until", "Until (optional)", { type: "date", hint: "It ends on this day, at the time of its first change of turn." })}
    </div>
    <fieldset>
      <legend>Only at these times (optional)</legend>
      !${layer.windows.length === 0 ? html`<p class="hint">None: it is on duty day and night.</p>` : ""}
      !${layer.windows.map((window, index) => windowField(window, index, at, looks))}
      <p>!${actButton(`window:${at}`, "Add times", `to ${title}`)}</p>
    </fieldset>
    <p class="link-row">
      !${actButton(`layer-copy:${at}`, "Copy this layer", title)}
      !${actButton(`layer-out:${at}`, "Take this layer out", title)}
    </p>
  </fieldset>`;
}

function turnField(
  people: readonly string[],
  turn: number,
  at: number,
  { errors, contacts, focus }: Looks,
): string {
  const about = `turn ${turn + 1}`;
  return html`<li class="turn">
    <div class="turn-people">
      !${people.map((person, index) => {
        const name = `l${at}-t${turn}-${index}`;
        const label = index === 0 ? `Turn ${turn + 1}` : "together with";
        return selectField({ name, label, value: person, choices: contacts, focus: focus === name }, errors);
      })}
    </div>
    <div class="turn-acts">
      !${turn === 0 ? "" : actButton(`turn-up:${at}:${turn}`, "Earlier", about)}
      !${actButton(`with:${at}:${turn}`, "With another", about)}
      !${actButton(`turn-out:${at}:${turn}`, "Out", about)}
    </div>
  </li>`;
}

function windowField(window: WindowDraft, index: number, at: number, { errors, focus }: Looks): string {
  const name = (field: string): string => `l${at}-w${index}-${field}`;
  const wrong = errors[name("mon")];
  return html`<fieldset class="window">
    <legend>Begins on</legend>
    !${wrong === undefined ? "" : html`<p class="mistake">${wrong}</p>`}
    <div class="ticks days">
      !${weekdays.map((day) => tickField({ name: name(day), label: weekdayWords[day].slice(0, 3), ticked: window.weekdays.includes(day) }))}
    </div>
    <div class="pair">
      !${inputField({ name: name("from"), label: "From", value: window.from, focus: focus === name("from") }, errors)}
      !${inputField({ name: name("to"), label: "To", hint: "The next time that the clock shows it.", value: window.to }, errors)}
      !${selectField(
        {
          name: name("holidays"),
          label: "On holidays",
          value: window.holidays,
          choices: [
            { value: "yes", text: "Too" },
            { value: "no", text: "Not" },
            { value: "only", text: "Only then" },
          ],
        },
        errors,
      )}
    </div>
    <p>!${actButton(`window-out:${at}:${index}`, "Take these times out")}</p>
  </fieldset>`;
}
