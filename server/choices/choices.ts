import type { ChoiceList } from "@coldkeep/core/contract/choices.ts";
import type { Acting } from "../access/acting.ts";
import { changeDetail } from "../audit/detail.ts";
import type { Services } from "../http/services.ts";

/** A list that a quality officer changes. */
export interface ChoiceChange {
  readonly who: Acting;
  readonly list: ChoiceList;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly why: string;
}

/** What people choose from in a list now: as it was changed last, or as the settings have it. */
export function choicesOf(
  { database, unitSettings }: Pick<Services, "database" | "unitSettings">,
  list: ChoiceList,
): readonly string[] {
  const row = database
    .prepare("SELECT entries FROM choice_lists WHERE list = ? ORDER BY journal_seq DESC LIMIT 1")
    .get(list);
  if (row !== undefined) return JSON.parse(String(row["entries"])) as string[];
  return list === "cause" ? unitSettings.causes : unitSettings.reasons[list];
}

/** Changes a list, in the trail with what it was. */
export function changeChoices(
  { database, committer }: Pick<Services, "database" | "committer">,
  source: string,
  change: ChoiceChange,
): void {
  const body = new TextEncoder().encode(JSON.stringify(change));
  committer.commit({ kind: "choice-list", source, encoding: "identity", body }, (commit) => {
    const { who, list, from, to, why } = change;
    database
      .prepare(
        "INSERT INTO choice_lists (journal_seq, list, entries, why, actor, at) VALUES (?, ?, ?, ?, ?, ?)",
      )
      .run(commit.journalSeq, list, JSON.stringify(to), why, who.actor, commit.at);
    const detail = changeDetail({ why, from, to, role: who.role });
    commit.audit({ actor: who.actor, action: "choices.changed", subject: list, detail });
  });
}
