import { inputField } from "../pages/forms.ts";
import { type DraftFile, shown } from "./draft-file.ts";
import type { MasterForm } from "./master-form.ts";

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
