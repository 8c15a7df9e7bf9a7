import { causesOf, urgencyOf } from "@coldkeep/core/alarms/causes.ts";
import {
  type Call,
  gather,
  type GatheredCall,
  type GatherState,
  nextFlush,
} from "@coldkeep/core/alarms/gathering.ts";
import type { CallAbout } from "@coldkeep/core/alarms/lifecycle.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import { draftMap } from "../journal/draft-map.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { AlarmRows } from "./alarm-rows.ts";
import { type GatheredAlarm, gatheredMessage } from "./gathered-message.ts";
import type { GatewayRegister } from "./gateway-register.ts";
import type { KeptAlarm } from "./kept-alarm.ts";
import { alarmMessage } from "./messages.ts";
import { makeUnitsInside } from "./units-inside.ts";

/** Turns the calls that alarms ask for into messages that are owed to people. */
export interface Caller {
  readonly call: (commit: Commit, alarm: KeptAlarm, number: number, about: CallAbout) => void;
  /** True where gathered calls are to be told at `at`. */
  readonly isDue: (at: EpochMs) => boolean;
  readonly tick: (commit: Commit) => void;
}

/** What the caller works with. */
export interface CallerParts {
  readonly database: Database;
  readonly rows: AlarmRows;
  readonly outbox: Outbox;
  readonly gateways: GatewayRegister;
  readonly site: () => SiteBook;
  readonly pages: () => string | null;
}

/** Makes the caller on the records. What is being gathered is data, so a restart neither loses nor repeats a call. */
export function makeCaller(parts: CallerParts): Caller {
  const { database, rows, outbox, gateways, site, pages } = parts;
  const unitsInside = makeUnitsInside(database);
  const save = database.prepare(
    "INSERT INTO call_state (one, state) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET state = excluded.state",
  );
  const insertCall = database.prepare("INSERT INTO calls (id, at, causes, journal_seq) VALUES (?, ?, ?, ?)");
  const insertMember = database.prepare(
    "INSERT OR IGNORE INTO call_alarms (alarm, call, number, about) VALUES (?, ?, ?, ?)",
  );
  const stored = database.prepare("SELECT state FROM call_state WHERE one = 1").get();
  const states = draftMap<1, GatherState>([
    [1, stored === undefined ? [] : (JSON.parse(String(stored["state"])) as GatherState)],
  ]);
  let asked: { readonly commit: Commit; readonly calls: Call[] } | null = null;

  const askedIn = (commit: Commit): Call[] => {
    if (asked?.commit === commit) return asked.calls;
    asked = { commit, calls: [] };
    commit.lastly(() => settle(commit));
    return asked.calls;
  };

  const settle = (commit: Commit): void => {
    const calls = asked?.commit === commit ? asked.calls : [];
    asked = null;
    const before = states.get(commit, 1) ?? [];
    const { state, messages } = gather(before, calls, commit.at);
    for (const [index, message] of messages.entries()) tell(commit, message, index);
    save.run(JSON.stringify(state));
    states.set(commit, 1, state);
  };

  const tell = (commit: Commit, message: GatheredCall, index: number): void => {
    const found = message.calls.flatMap((call): GatheredAlarm[] => {
      const alarm = rows.find(call.alarm);
      return alarm === null ? [] : [{ alarm, call }];
    });
    const [first] = found;
    if (first === undefined) return;
    if (found.length === 1) {
      const { alarm, call } = first;
      const units = alarm.appliance === null ? null : unitsInside([alarm.appliance]);
      const text = alarmMessage(alarm, call.about, commit.at, site().site.timeZone, pages(), units);
      owe(commit, alarm.id, call.number, text);
      return;
    }
    const id = `call-${commit.journalSeq}-${index + 1}`;
    insertCall.run(id, commit.at, JSON.stringify(message.causes), commit.journalSeq);
    for (const { alarm, call } of found) insertMember.run(alarm.id, id, call.number, call.about);
    const text = gatheredMessage(found, message.causes, {
      at: commit.at,
      site: site(),
      pages: pages(),
      unitsInside,
    });
    owe(commit, id, 1, text);
  };

  const owe = (
    commit: Commit,
    alarm: string,
    number: number,
    message: { readonly subject: string; readonly body: string },
  ): void => {
    for (const contact of site().site.contacts) {
      const { id, email } = contact;
      outbox.owe(commit, { alarm, call: number, contact: id, address: email, ...message });
    }
  };

  return {
    call: (commit, alarm, number, about) => {
      const { id, kind, subject, appliance, probe } = alarm;
      const place = appliance === null ? undefined : site().appliances.get(appliance);
      const gateway =
        kind === "gateway-silent" ? subject : probe === null ? null : gateways.of(commit, probe);
      const { circuit = null, room = null } = place ?? {};
      const causes = causesOf(kind, { appliance, gateway, circuit, room });
      askedIn(commit).push({ alarm: id, number, about, urgency: urgencyOf(alarm, about), causes });
    },
    isDue: (at) => (nextFlush(states.get(null, 1) ?? []) ?? Number.MAX_SAFE_INTEGER) <= at,
    tick: (commit) => void askedIn(commit),
  };
}
