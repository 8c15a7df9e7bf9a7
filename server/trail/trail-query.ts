import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { type EpochMs, parseInstant } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";
import type { FormErrors } from "../pages/forms.ts";
import type { TrailFilter } from "./trail-reads.ts";

/** Longest text to look for, in characters. */
export const searchCharactersMax = 200;

const text = z.string().max(searchCharactersMax).optional();

/** How pages, exports and calls ask for entries of the trail. Times as RFC 3339 or, on pages, as a time of the site without a zone. */
export const trailQuery = {
  actor: text,
  group: text,
  action: text,
  about: text,
  subject: text,
  text,
  from: text,
  to: text,
  people: text,
  exceptions: text,
};

/** What was asked for, as it was written. */
export type TrailQuery = { readonly [Name in keyof typeof trailQuery]?: string | undefined };

const schema = z.object(trailQuery);

/** What of a page's query concerns the filter; what is too long or given twice is left out. */
export function readTrailQuery(query: unknown): TrailQuery {
  const given = typeof query === "object" && query !== null ? Object.entries(query) : [];
  const known = given.filter(
    ([name, value]) =>
      name in trailQuery &&
      typeof value === "string" &&
      value.trim() !== "" &&
      value.length <= searchCharactersMax,
  );
  return schema.parse(Object.fromEntries(known.map(([name, value]) => [name, String(value).trim()])));
}

/** The filter that a query asks for, and what of it cannot be read, by field. */
export function trailFilter(
  query: TrailQuery,
  timeZone: string,
): { readonly filter: TrailFilter; readonly errors: FormErrors } {
  const errors: Record<string, string> = {};
  const time = (name: "from" | "to"): EpochMs | undefined => {
    const given = query[name];
    if (given === undefined || given === "") return undefined;
    const at = instantOf(given, timeZone);
    if (at === null) errors[name] = `"${given}" is no time such as 2026-11-22T06:30.`;
    return at ?? undefined;
  };
  const said = (value: string | undefined): string | undefined => (value === "" ? undefined : value);
  const filter: TrailFilter = {
    actor: said(query.actor),
    group: said(query.group),
    action: said(query.action),
    about: said(query.about),
    subject: said(query.subject),
    text: said(query.text),
    from: time("from"),
    to: time("to"),
    people: isYes(query.people),
    exceptions: isYes(query.exceptions),
  };
  return { filter, errors };
}

/** The filter of a program's query. Throws `request.invalid` for a time that cannot be read. */
export function programFilter(query: TrailQuery): TrailFilter {
  const { filter, errors } = trailFilter(query, "UTC");
  const [wrong] = Object.values(errors);
  if (wrong !== undefined) throw new CodedError("request.invalid", wrong);
  return filter;
}

/** A query as it stands behind a question mark; empty where nothing is asked for. */
export function queryText(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((each): each is [string, string] => (each[1] ?? "") !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

function isYes(value: string | undefined): boolean {
  return value === "yes" || value === "true" || value === "1";
}

function instantOf(given: string, timeZone: string): EpochMs | null {
  const at = parseInstant(given);
  if (at !== null) return at;
  try {
    return Temporal.PlainDateTime.from(given).toZonedDateTime(timeZone).epochMilliseconds;
  } catch {
    return null;
  }
}
