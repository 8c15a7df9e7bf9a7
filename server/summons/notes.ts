import { addressesOf, type Contact } from "@coldkeep/core/duty/contact-section.ts";
import type { Language, Medium } from "@coldkeep/core/duty/media.ts";
import { type ChannelFact, routesBy } from "@coldkeep/core/duty/reach.ts";
import { standardDeliverWithinMs } from "@coldkeep/core/summons/policy-section.ts";
import { hourMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { DeliveryBook } from "./delivery-book.ts";

/** Most notes of one kind to one person in an hour: two machines that answer each other must come to an end, and nobody's night be filled. */
export const notesPerHourMax = 6;

/** What a note is for: an answer to a reply, or that somebody else has taken a call on. */
export type NoteKind = "reply" | "taken-on";

/** A short note to a person, beside all escalation. */
export interface OwedNote {
  readonly id: string;
  readonly kind: NoteKind;
  readonly contact: string;
  readonly medium: Medium;
  /** The channel that is tried first; null where any is as good. */
  readonly channel: string | null;
  /** The drill that it belongs to; null in earnest. */
  readonly drill: string | null;
  readonly write: (language: Language) => string;
}

/** Owes short notes. */
export interface Notes {
  /** Owes a note, where the person has such an address, a channel serves it, and the hour's notes are not used up. */
  readonly owe: (commit: Commit, note: OwedNote) => void;
  /** The medium of a channel in force. */
  readonly mediumOf: (channel: string) => Medium | null;
  /** How many were withheld since the start because the hour's were used up. */
  readonly withheld: () => number;
}

/** What notes are owed with. */
export interface NoteParts {
  readonly database: Database;
  readonly deliveries: DeliveryBook;
  readonly site: () => SiteBook | null;
  readonly channels: () => readonly ChannelFact[];
}

/** Makes what owes notes. */
export function makeNotes({ database, deliveries, site, channels }: NoteParts): Notes {
  const recent = database.prepare(
    "SELECT count(*) AS n FROM notifications WHERE alarm = ? AND owed_at > ? AND id <> ?",
  );
  let withheld = 0;
  const contactOf = (id: string): Contact | undefined =>
    site()?.site.contacts.find((contact) => contact.id === id);

  return {
    owe: (commit, { id, kind, contact: name, medium, channel, drill, write }) => {
      const contact = contactOf(name);
      const address =
        contact === undefined ? undefined : addressesOf(contact).find((each) => each.medium === medium);
      if (contact === undefined || address === undefined) return;
      const all = routesBy(address, channels());
      const routes = [
        ...all.filter((each) => each.channel === channel),
        ...all.filter((each) => each.channel !== channel),
      ];
      if (routes.length === 0) return;
      // A drill uses up none of the notes in earnest.
      const about = `${drill === null ? "" : "drill-"}${kind}:${contact.id}`;
      if (Number(recent.get(about, commit.at - hourMs, id)?.["n"] ?? 0) >= notesPerHourMax) {
        withheld += 1;
        return;
      }
      const language = contact.language ?? site()?.site.language ?? "en";
      const text = write(language);
      deliveries.owe(commit, {
        id,
        about,
        contact: contact.id,
        medium,
        language,
        thread: null,
        address: address.address,
        subject: text.split("\n")[0] ?? "",
        body: text,
        routes,
        deliverWithinMs: standardDeliverWithinMs,
        isNote: true,
        drill,
        summons: null,
      });
    },
    mediumOf: (channel) => channels().find(({ id }) => id === channel)?.medium ?? null,
    withheld: () => withheld,
  };
}
