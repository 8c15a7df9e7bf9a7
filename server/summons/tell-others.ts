import type { Medium } from "@coldkeep/core/duty/media.ts";
import { writeNote } from "@coldkeep/core/wording/write-note.ts";
import type { AlarmRows } from "../alarms/alarm-rows.ts";
import { toldAlarm } from "../alarms/write-call.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import type { KeptDelivery } from "./delivery-book.ts";
import type { Notes } from "./notes.ts";
import type { SummonsEvents } from "./summons-book.ts";

/** What others are told with. */
export interface OthersParts {
  readonly database: Database;
  readonly rows: AlarmRows;
  readonly site: () => SiteBook;
  readonly notes: Notes;
}

/** Media that wake people. */
const wakingMedia: ReadonlySet<Medium> = new Set(["sms", "voice"]);

/** Makes what tells those who were told of a call by telephone that somebody else has taken it on: they need not come. Once an answer, and nobody is rung up for it. */
export function makeOthersTeller({ database, rows, site, notes }: OthersParts): SummonsEvents["answered"] {
  const takenOnBy = database.prepare(
    "SELECT actor FROM alarm_events WHERE alarm = ? AND event = 'acknowledged' ORDER BY number DESC LIMIT 1",
  );

  /** The contact who took an alarm on last, where it was one. */
  const answererOf = (alarm: string): string | null => {
    const actor = takenOnBy.get(alarm)?.["actor"];
    if (typeof actor !== "string") return null;
    const [kind, ...rest] = actor.split(":");
    const name = rest.join(":");
    if (kind === "contact") return name;
    const { contacts } = site().site;
    return contacts.find(({ login }) => kind === "person" && login === name)?.id ?? null;
  };

  /** One answer may end several calls: who is told of one is not told of the others. */
  let told: { readonly commit: Commit | null; readonly contacts: Set<string> } = {
    commit: null,
    contacts: new Set(),
  };

  return (commit, { id, policy, state }, deliveries) => {
    if (policy?.tellOthers === false) return;
    const alarms = Object.keys(state.alarms).flatMap((alarm) => rows.find(alarm) ?? []);
    const [taken] = alarms.filter(
      ({ state: { acknowledged, acknowledgedBy } }) => acknowledged && acknowledgedBy !== null,
    );
    // A shelved alarm is not taken on by anybody.
    if (taken === undefined) return;
    const answerers = new Set(alarms.map(({ id }) => answererOf(id)));
    const book = site();
    const { timeZone, site: siteName } = book.site;
    const { acknowledgedBy, promise } = taken.state;
    const write = writeNote(
      {
        kind: "takenBy",
        alarms: alarms.map((alarm) => toldAlarm(alarm, "onset", book)),
        who: acknowledgedBy ?? "",
        until: promise?.until ?? null,
      },
      { at: commit.at, timeZone, siteName, isDrill: false },
    );
    for (const each of book.site.contacts) if (each.name === acknowledgedBy) answerers.add(each.id);
    if (told.commit !== commit) told = { commit, contacts: new Set() };
    const woken = new Set(deliveries.filter(isWaking).map(({ contact }) => contact));
    for (const contact of [...woken].toSorted()) {
      if (answerers.has(contact) || told.contacts.has(contact)) continue;
      told.contacts.add(contact);
      const note = {
        id: `taken-on-${id}.${contact}`,
        kind: "taken-on",
        contact,
        drill: null,
      } as const;
      notes.owe(commit, { ...note, medium: "sms", channel: null, write });
    }
  };
}

/** True where a provider that reaches a telephone has had the message. */
function isWaking({ medium, state }: KeptDelivery): boolean {
  const { routes, route, accepted, outcome } = state;
  const way = routes[route]?.medium ?? medium;
  const isOut = accepted.length > 0 || outcome === "delivered" || outcome === "handed-over";
  return isOut && wakingMedia.has(way);
}
