import { html } from "ghtml";
import { inputField } from "../pages/forms.ts";
import { type DraftFile, shown } from "./draft-file.ts";
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

/** Who gets mails: all contacts in one form, with rows for new ones. */
export function contactsForm(file: DraftFile): MasterForm {
  const rows = [
    ...file.contacts.map((each) => ({ id: each.id, name: shown(each["name"]), email: shown(each["email"]) })),
    ...Array.from({ length: newContacts }, () => ({ id: "", name: "", email: "" })),
  ];
  const values = Object.fromEntries(
    rows.flatMap((row, at) => [
      [`id-${at}`, row.id],
      [`name-${at}`, row.name],
      [`email-${at}`, row.email],
    ]),
  );
  /** The rows that say something, by their place in the file. */
  const filled = (sent: Readonly<Record<string, string>>): number[] =>
    rows.flatMap((_row, at) =>
      (sent[`id-${at}`] ?? "") + (sent[`email-${at}`] ?? "") === "" || sent[`email-${at}`] === "" ? [] : [at],
    );
  let placed: readonly number[] = [];
  return {
    title: "Contacts",
    lead: "They get the mails about alarms. It applies at once, with your reason. Who has no address is taken off the list.",
    back: "/site",
    submit: "Change the contacts",
    values,
    fields: (given, errors) =>
      html`!${rows.map(
        (row, at) =>
          html`<fieldset>
            <legend>${row.id === "" ? "New contact" : row.id}</legend>
            <div class="pair">
              !${inputField({ name: `id-${at}`, label: "Id", value: given[`id-${at}`] ?? "", charactersMax: 64 }, errors)}
              !${inputField({ name: `name-${at}`, label: "Name", value: given[`name-${at}`] ?? "", charactersMax: 100 }, errors)}
              !${inputField({ name: `email-${at}`, label: "E-mail", type: "email", value: given[`email-${at}`] ?? "" }, errors)}
            </div>
          </fieldset>`,
      )}`,
    edit: (draft, sent) => {
      placed = filled(sent);
      draft.contacts = placed.map((at) => ({
        id: sent[`id-${at}`] ?? "",
        name: sent[`name-${at}`],
        email: sent[`email-${at}`],
      }));
      return {};
    },
    fieldAt: ([list, index, key]) =>
      list === "contacts" && typeof index === "number"
        ? `${String(key ?? "email")}-${placed[index] ?? 0}`
        : undefined,
  };
}
