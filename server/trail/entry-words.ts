import { loginOf } from "@coldkeep/core/people/principal.ts";
import { type Permission, personRoles, type PersonRole } from "@coldkeep/core/people/roles.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { actionText, groupOf, isException } from "../audit/audit-words.ts";
import { roleWords } from "../pages/navigation.ts";
import type { TrailEntry } from "./trail-reads.ts";

/** One thing that an entry says changed. */
export interface EntryChange {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** The page of an entry's subject. */
export interface SubjectLink {
  readonly href: string;
  readonly permission: Permission;
}

/** An entry as people read it. */
export interface EntryWords {
  readonly who: string;
  /** The role in which a person acted; null for machines and the system. */
  readonly role: string | null;
  readonly what: string;
  readonly changes: readonly EntryChange[];
  /** How many more changes there are than are written out. */
  readonly moreChanges: number;
  readonly why: string | null;
  /** What else the entry says. */
  readonly more: readonly (readonly [label: string, value: string])[];
  /** The page of its subject, and who may see it; null where there is none. */
  readonly link: SubjectLink | null;
  readonly isException: boolean;
}

/** Most changes of one entry that are written out; the raw entry has all. */
const changesMax = 12;

/** Longest value that is written out, in characters. */
const valueCharactersMax = 160;

/** Puts an entry into words; `time` writes instants. Never fails: whatever is stored, something is said. */
export function entryWords(entry: TrailEntry, time: (at: EpochMs) => string): EntryWords {
  const detail = detailOf(entry);
  const valueText = valueWriter(time);
  const { why, from, to, role, reason, note, differences, ...rest } = detail;
  const changes = [...differencesOf(differences, valueText), ...changesBetween(from, to, valueText)];
  const said = [why, reason, note].find((each) => typeof each === "string" && each !== "");
  return {
    who: whoOf(entry.actor),
    role: typeof role === "string" ? roleText(role) : null,
    what: actionText(entry.action),
    changes: changes.slice(0, changesMax),
    moreChanges: Math.max(0, changes.length - changesMax),
    why: typeof said === "string" ? said : null,
    more: Object.entries(rest)
      .filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0))
      .map(([label, value]) => [label, valueText(value)]),
    link: linkOf(entry, detail),
    isException: isException(entry.action),
  };
}

/** Who acted, as people read it. */
export function whoOf(actor: string): string {
  const login = loginOf(actor);
  if (login !== null) return login;
  if (actor === "system") return "The system";
  if (actor === "settings") return "The settings file";
  return actor;
}

function roleText(role: string): string {
  return (personRoles as readonly string[]).includes(role) ? roleWords[role as PersonRole] : role;
}

function detailOf({ detail }: TrailEntry): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(detail);
    return isRecord(parsed) ? parsed : { detail: parsed };
  } catch {
    return { detail };
  }
}

function differencesOf(differences: unknown, valueText: WriteValue): EntryChange[] {
  if (!Array.isArray(differences)) return [];
  return differences.filter(isRecord).map(({ path, from, to }) => ({
    what: String(path),
    from: valueText(from),
    to: valueText(to),
  }));
}

function changesBetween(from: unknown, to: unknown, valueText: WriteValue): EntryChange[] {
  if ((from ?? null) === null && (to ?? null) === null) return [];
  if (!isRecord(from ?? {}) || !isRecord(to ?? {}))
    return [{ what: "", from: valueText(from), to: valueText(to) }];
  const before = isRecord(from) ? from : {};
  const after = isRecord(to) ? to : {};
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((what) => ({ what, from: valueText(before[what]), to: valueText(after[what]) }))
    .filter((change) => change.from !== change.to);
}

type WriteValue = (value: unknown) => string;

/** Numbers between these are instants: no other figure of the trail is as large. */
const instantMin = 1e12;
const instantMax = 1e13;

function valueWriter(time: (at: EpochMs) => string): WriteValue {
  return (value) => {
    if (value === undefined || value === null) return "nothing";
    if (value === true || value === false) return value ? "yes" : "no";
    if (typeof value === "number" && value >= instantMin && value < instantMax) return time(value);
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text.length <= valueCharactersMax ? text : `${text.slice(0, valueCharactersMax)}…`;
  };
}

function linkOf({ action, subject }: TrailEntry, detail: Record<string, unknown>): SubjectLink | null {
  const part = encodeURIComponent(subject);
  const record = (href: string): SubjectLink => ({ href, permission: "records.read" });
  const kind = groupOf(action) === "signature" ? detail["subjectKind"] : groupOf(action);
  switch (kind) {
    case "excursion":
      return record(`/excursions/${part}`);
    case "appliance":
      return record(`/appliances/${part}`);
    case "unit":
    case "hold": {
      const href = unitPath(subject);
      return href === null ? null : record(href);
    }
    case "proposal":
      return record(`/site/proposals/${part}`);
    case "site":
      return record("/site");
    case "trail":
      return { href: "/trail/reviews", permission: "trail.read" };
    case "account":
    case "session":
    case "sign-in": {
      const login = loginOf(subject);
      const href = login === null ? null : `/people/accounts/${encodeURIComponent(login)}`;
      return href === null ? null : { href, permission: "people.manage" };
    }
    default:
      return null;
  }
}

/** The page of a unit, named by donation number and product code. */
function unitPath(subject: string): string | null {
  const [din, productCode, ...rest] = subject.split(" ");
  if (din === undefined || productCode === undefined || rest.length > 0) return null;
  return `/units/${encodeURIComponent(din)}/${encodeURIComponent(productCode)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
