import { html } from "ghtml";

/** What is wrong with a sent form: a sentence for each field by its name; under `""` what concerns the form as a whole. */
export type FormErrors = Readonly<Record<string, string>>;

/** No errors: a form that was not sent yet. */
export const noErrors: FormErrors = {};

/** A field of a form as a person sees it. Texts are escaped. */
export interface FieldLook {
  /** The name that the form sends; also the key of its error. */
  readonly name: string;
  readonly label: string;
  /** Said before anything is typed: what is wanted, and the rules. */
  readonly hint?: string;
  readonly value?: string;
  /** Not required unless this is true. */
  readonly required?: boolean;
  readonly charactersMax?: number;
  /** What browsers fill in, e.g. `username`, `current-password`, `one-time-code`; `off` where nothing is said. */
  readonly autocomplete?: string;
  /** Takes the focus when the page opens, unless an error summary does. */
  readonly focus?: boolean;
  /** Tells fields of the same name apart where a page has several forms. */
  readonly form?: string;
}

/** A field of one line. */
export interface InputLook extends FieldLook {
  readonly type?: "text" | "password" | "email" | "number" | "date" | "datetime-local" | "search";
  readonly inputmode?: "text" | "numeric" | "decimal" | "email";
  /** Smallest step of a number; `any` where nothing is said. */
  readonly step?: string;
}

/** A choice of a select field. */
export interface Choice {
  readonly value: string;
  readonly text: string;
  /** Under which heading it stands, together with those beside it that say the same. */
  readonly group?: string;
}

/** A labelled field of one line, its hint before and its error beside it. */
export function inputField(look: InputLook, errors: FormErrors = noErrors): string {
  const type = look.type ?? "text";
  const control = html`<input
    !${common(look, errors)}
    type="${type}"
    value="${type === "password" ? "" : (look.value ?? "")}"
    autocomplete="${look.autocomplete ?? "off"}"
    !${look.inputmode === undefined ? "" : html`inputmode="${look.inputmode}"`}
    !${type === "number" ? html`step="${look.step ?? "any"}"` : ""}
    !${type === "text" ? `spellcheck="false"` : ""}
  />`;
  return labelled(look, control, errors);
}

/** A labelled field of several lines. */
export function textField(
  look: FieldLook & { readonly rows?: number },
  errors: FormErrors = noErrors,
): string {
  const open = html`<textarea !${common(look, errors)} rows="${look.rows ?? 3}">`;
  return labelled(look, `${open}${html`${look.value ?? ""}`}</textarea>`, errors);
}

/** A labelled choice of one among several. */
export function selectField(
  look: FieldLook & { readonly choices: readonly Choice[] },
  errors: FormErrors = noErrors,
): string {
  const option = ({ value, text }: Choice): string =>
    html`<option value="${value}" !${value === look.value ? "selected" : ""}>${text}</option>`;
  const parts = look.choices.map((choice, index) => {
    const [before, after] = [look.choices[index - 1]?.group, look.choices[index + 1]?.group];
    const begins = choice.group !== undefined && choice.group !== before;
    const ends = choice.group !== undefined && choice.group !== after;
    return `${begins ? `<optgroup label="${html`${choice.group ?? ""}`}">` : ""}${option(choice)}${ends ? "</optgroup>" : ""}`;
  });
  const control = html`<select !${common(look, errors)}>
    !${parts}
  </select>`;
  return labelled(look, control, errors);
}

/** A labelled box to tick; it sends `yes`. */
export function tickField(
  look: FieldLook & { readonly ticked?: boolean },
  errors: FormErrors = noErrors,
): string {
  const error = errors[look.name];
  return html`<div class="field tick" !${error === undefined ? "" : `data-error="true"`}>
    <label
      ><input !${common(look, errors)} type="checkbox" value="yes" !${look.ticked ? "checked" : ""} />
      <span>${look.label}</span></label
    >
    !${look.hint === undefined ? "" : html`<p class="hint" id="${idOf(look)}-hint">${look.hint}</p>`}
    !${error === undefined ? "" : html`<p class="mistake" id="${idOf(look)}-error">${error}</p>`}
  </div>`;
}

/** A field that nobody sees. */
export function hiddenField(name: string, value: string): string {
  return html`<input type="hidden" name="${name}" value="${value}" />`;
}

/** The buttons at the end of a form. `danger` is for what cannot be taken back; `look` shows what it would do and sends `act=preview`; `back` leads away without doing anything. */
export function formButtons(look: {
  readonly submit: string;
  readonly danger?: boolean;
  readonly look?: string;
  readonly back?: { readonly href: string; readonly text: string };
}): string {
  return html`<p class="form-buttons">
    <button type="submit" !${look.danger ? `class="danger"` : ""}>${look.submit}</button>
    !${look.look === undefined ? "" : html`<button type="submit" class="quiet" name="act" value="preview">${look.look}</button>`}
    !${look.back === undefined ? "" : html`<a href="${look.back.href}">${look.back.text}</a>`}
  </p>`;
}

/** A button within a form that changes its rows and takes nothing: it sends `act`. `about` is said to those who do not see where it stands. */
export function actButton(act: string, text: string, about = ""): string {
  return html`<button type="submit" class="quiet small" name="act" value="${act}">
    ${text}!${about === "" ? "" : html`<span class="hidden"> ${about}</span>`}
  </button>`;
}

/** A form of one button, for an act that needs no words. */
export function buttonForm(look: {
  readonly action: string;
  readonly submit: string;
  readonly hidden?: Readonly<Record<string, string>>;
  readonly danger?: boolean;
  /** Said to those who do not see the row that the button stands in. */
  readonly about?: string;
}): string {
  return html`<form class="button-form" method="post" action="${look.action}">
    !${Object.entries(look.hidden ?? {}).map(([name, value]) => hiddenField(name, value))}
    <button type="submit" class="quiet!${look.danger ? " danger" : ""}">
      ${look.submit}!${look.about === undefined ? "" : html`<span class="hidden"> ${look.about}</span>`}
    </button>
  </form>`;
}

/**
 * Says at the top of a page what is wrong with what was sent, with a link to each field, and takes the focus. Nothing where nothing is
 * wrong. `labels` names the fields, by name; a field without is not linked.
 */
export function errorSummary(
  errors: FormErrors,
  look: { readonly title?: string; readonly form?: string; readonly plain?: readonly string[] } = {},
): string {
  const all = Object.entries(errors);
  if (all.length === 0) return "";
  const line = ([name, text]: [string, string]): string =>
    name === "" || look.plain?.includes(name)
      ? html`<li>${text}</li>`
      : html`<li><a href="#${idOf({ name, form: look.form })}">${text}</a></li>`;
  return html`<div class="error-summary" role="alert" tabindex="-1" autofocus>
    <h2>${look.title ?? "This was not taken"}</h2>
    <ul>
      !${all.map(line)}
    </ul>
  </div>`;
}

/** Says that something was done. */
export function doneNote(text: string): string {
  return html`<p class="done-note" role="status">${text}</p>`;
}

/** True where there is anything wrong. */
export function hasErrors(errors: FormErrors): boolean {
  return Object.keys(errors).length > 0;
}

function idOf({ name, form }: { readonly name: string; readonly form?: string | undefined }): string {
  return form === undefined ? `field-${name}` : `field-${form}-${name}`;
}

function common(look: FieldLook, errors: FormErrors): string {
  const id = idOf(look);
  const isWrong = errors[look.name] !== undefined;
  const described = [look.hint === undefined ? "" : `${id}-hint`, isWrong ? `${id}-error` : ""]
    .filter((each) => each !== "")
    .join(" ");
  return html`id="${id}" name="${look.name}" !${look.required ? "required" : ""}
  !${look.charactersMax === undefined ? "" : html`maxlength="${look.charactersMax}"`}
  !${described === "" ? "" : html`aria-describedby="${described}"`} !${isWrong ? `aria-invalid="true"` : ""}
  !${look.focus && !hasErrors(errors) ? "autofocus" : ""}`;
}

function labelled(look: FieldLook, control: string, errors: FormErrors): string {
  const id = idOf(look);
  const error = errors[look.name];
  return html`<div class="field" !${error === undefined ? "" : `data-error="true"`}>
    <label for="${id}">${look.label}</label>
    !${look.hint === undefined ? "" : html`<p class="hint" id="${id}-hint">${look.hint}</p>`}
    !${error === undefined ? "" : html`<p class="mistake" id="${id}-error">${error}</p>`} !${control}
  </div>`;
}
