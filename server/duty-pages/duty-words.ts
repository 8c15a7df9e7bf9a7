import type { Language, Medium } from "@coldkeep/core/duty/media.ts";
import type { Weekday } from "@coldkeep/core/duty/duty-section.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { Callee } from "@coldkeep/core/summons/policy-section.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** What is said beside the id of a new thing. */
export const idHint = "Lower case letters, digits, dots and dashes. It is never changed.";

/** Media in words, as they stand within a sentence. */
export const mediumWords: Readonly<Record<Medium, string>> = {
  sms: "SMS",
  email: "e-mail",
  voice: "call",
  webhook: "web address",
  telegram: "Telegram",
  matrix: "Matrix",
};

/** Words as they begin a sentence or stand alone. */
export function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** Languages in words. */
export const languageWords: Readonly<Record<Language, string>> = {
  en: "English",
  nl: "Dutch",
  fr: "French",
};

/** Days of the week in words. */
export const weekdayWords: Readonly<Record<Weekday, string>> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

/** The name of a contact, its id where it has none. */
export function nameOf({ contacts }: Pick<Site, "contacts">, id: string): string {
  return contacts.find((contact) => contact.id === id)?.name ?? id;
}

/** People by name, `Nobody` where there are none. */
export function namesOf(site: Pick<Site, "contacts">, ids: readonly string[]): string {
  return ids.map((id) => nameOf(site, id)).join(", ") || "Nobody";
}

/** Whom a step calls, in words: `An`, `team Laboratory`, `whoever is on duty in Nights`. */
export function calleeWords(site: Pick<Site, "contacts" | "teams" | "rotas">, callee: Callee): string {
  if ("contact" in callee) return nameOf(site, callee.contact);
  if ("team" in callee)
    return `team ${site.teams?.find(({ id }) => id === callee.team)?.name ?? callee.team}`;
  return `whoever is on duty in ${site.rotas?.find(({ id }) => id === callee.rota)?.name ?? callee.rota}`;
}

const dayNames = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The day of the week that clocks of a zone show, in short. */
export function weekdayAt(at: EpochMs, timeZone: string): string {
  return (
    dayNames[Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).dayOfWeek - 1] ?? ""
  );
}
