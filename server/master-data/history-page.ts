import { isSame } from "@coldkeep/core/site/dated.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import {
  type CalibrationVersion,
  type ProfileName,
  profileNames,
  type ProfileVersion,
  type Site,
} from "@coldkeep/core/site/site.ts";
import { html } from "ghtml";
import { instant } from "../pages/layout.ts";
import { siteTime } from "../pages/site-time.ts";
import type { Database } from "../store/database.ts";
import { calibrationWords, fromWords, profileWords } from "./version-words.ts";

/** Most versions of the site that a history looks through, the newest first. */
export const siteVersionsReadMax = 300;

/** One change of a profile or a probe: what was in force from then on, who put it there and why. */
export interface HistoryEntry {
  readonly at: EpochMs;
  /** As the records name whoever put it in force: after a proposal, whoever approved it. */
  readonly by: string;
  readonly authors: readonly string[];
  readonly proposal: string | null;
  readonly why: string | null;
  readonly says: readonly string[];
}

/** Reads how a profile or a probe came to be what it is: every version of the site in which it says something else than before, the newest first. */
export function historyOf(database: Database, what: "profile" | "probe", id: string): HistoryEntry[] {
  const rows = database
    .prepare(
      `SELECT applied_at, content, actor, detail FROM
         (SELECT *, row_number() OVER (ORDER BY number) AS nth FROM sites) AS s
       LEFT JOIN (SELECT actor, detail, row_number() OVER (ORDER BY seq) AS nth FROM audit WHERE action = 'site.applied') AS a ON a.nth = s.nth
       ORDER BY s.nth DESC LIMIT ?`,
    )
    .all(siteVersionsReadMax)
    .toReversed();
  const found: HistoryEntry[] = [];
  let before: unknown;
  for (const row of rows) {
    const part = partOf(JSON.parse(String(row["content"])) as Site, what, id);
    if (isSame(before, part.content)) continue;
    before = part.content;
    const detail = JSON.parse(textOf(row["detail"]) ?? "{}") as Record<string, unknown>;
    found.push({
      at: Number(row["applied_at"]),
      by: textOf(row["actor"]) ?? "unknown",
      authors: Array.isArray(detail["authors"]) ? detail["authors"].map(String) : [],
      proposal: typeof detail["proposal"] === "string" ? detail["proposal"] : null,
      why: typeof detail["why"] === "string" ? detail["why"] : null,
      says: part.says,
    });
  }
  return found.toReversed();
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function partOf(site: Site, what: "profile" | "probe", id: string): { content: unknown; says: string[] } {
  const time = siteTime(site.timeZone);
  if (what === "profile") {
    const versions = Object.hasOwn(site.profiles, id) ? (site.profiles[id] ?? []) : [];
    return {
      content: versions.length === 0 ? undefined : versions,
      says: versions.map(
        (version: ProfileVersion) => `${fromWords(version, time)}: ${profileWords(version)}`,
      ),
    };
  }
  for (const appliance of site.appliances) {
    const probe = appliance.probes.find((each) => each.id === id);
    if (probe === undefined) continue;
    const profile: ProfileName = probe.profile ?? appliance.profile;
    const channels = (site.channels ?? []).flatMap((channel) =>
      channel.assignments.flatMap((each) =>
        each.probe === id ? [`channel ${channel.id} ${fromWords(each, time)}`] : [],
      ),
    );
    return {
      content: { probe, profile, appliance: appliance.id, channels },
      says: [
        `in ${appliance.name}`,
        ...profileNames(profile).map((each) => `profile ${each.name}, ${fromWords(each, time)}`),
        ...(probe.calibration ?? []).map(
          (each: CalibrationVersion) => `${fromWords(each, time)}: ${calibrationWords(each)}`,
        ),
        ...channels,
      ],
    };
  }
  return { content: undefined, says: [] };
}

/** The page of a history. */
export function historyBody(
  what: "profile" | "probe",
  id: string,
  entries: readonly HistoryEntry[],
  timeZone: string,
): string {
  const time = siteTime(timeZone);
  const name = (actor: string): string => actor.replace(/^person:/, "");
  return html`<header class="head">
      <p class="crumb"><a href="/site">Site</a></p>
      <h1>${what === "profile" ? "Storage profile" : "Probe"} ${id}</h1>
      <p class="lead">
        Every version that was ever in force, the newest first. Nothing is overwritten: what was judged was
        judged by what applied at its time.
      </p>
    </header>
    <ol class="revisions">
      !${entries.map(
        (entry) =>
          html`<li>
            <p>
              <b>!${instant(entry.at, time.minute(entry.at))}</b>
              ${entry.proposal === null ? `applied by ${name(entry.by)}` : `approved by ${name(entry.by)}, drafted by ${entry.authors.map(name).join(", ")}`}
              !${entry.proposal === null ? "" : html`<a href="/site/proposals/${encodeURIComponent(entry.proposal)}">${entry.proposal}</a>`}
            </p>
            !${entry.why === null ? "" : html`<p>${entry.why}</p>`}
            <ul class="rules">
              !${entry.says.length === 0 ? html`<li>not at the site</li>` : entry.says.map((each) => html`<li>${each}</li>`)}
            </ul>
          </li>`,
      )}
    </ol>`;
}
