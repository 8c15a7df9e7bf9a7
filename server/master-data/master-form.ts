import { siteSchema, type Site } from "@coldkeep/core/site/site.ts";
import { html } from "ghtml";
import { errorSummary, formButtons, type FormErrors, hasErrors, textField } from "../pages/forms.ts";
import { type DraftFile, draftFile, type Values } from "./draft-file.ts";
import { reasonCharactersMax } from "../proposals/proposal.ts";

/** A form that changes one thing of the site. */
export interface MasterForm {
  readonly title: string;
  readonly lead: string;
  /** Where leaving it leads, and where a change that applied at once does. */
  readonly back: string;
  /** `duty` for what belongs to the pages about duty; else to those of the site. */
  readonly home?: "duty";
  readonly submit: string;
  readonly danger?: boolean;
  /** What the fields say before anybody changed them. */
  readonly values: Values;
  /** Markup of the fields. */
  readonly fields: (values: Values, errors: FormErrors) => string;
  /** Changes the file; says what is wrong with fields that no check of the whole site can name. */
  readonly edit: (file: DraftFile, values: Values, inForce: DraftFile) => FormErrors;
  /** The field that a place in the site file is about; the last known name on the way where it is not said. */
  readonly fieldAt?: (path: readonly PropertyKey[]) => string | undefined;
  /** The fields after a button of the form other than its last was pressed, such as one for another row; null for what it has no such button. */
  readonly rework?: (act: string, values: Values) => Values | null;
  /** Markup of what the change would do, shown below the form before anything is changed: `after` is the site as the fields have it. */
  readonly preview?: (after: Site, before: Site, values: Values) => string;
}

/** What is wrong with a form, thrown out of the midst of a change. */
export class FormMistakes extends Error {
  readonly errors: FormErrors;

  constructor(errors: FormErrors) {
    super("a form has mistakes");
    this.errors = errors;
  }
}

/** Makes a form's change of a site. Throws `FormMistakes`. */
export function editBy(form: MasterForm, values: Values, inForce: Site): (site: Site) => Site {
  return (site) => {
    const file = draftFile(site);
    const wrong = form.edit(file, values, draftFile(inForce));
    if (hasErrors(wrong)) throw new FormMistakes(wrong);
    const checked = siteSchema.safeParse(file);
    if (checked.success) return checked.data;
    throw new FormMistakes(mistakesOf(form, checked.error.issues));
  };
}

function mistakesOf(
  form: MasterForm,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): FormErrors {
  const errors: Record<string, string> = {};
  for (const { path, message } of issues) {
    const named = path.findLast((part) => typeof part === "string" && Object.hasOwn(form.values, part));
    const field = form.fieldAt?.(path) ?? (typeof named === "string" ? named : "");
    const text = field === "" ? `${path.map(String).join(".")}: ${message}` : sentence(message);
    errors[field] ??= text;
  }
  return errors;
}

function sentence(message: string): string {
  if (message.startsWith("Too small: expected string to have >=1 ")) return "This must not be empty.";
  if (message === "Invalid ISO date") return "Expected a day such as 2026-12-25.";
  const plain = message.startsWith("Invalid input: ") ? message.slice("Invalid input: ".length) : message;
  return plain.slice(0, 1).toUpperCase() + plain.slice(1);
}

/** The main part of a form's page. */
export function masterFormBody(
  form: MasterForm,
  action: string,
  values: Values,
  errors: FormErrors,
  note: string,
  preview = "",
): string {
  const reason = textField(
    {
      name: "reason",
      label: "Reason",
      hint: "Why this is changed. It stays with the change in the audit trail.",
      value: values["reason"] ?? "",
      required: true,
      charactersMax: reasonCharactersMax,
      rows: 2,
    },
    errors,
  );
  return html`<div class="form-page master-form!${form.preview === undefined ? "" : " with-preview"}">
    !${errorSummary(errors)}
    <p class="crumb">
      !${form.home === "duty" ? html`<a href="/on-duty">On duty</a> · <a href="/on-duty/plan">Plan</a>` : html`<a href="/site">Site</a>`}
    </p>
    <h1>${form.title}</h1>
    <p class="lead">${form.lead}</p>
    !${note}
    <form class="form" method="post" action="${action}" novalidate>
      !${form.preview === undefined ? "" : html`<button type="submit" class="hidden" name="act" value="preview" tabindex="-1" aria-hidden="true">Look</button>`}
      !${form.fields(values, errors)} !${reason}
      !${formButtons({
        submit: form.submit,
        ...(form.danger === true ? { danger: true } : {}),
        ...(form.preview === undefined ? {} : { look: "See what it would do" }),
        back: { href: form.back, text: "Leave it as it is" },
      })}
    </form>
    !${preview}
  </div>`;
}
