import { html } from "ghtml";
import { type FormErrors, inputField } from "../pages/forms.ts";
import { fromField } from "./appliance-forms.ts";
import {
  type DraftFile,
  type FileEntry,
  instantFrom,
  newestOf,
  numberFrom,
  said,
  shown,
  textFrom,
  type Values,
  withVersion,
} from "./draft-file.ts";
import type { MasterForm } from "./master-form.ts";

/** A number or a duration of a profile that the form offers, by the file's name. */
export interface ProfileField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind: "celsius" | "duration";
  /** What an empty field says. */
  readonly empty?: null;
}

/** The limits and timings of a profile in the order of the form. */
export const profileFields: readonly ProfileField[] = [
  { name: "low", label: "Lower limit", kind: "celsius", empty: null },
  { name: "high", label: "Upper limit", kind: "celsius", empty: null },
  { name: "criticalLow", label: "Critical below", kind: "celsius", empty: null },
  { name: "criticalHigh", label: "Critical above", kind: "celsius", empty: null },
  { name: "warnLow", label: "Warn below", kind: "celsius" },
  { name: "warnHigh", label: "Warn above", kind: "celsius" },
  { name: "deadband", label: "Deadband", kind: "celsius" },
  { name: "excursionAfter", label: "Excursion after", kind: "duration" },
  { name: "recoverAfter", label: "Recovered after", kind: "duration" },
  { name: "alarmDelay", label: "Call after", kind: "duration" },
  { name: "realarmAfter", label: "Call again after", kind: "duration" },
  { name: "alarmOffDelay", label: "Alarm returns after", kind: "duration" },
  { name: "maxGap", label: "Longest gap between readings", kind: "duration" },
  { name: "unmonitoredAfter", label: "Unmonitored after", kind: "duration" },
];

/** A new version of a storage profile, the one it follows beside it; without a name it is a new profile. */
export function profileForm(
  file: DraftFile,
  inForce: DraftFile,
  name: string | undefined,
  timeZone: string,
): MasterForm | null {
  if (name !== undefined && !Object.hasOwn(file.profiles, name)) return null;
  const newest = newestOf(name === undefined ? undefined : file.profiles[name]);
  const old = newestOf(name === undefined ? undefined : inForce.profiles[name]);
  const plain = Object.fromEntries(profileFields.map((field) => [field.name, shown(newest[field.name])]));
  return {
    title: name === undefined ? "New storage profile" : `Storage profile ${name}`,
    lead: "A new version; what applied before stays for its time. It waits for a back-test and a quality officer.",
    back: "/site",
    submit: name === undefined ? "Propose the profile" : "Propose the new version",
    values: {
      name: name ?? "",
      ...plain,
      source: shown(newest["source"]),
      edition: shown(newest["edition"]),
      from: "",
    },
    fields: (values, errors) =>
      html` !${name === undefined ? inputField({ name: "name", label: "Name", hint: "Lower case letters, digits, dots and dashes. It is never changed.", value: values["name"] ?? "", required: true, charactersMax: 64 }, errors) : ""}
        <fieldset>
          <legend>Limits in °C</legend>
          <div class="pair">!${fieldsOf("celsius", old, values, errors)}</div>
        </fieldset>
        <fieldset>
          <legend>Timings, with their units: 90s, 5m, 1h30m</legend>
          <div class="pair">!${fieldsOf("duration", old, values, errors)}</div>
        </fieldset>
        !${inputField({ name: "source", label: "Legal source", ...beside(old["source"]), value: values["source"] ?? "", charactersMax: 400 }, errors)}
        !${inputField({ name: "edition", label: "Edition", ...beside(old["edition"]), value: values["edition"] ?? "", charactersMax: 100 }, errors)}
        !${fromField(values, errors, timeZone)}`,
    edit: (draft, values, current) => {
      const id = name ?? values["name"] ?? "";
      if (name === undefined && Object.hasOwn(draft.profiles, id))
        return { name: "There is a profile of that name already." };
      const before = newestOf(draft.profiles[id]);
      const { from: _from, ...kept } = before;
      const version = said({ ...kept, ...sent(values), from: instantFrom(values["from"], timeZone) });
      draft.profiles[id] = withVersion(current.profiles[id], draft.profiles[id], version);
      return {};
    },
    // A profile of the name "high" must not be taken for the limit.
    fieldAt: (path) => {
      const last = path[path.length - 1];
      return path.length > 2 && typeof last === "string" && Object.hasOwn(plain, last)
        ? last
        : last === "from" || last === "source" || last === "edition"
          ? last
          : path.length === 2
            ? name === undefined
              ? "name"
              : ""
            : undefined;
    },
  };
}

function sent(values: Values): FileEntry {
  const entries = profileFields.map(({ name, kind, empty }) => {
    const value = kind === "celsius" ? numberFrom(values[name]) : textFrom(values[name]);
    return [name, value === undefined && empty === null ? null : value] as const;
  });
  return {
    ...Object.fromEntries(entries),
    source: textFrom(values["source"]),
    edition: textFrom(values["edition"]),
  };
}

function fieldsOf(kind: ProfileField["kind"], old: FileEntry, values: Values, errors: FormErrors): string {
  return profileFields
    .filter((field) => field.kind === kind)
    .map(({ name, label }) =>
      inputField(
        {
          name,
          label,
          ...beside(old[name]),
          value: values[name] ?? "",
          ...(kind === "celsius" ? { inputmode: "decimal" as const } : {}),
          charactersMax: 20,
        },
        errors,
      ),
    )
    .join("");
}

/** What is in force, said beside the field. */
function beside(old: unknown): { hint: string } {
  const text = shown(old);
  return { hint: text === "" ? "In force: none" : `In force: ${text}` };
}
