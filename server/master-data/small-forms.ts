import { html } from "ghtml";
import { inputField } from "../pages/forms.ts";
import { type DraftFile, shown, textFrom } from "./draft-file.ts";
import type { MasterForm } from "./master-form.ts";

/** The facts of the site itself. */
export function factsForm(file: DraftFile): MasterForm {
  return {
    title: "The site",
    lead: "The time zone applies at once, with your reason. How far ahead gaps on duty are an alarm waits for a quality officer.",
    back: "/site",
    submit: "Change the site",
    values: { timeZone: shown(file["timeZone"]), gapsAhead: shown(file["gapsAhead"]) },
    fields: (values, errors) =>
      html`!${inputField(
        {
          name: "timeZone",
          label: "Time zone",
          hint: "An IANA name such as Europe/Brussels. Every time on a page is shown in it; the record is in UTC.",
          value: values["timeZone"] ?? "",
          required: true,
        },
        errors,
      )}
      !${inputField(
        {
          name: "gapsAhead",
          label: "How far ahead gaps on duty are an alarm (optional)",
          hint: "With its unit, from 1h to 14d. Nothing: 72h.",
          value: values["gapsAhead"] ?? "",
          charactersMax: 20,
        },
        errors,
      )}`,
    edit: (draft, values) => {
      draft["timeZone"] = values["timeZone"];
      const ahead = textFrom(values["gapsAhead"]);
      if (ahead === undefined) delete draft["gapsAhead"];
      else draft["gapsAhead"] = ahead;
      return {};
    },
  };
}
