import type { Rota } from "@coldkeep/core/duty/duty-section.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { dayMs, type EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { instantFrom, type Values } from "../master-data/draft-file.ts";
import type { MasterForm } from "../master-data/master-form.ts";
import { inputField, selectField } from "../pages/forms.ts";
import { nameOf } from "./duty-words.ts";

/** Overrides that ended longer ago than this many days leave the site with the next one; the audit trail keeps them. */
export const overrideKeptDays = 400;

/** The contacts whose duty a person may take on: all with the right to draft, else the one that is their account's. */
export function takersFor(
  site: Site,
  person: Person,
): readonly { readonly id: string; readonly name: string }[] {
  if (isAllowed(person.role, "site.draft")) return site.contacts;
  return site.contacts.filter(({ login }) => login === person.login);
}

/** Puts somebody else on duty for a while. */
export function overrideForm(site: Site, rota: Rota, person: Person, given: Values, at: EpochMs): MasterForm {
  const timeZone = rota.timeZone ?? site.timeZone;
  const takers = takersFor(site, person);
  const mayAll = isAllowed(person.role, "site.draft");
  const own = site.contacts.find(({ login }) => login === person.login)?.id;
  const named = new Set(rota.layers.flatMap(({ people }) => people.flat()));
  return {
    title: `Change who is on duty: ${rota.name}`,
    lead: "It applies at once, with your reason.",
    back: "/on-duty",
    home: "duty",
    submit: own !== undefined && !mayAll ? "I take it" : "Change who is on duty",
    values: {
      from: given["from"] ?? "",
      to: given["to"] ?? "",
      who: own ?? takers[0]?.id ?? "",
      instead: "",
    },
    fields: (values, errors) =>
      html`<div class="pair">
          !${inputField({ name: "from", label: "From", type: "datetime-local", hint: `Time in ${timeZone}.`, value: values["from"] ?? "", required: true }, errors)}
          !${inputField({ name: "to", label: "To", type: "datetime-local", value: values["to"] ?? "", required: true }, errors)}
        </div>
        !${selectField(
          {
            name: "who",
            label: "On duty",
            value: values["who"] ?? "",
            choices: [
              ...takers.map(({ id, name }) => ({ value: id, text: name })),
              ...(mayAll ? [{ value: "", text: "Nobody: the other is away" }] : []),
            ],
          },
          errors,
        )}
        !${selectField(
          {
            name: "instead",
            label: "Instead of",
            value: values["instead"] ?? "",
            choices: [
              { value: "", text: "Everybody who is on duty then" },
              ...[...named].map((id) => ({ value: id, text: nameOf(site, id) })),
            ],
          },
          errors,
        )}`,
    edit: (draft, values) => {
      const { who = "", instead = "" } = values;
      const isOwn = takers.some(({ id }) => id === who);
      if (!isOwn && !(mayAll && who === ""))
        throw new CodedError("auth.role", "You may only take duties on yourself.");
      const rotas: { id: string; overrides?: { id: string; to: string }[] }[] | undefined = draft.rotas;
      const found = rotas?.find(({ id }) => id === rota.id);
      if (found === undefined) return { "": "This rota is not there any more." };
      const oldest = Temporal.Instant.fromEpochMilliseconds(at - overrideKeptDays * dayMs).toString();
      const kept = (found.overrides ?? []).filter(({ to }) => !mayAll || to >= oldest);
      const numbers = kept.map(({ id }) => Number(/^o-(\d+)$/.exec(id)?.[1] ?? 0));
      const override = {
        id: `o-${Math.max(0, ...numbers) + 1}`,
        from: instantFrom(values["from"], timeZone) ?? "",
        to: instantFrom(values["to"], timeZone) ?? "",
        ...(who === "" ? {} : { who }),
        ...(instead === "" ? {} : { instead }),
        reason: (values["reason"] ?? "").slice(0, 200),
      };
      found.overrides = [...kept, override];
      return {};
    },
    fieldAt: (path) => {
      const last = path[path.length - 1];
      return ["from", "to", "who", "instead", "reason"].find((name) => name === last);
    },
  };
}
