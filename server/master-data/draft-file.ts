import type { Site } from "@coldkeep/core/site/site.ts";
import { siteFile } from "@coldkeep/core/site/site-text.ts";
import { parseInstant } from "@coldkeep/core/time/millis.ts";

/** A thing in a site file, as the forms change it before it is checked. */
export type FileEntry = Record<string, unknown>;

/** A thing of a site file that has an id. */
export type FileThing = FileEntry & { id: string };

/** An appliance of a site file. */
export interface FileAppliance extends FileEntry {
  id: string;
  probes: (FileEntry & { id: string })[];
}

/** A site file as the forms change it: plain data, checked as a whole afterwards. */
export interface DraftFile extends FileEntry {
  profiles: Record<string, FileEntry[]>;
  appliances: FileAppliance[];
  channels?: (FileEntry & { id: string; assignments: FileEntry[] })[];
  contacts: FileThing[];
  teams?: FileThing[];
  rotas?: FileThing[];
  policies?: FileThing[];
  holidays?: Record<string, string>;
}

/** A copy of a site as its file writes it, to be changed. */
export function draftFile(site: Site): DraftFile {
  return siteFile(site) as unknown as DraftFile;
}

/** What a form sent, by field; blanks around it are gone. */
export type Values = Readonly<Record<string, string>>;

/** A number as people write it, with a point or a comma; what is none stays text, so that the check of the whole site names it. Nothing is undefined. */
export function numberFrom(text: string | undefined): number | string | undefined {
  if (text === undefined || text === "") return undefined;
  const number = Number(text.replace(",", "."));
  return Number.isFinite(number) ? number : text;
}

/** Text, or undefined where nothing was said. */
export function textFrom(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

/** The same entry without what is undefined. */
export function said(entry: Readonly<Record<string, unknown>>): FileEntry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

/** A value as a field shows it. */
export function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A local time of the site (`2026-12-01T08:00`) as the file writes an instant; undefined where nothing was said, the text itself where it is no time. */
export function instantFrom(local: string | undefined, timeZone: string): string | undefined {
  if (local === undefined || local === "") return undefined;
  try {
    return Temporal.PlainDateTime.from(local)
      .toZonedDateTime(timeZone)
      .toInstant()
      .toString({ smallestUnit: "millisecond" });
  } catch {
    return local;
  }
}

/** The newest of a list of versions; empty without one. */
export function newestOf(versions: unknown): FileEntry {
  return Array.isArray(versions) ? ((versions[versions.length - 1] as FileEntry | undefined) ?? {}) : {};
}

/**
 * A list of versions with another one. Without `from` it is the version alone, which applies from its approval on, with what was in force before it kept; with one it stands at its
 * time among those in force, and replaces one of the same time.
 */
export function withVersion(
  inForce: readonly FileEntry[] | undefined,
  drafted: readonly FileEntry[] | undefined,
  version: FileEntry,
): FileEntry[] {
  const from = typeof version["from"] === "string" ? parseInstant(version["from"]) : null;
  if (from === null) return [version];
  // A drafted version without a time is to come into force later than all those that are: alone it would stand for all earlier time too.
  const isUndated = drafted?.length === 1 && drafted[0]?.["from"] === undefined;
  const known = isUndated && inForce !== undefined ? inForce : (drafted ?? inForce ?? []);
  const timeOf = (entry: FileEntry): number => parseInstant(shown(entry["from"])) ?? Number.MIN_SAFE_INTEGER;
  const others = known.filter((entry) => timeOf(entry) !== from);
  return [
    ...others.filter((entry) => timeOf(entry) < from),
    version,
    ...others.filter((entry) => timeOf(entry) > from),
  ];
}
