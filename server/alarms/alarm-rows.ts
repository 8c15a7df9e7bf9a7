import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { changeDetail } from "../audit/detail.ts";
import type { Commit } from "../journal/committer.ts";
import type { Database } from "../store/database.ts";
import { type KeptAlarm, keptAlarmOf } from "./kept-alarm.ts";

/** The alarms' rows on record. */
export interface AlarmRows {
  /** All that are not over. */
  readonly underWay: () => KeptAlarm[];
  readonly find: (id: string) => KeptAlarm | null;
  readonly save: (alarm: KeptAlarm) => void;
  readonly note: (
    commit: Commit,
    alarm: KeptAlarm,
    event: string,
    actor: string,
    note: string | null,
    /** In what phase it was before. */
    before: string,
  ) => void;
  /** Notes what happened at an instant elsewhere, before the server knew of it. */
  readonly noteEarlier: (
    commit: Commit,
    alarm: string,
    at: EpochMs,
    event: string,
    actor: string,
    note: string | null,
  ) => void;
}

/** Opens the alarms' rows. */
export function openAlarmRows(database: Database): AlarmRows {
  const upsert = database.prepare(
    `INSERT INTO alarms (id, kind, subject, phase, raised_at, state) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, state = excluded.state`,
  );
  const insertEvent = database.prepare(
    "INSERT INTO alarm_events (alarm, at, event, actor, note, journal_seq, phase, severity) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const one = database.prepare("SELECT state FROM alarms WHERE id = ?");
  return {
    underWay: () =>
      database
        .all(database.query.selectFrom("alarms").select("state").where("phase", "<>", "normal").orderBy("id"))
        .map((row) => keptAlarmOf(row.state)),
    find: (id) => {
      const row = one.get(id);
      return row === undefined ? null : keptAlarmOf(String(row["state"]));
    },
    save: (alarm) => {
      const { id, kind, subject, state } = alarm;
      upsert.run(id, kind, subject, phaseOf(state), state.raisedAt, JSON.stringify(alarm));
    },
    noteEarlier: (commit, alarm, at, event, actor, note) =>
      void insertEvent.run(alarm, at, event, actor, note, commit.journalSeq, null, null),
    note: (commit, alarm, event, actor, note, before) => {
      const { id, state, severity } = alarm;
      const phase = phaseOf(state);
      insertEvent.run(id, commit.at, event, actor, note, commit.journalSeq, phase, severity);
      commit.audit({
        actor,
        action: `alarm.${event}`,
        subject: alarm.id,
        detail: changeDetail({ why: note, from: before, to: phase }, { text: alarm.text }),
      });
    },
  };
}
