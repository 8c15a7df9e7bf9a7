import { html } from "ghtml";
import { type DraftFile, type FileThing, shown, type Values } from "../master-data/draft-file.ts";
import type { MasterForm } from "../master-data/master-form.ts";
import { inputField, textField, tickField } from "../pages/forms.ts";
import { idHint } from "./duty-words.ts";

/** People who are called together; without an id it is a new team. */
export function teamForm(file: DraftFile, id: string | undefined): MasterForm | null {
  const known = file.teams?.find((each) => each.id === id);
  if (id !== undefined && known === undefined) return null;
  const members = new Set(membersOf(known));
  return {
    title: id === undefined ? "New team" : `Team ${shown(known?.["name"])}`,
    lead: "People who are called together. It applies at once, with your reason.",
    back: "/on-duty/plan",
    home: "duty",
    submit: id === undefined ? "Add the team" : "Change the team",
    values: {
      id: id ?? "",
      name: shown(known?.["name"]),
      members: "",
      ...Object.fromEntries([...members].map((member) => [`member-${member}`, "yes"])),
    },
    fields: (values, errors) =>
      html` !${id === undefined ? inputField({ name: "id", label: "Id", hint: idHint, value: values["id"] ?? "", required: true, charactersMax: 64 }, errors) : ""}
        !${inputField({ name: "name", label: "Name", value: values["name"] ?? "", required: true, charactersMax: 100 }, errors)}
        <fieldset id="field-members" tabindex="-1">
          <legend>Members</legend>
          !${errors["members"] === undefined ? "" : html`<p class="mistake">${errors["members"]}</p>`}
          <div class="ticks">
            !${file.contacts.map((contact) => tickField({ name: `member-${contact.id}`, label: shown(contact["name"]), ticked: values[`member-${contact.id}`] === "yes" }))}
          </div>
        </fieldset>`,
    edit: (draft, values) => {
      const found = draft.teams?.find((each) => each.id === id);
      if (id !== undefined && found === undefined) return { "": "This team is not at the site any more." };
      const chosen = draft.contacts
        .map((contact) => contact.id)
        .filter((contact) => values[`member-${contact}`] === "yes");
      if (chosen.length === 0) return { members: "Choose somebody." };
      // Those who were in it keep their place.
      const kept = membersOf(found).filter((member) => chosen.includes(member));
      const team: FileThing = {
        id: id ?? values["id"] ?? "",
        name: values["name"],
        members: [...kept, ...chosen.filter((member) => !kept.includes(member))],
      };
      draft.teams =
        found === undefined
          ? [...(draft.teams ?? []), team]
          : (draft.teams ?? []).map((each) => (each.id === id ? team : each));
      return {};
    },
    fieldAt: ([list, , key]) => (list === "teams" && typeof key === "string" ? key : undefined),
  };
}

function membersOf(team: FileThing | undefined): string[] {
  const members = team?.["members"];
  return Array.isArray(members) ? members.map(String) : [];
}

/** The holidays: all of them in one field, one a line. */
export function holidaysForm(file: DraftFile): MasterForm {
  const lines = Object.entries(file.holidays ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, name]) => `${date} ${name}`);
  return {
    title: "Holidays",
    lead: "Days on which rotas may have other windows. It applies at once, with your reason.",
    back: "/on-duty/plan",
    home: "duty",
    submit: "Change the holidays",
    values: { holidays: lines.join("\n") },
    fields: (values, errors) =>
      textField(
        {
          name: "holidays",
          label: "Holidays",
          hint: "One a line: the date, then its name. For example: 2026-12-25 Christmas",
          value: values["holidays"] ?? "",
          rows: 14,
        },
        errors,
      ),
    edit: (draft, values) => {
      const read = readHolidays(values);
      if ("wrong" in read) return { holidays: read.wrong };
      if (Object.keys(read.holidays).length === 0) delete draft.holidays;
      else draft.holidays = read.holidays;
      return {};
    },
    fieldAt: ([list]) => (list === "holidays" ? "holidays" : undefined),
  };
}

function readHolidays(
  values: Values,
): { readonly holidays: Record<string, string> } | { readonly wrong: string } {
  const holidays: Record<string, string> = {};
  const lines = (values["holidays"] ?? "").split("\n").map((line) => line.trim());
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const [, date = "", name = ""] = /^(\d{4}-\d{2}-\d{2})\s+(.+)$/.exec(line) ?? [];
    const where = `Line ${index + 1}, "${line.slice(0, 60)}"`;
    if (date === "")
      return { wrong: `${where}: write the date, then its name, such as 2026-12-25 Christmas.` };
    if (!isDate(date)) return { wrong: `${where}: there is no such day.` };
    if (Object.hasOwn(holidays, date)) return { wrong: `${where}: this day stands there twice.` };
    holidays[date] = name;
  }
  return { holidays };
}

function isDate(text: string): boolean {
  try {
    Temporal.PlainDate.from(text);
    return true;
  } catch {
    return false;
  }
}
