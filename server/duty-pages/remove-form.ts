import { namedIn } from "@coldkeep/core/duty/named-in.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { Callee } from "@coldkeep/core/summons/policy-section.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { DraftFile } from "../master-data/draft-file.ts";
import type { MasterForm } from "../master-data/master-form.ts";

/** Takes a contact, a team or a rota away, which is refused as long as something names it. */
export function removeDutyForm(site: Site, what: Callee, at: EpochMs): MasterForm | null {
  const { list, word, id } = kindOf(what);
  const found = (site[list] ?? []).find((each) => each.id === id);
  if (found === undefined) return null;
  const places = namedIn(site, what, at);
  return {
    title: `Take the ${word} ${found.name} away`,
    lead:
      places.length > 0
        ? `It cannot go yet: it is named in ${places.join(", ")}. Change that first.`
        : "It applies at once, with your reason. What is on record stays.",
    back: "/on-duty/plan",
    home: "duty",
    submit: `Take the ${word} away`,
    danger: true,
    values: {},
    fields: () =>
      places.length === 0
        ? ""
        : html`<ul class="rules">
            !${places.map((place) => html`<li>${place}</li>`)}
          </ul>`,
    edit: (draft) => {
      const named = namedIn(site, what, at);
      if (named.length > 0)
        return { "": `${found.name} is named in ${named.join(", ")}. Change that first.` };
      const left = draft[list]?.filter((each) => each.id !== id) ?? [];
      if (left.length > 0 || list === "contacts") draft[list] = left;
      else delete draft[list];
      if ("contact" in what) forgetPastDuties(draft, what.contact, at);
      return {};
    },
    fieldAt: () => "",
  };
}

function kindOf(what: Callee) {
  if ("contact" in what) return { list: "contacts", word: "contact", id: what.contact } as const;
  if ("team" in what) return { list: "teams", word: "team", id: what.team } as const;
  return { list: "rotas", word: "rota", id: what.rota } as const;
}

/** Overrides that are over would name somebody who is not there any more; the audit trail keeps them. */
function forgetPastDuties(draft: DraftFile, contact: string, at: EpochMs): void {
  const now = Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: "millisecond" });
  for (const rota of draft.rotas ?? []) {
    const overrides = rota["overrides"] as { to: string; who?: string; instead?: string }[] | undefined;
    if (overrides === undefined) continue;
    const kept = overrides.filter(
      ({ to, who, instead }) => to > now || (who !== contact && instead !== contact),
    );
    if (kept.length > 0) rota["overrides"] = kept;
    else delete rota["overrides"];
  }
}
