import { languages } from "@coldkeep/core/duty/media.ts";
import { html } from "ghtml";
import { inputField, selectField } from "../pages/forms.ts";
import { type DraftFile, type FileEntry, shown } from "./draft-file.ts";
import type { MasterForm } from "./master-form.ts";

/** Rows for new contacts in the form. */
const newContacts = 2;

/** The facts of the site itself. */
export function factsForm(file: DraftFile): MasterForm {
  return {
    title: "The site",
    lead: "Applies at once, with your reason.",
    back: "/site",
    submit: "Change the site",
    values: { timeZone: shown(file["timeZone"]) },
    fields: (values, errors) =>
      inputField(
        {
          name: "timeZone",
          label: "Time zone",
          hint: "An IANA name such as Europe/Brussels. Every time on a page is shown in it; the record is in UTC.",
          value: values["timeZone"] ?? "",
          required: true,
        },
        errors,
      ),
    edit: (draft, values) => {
      draft["timeZone"] = values["timeZone"];
      return {};
    },
  };
}

const addressFields = [
  { name: "email", label: "E-mail" },
  { name: "phone", label: "Telephone, with its country" },
  { name: "webhook", label: "Web address that is called" },
  { name: "telegram", label: "Telegram chat" },
  { name: "matrix", label: "Matrix room or user" },
] as const;
const languageNames = { en: "English", nl: "Dutch", fr: "French" } as const;
const contactFields = ["id", "name", ...addressFields.map(({ name }) => name), "language", "login"];

/** Who is told about alarms: all contacts in one form, with rows for new ones. By what each wants to be told stays as it is, as far as there is an address for it. */
export function contactsForm(file: DraftFile): MasterForm {
  const none: FileEntry & { id: string } = { id: "" };
  const rows = [...file.contacts, ...Array.from({ length: newContacts }, () => none)];
  const values = Object.fromEntries(
    rows.flatMap((row, at) => contactFields.map((key) => [`${key}-${at}`, shown(row[key])])),
  );
  /** The rows in which there is an address, by their place in the form. */
  const filled = (sent: Readonly<Record<string, string>>): number[] =>
    rows.flatMap((_row, at) =>
      addressFields.some(({ name }) => (sent[`${name}-${at}`] ?? "") !== "") ? [at] : [],
    );
  let placed: readonly number[] = [];
  return {
    title: "Contacts",
    lead: "They are told about alarms. It applies at once, with your reason. Who has no address is taken off the list.",
    back: "/site",
    submit: "Change the contacts",
    values,
    fields: (given, errors) => {
      const input = (name: string, at: number, label: string, type?: "email"): string =>
        inputField(
          {
            name: `${name}-${at}`,
            label,
            value: given[`${name}-${at}`] ?? "",
            ...(type === undefined ? {} : { type }),
          },
          errors,
        );
      return html`!${rows.map(
        (row, at) =>
          html`<fieldset>
            <legend>${row.id === "" ? "New contact" : row.id}</legend>
            <div class="pair">!${input("id", at, "Id")} !${input("name", at, "Name")}</div>
            <div class="pair">
              !${addressFields.map(({ name, label }) => input(name, at, label, name === "email" ? "email" : undefined))}
            </div>
            <div class="pair">
              !${selectField(
                {
                  name: `language-${at}`,
                  label: "Language of messages",
                  value: given[`language-${at}`] ?? "",
                  choices: [
                    { value: "", text: "As the site has it" },
                    ...languages.map((value) => ({ value, text: languageNames[value] })),
                  ],
                },
                errors,
              )}
              !${input("login", at, "Account in the pages (optional)")}
            </div>
          </fieldset>`,
      )}`;
    },
    edit: (draft, sent) => {
      placed = filled(sent);
      draft.contacts = placed.map((at) => {
        const kept = draft.contacts.find(({ id }) => id === sent[`id-${at}`]);
        const said = contactFields.flatMap((key): [string, string][] => {
          const text = sent[`${key}-${at}`] ?? "";
          return text === "" ? [] : [[key, text]];
        });
        const contact: FileEntry & { id: string } = { id: "", ...Object.fromEntries(said) };
        const by = kept?.["by"];
        const left = Array.isArray(by) ? by.filter((medium) => isServed(contact, medium)) : [];
        return left.length === 0 ? contact : { ...contact, by: left };
      });
      return {};
    },
    fieldAt: ([list, index, key]) =>
      list === "contacts" && typeof index === "number"
        ? `${String(key ?? "email")}-${placed[index] ?? 0}`
        : undefined,
  };
}

function isServed(contact: FileEntry, medium: unknown): boolean {
  const key = medium === "sms" || medium === "voice" ? "phone" : String(medium);
  return contact[key] !== undefined;
}
