import { changeDetail } from "../audit/detail.ts";
import type { Committer } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import type { ShownSettings } from "./shown-settings.ts";

/**
 * Keeps with which settings the server runs: where they are others than at the start before, the change is journaled and audited, what from and to. The reason is asked for
 * nowhere: the settings file is changed outside. Takes settings with their secrets masked.
 */
export function recordSettings(
  { database, committer }: { readonly database: Database; readonly committer: Committer },
  settings: ShownSettings,
): void {
  const newest = database
    .prepare("SELECT settings FROM settings_history ORDER BY journal_seq DESC LIMIT 1")
    .get()?.["settings"];
  const before = typeof newest === "string" ? (JSON.parse(newest) as ShownSettings) : null;
  const paths = [...new Set([...Object.keys(before ?? {}), ...Object.keys(settings)])].toSorted();
  const differing = paths.filter((path) => (before?.[path] ?? null) !== (settings[path] ?? null));
  if (before !== null && differing.length === 0) return;
  const of = (from: ShownSettings | null): Record<string, unknown> | null =>
    from === null ? null : Object.fromEntries(differing.map((path) => [path, from[path] ?? null]));
  const text = JSON.stringify(settings);
  const body = new TextEncoder().encode(text);
  committer.commit({ kind: "settings", source: "settings", encoding: "identity", body }, (commit) => {
    database
      .prepare("INSERT INTO settings_history (journal_seq, at, settings) VALUES (?, ?, ?)")
      .run(commit.journalSeq, commit.at, text);
    const detail = changeDetail({ from: of(before), to: of(settings) });
    commit.audit({ actor: "settings", action: "settings.changed", subject: "settings", detail });
  });
}
