import { languages, media } from "@coldkeep/core/duty/media.ts";
import { html } from "ghtml";
import {
  type DraftFile,
  type FileThing,
  said,
  shown,
  textFrom,
  type Values,
} from "../master-data/draft-file.ts";
import type { MasterForm } from "../master-data/master-form.ts";
import { type FormErrors, inputField, selectField } from "../pages/forms.ts";
import { capital, idHint, languageWords, mediumWords } from "./duty-words.ts";

const addresses = [
  {
    name: "phone",
    label: "Telephone",
    hint: "With its country, such as +32470123456. It serves SMS and calls.",
  },
  { name: "email", label: "E-mail", hint: undefined },
  { name: "webhook", label: "Web address that is called", hint: "Each message is posted to it." },
  { name: "telegram", label: "Telegram chat", hint: "The chat's number." },
  { name: "matrix", label: "Matrix room or user", hint: "Such as !abc:example.org." },
] as const;

const places = ["First by", "Then by", "Third", "Fourth", "Fifth", "Sixth"] as const;

/** A person whom alarms call, and by what; without an id it is a new one. */
export function contactForm(file: DraftFile, id: string | undefined): MasterForm | null {
  const known = file.contacts.find((each) => each.id === id);
  if (id !== undefined && known === undefined) return null;
  const by = Array.isArray(known?.["by"]) ? known["by"] : [];
  let placed: readonly number[] = [];
  return {
    title: id === undefined ? "New contact" : shown(known?.["name"]),
    lead: "Somebody whom alarms call. It applies at once, with your reason.",
    back: "/on-duty/plan",
    home: "duty",
    submit: id === undefined ? "Add the contact" : "Change the contact",
    values: {
      id: id ?? "",
      name: shown(known?.["name"]),
      ...Object.fromEntries(addresses.map(({ name }) => [name, shown(known?.[name])])),
      ...Object.fromEntries(media.map((_medium, at) => [`by-${at}`, shown(by[at])])),
      language: shown(known?.["language"]),
      login: shown(known?.["login"]),
    },
    fields: (values, errors) => contactFields(id === undefined, values, errors),
    edit: (draft, values) => {
      const found = draft.contacts.find((each) => each.id === id);
      if (id !== undefined && found === undefined) return { "": "This contact is not at the site any more." };
      placed = media.flatMap((_medium, at) => (textFrom(values[`by-${at}`]) === undefined ? [] : [at]));
      const contact: FileThing = {
        id: id ?? values["id"] ?? "",
        name: values["name"],
        ...said(Object.fromEntries(addresses.map(({ name }) => [name, textFrom(values[name])]))),
        ...said({
          language: textFrom(values["language"]),
          by: placed.length === 0 ? undefined : placed.map((at) => values[`by-${at}`]),
          login: textFrom(values["login"]),
        }),
      };
      draft.contacts =
        found === undefined
          ? [...draft.contacts, contact]
          : draft.contacts.map((each) => (each.id === id ? contact : each));
      return {};
    },
    fieldAt: ([list, , key, index]) => {
      if (list !== "contacts") return undefined;
      if (key === "by") return `by-${placed[typeof index === "number" ? index : 0] ?? 0}`;
      return typeof key === "string" ? key : undefined;
    },
  };
}

function contactFields(isNew: boolean, values: Values, errors: FormErrors): string {
  const input = (name: string, label: string, hint?: string): string =>
    inputField(
      {
        name,
        label,
        value: values[name] ?? "",
        ...(hint === undefined ? {} : { hint }),
        ...(name === "email" ? { type: "email" as const } : {}),
      },
      errors,
    );
  return html` !${isNew ? inputField({ name: "id", label: "Id", hint: idHint, value: values["id"] ?? "", required: true, charactersMax: 64 }, errors) : ""}
    !${inputField({ name: "name", label: "Name", value: values["name"] ?? "", required: true, charactersMax: 100 }, errors)}
    <fieldset>
      <legend>How they are reached: at least one</legend>
      <div class="pair">!${addresses.map(({ name, label, hint }) => input(name, label, hint))}</div>
    </fieldset>
    <fieldset>
      <legend>By what they want to be told</legend>
      <p class="hint">
        The best first. A policy may ask for others. Nothing: by all that there is, SMS first, then e-mail,
        then a call.
      </p>
      <div class="pair">
        !${media.map((_medium, at) =>
          selectField(
            {
              name: `by-${at}`,
              label: places[at] ?? "",
              value: values[`by-${at}`] ?? "",
              choices: [
                { value: "", text: "–" },
                ...media.map((value) => ({ value, text: capital(mediumWords[value]) })),
              ],
            },
            errors,
          ),
        )}
      </div>
    </fieldset>
    <div class="pair">
      !${selectField(
        {
          name: "language",
          label: "Language of messages",
          value: values["language"] ?? "",
          choices: [
            { value: "", text: "As the site has it" },
            ...languages.map((value) => ({ value, text: languageWords[value] })),
          ],
        },
        errors,
      )}
      !${input("login", "Account in the pages (optional)", "Its owner may take duties on themselves.")}
    </div>`;
}
