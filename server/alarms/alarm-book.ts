import type { AlarmKind } from "@coldkeep/core/alarms/alarm.ts";
import {
  type AlarmEffect,
  type AlarmInput,
  type AlarmStep,
  isOver,
  phaseOf,
  raiseAlarm,
  raiseMomentary,
  stepAlarm,
} from "@coldkeep/core/alarms/lifecycle.ts";
import type { Condition } from "@coldkeep/core/alarms/probe-conditions.ts";
import type { ExcursionFigures } from "@coldkeep/core/engine/excursion.ts";
import type { ProbeState } from "@coldkeep/core/engine/probe-state.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import type { Commit } from "../journal/committer.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { PlacedProbe, SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { AlarmFacts, KeptAlarm } from "./kept-alarm.ts";
import { alarmMessage, describeLate, describeProbe } from "./messages.ts";

/** All alarms of the site that are not over, and what happens to them. */
export interface AlarmBook {
  readonly judgeProbe: (
    commit: Commit,
    probe: PlacedProbe,
    state: ProbeState,
    conditions: readonly { readonly kind: AlarmKind; readonly condition: Condition }[],
  ) => void;
  readonly raiseLate: (
    commit: Commit,
    probe: PlacedProbe,
    excursion: string,
    figures: ExcursionFigures,
    unitsHeld: number,
  ) => void;
  readonly judge: (
    commit: Commit,
    kind: AlarmKind,
    condition: Condition,
    facts: () => AlarmFacts,
    subject: string,
  ) => void;
  /** Applies a person's act. Returns the alarm after it, or null where there is no such alarm under way. */
  readonly act: (
    commit: Commit,
    id: string,
    input: AlarmInput,
    actor: string,
    note: string | null,
  ) => KeptAlarm | null;
  /** Alarms under way whose shelving ends at or before an instant. */
  readonly shelvedUntil: (at: EpochMs) => readonly string[];
  readonly underWay: () => readonly KeptAlarm[];
}

/** Opens the book on the records. `site` gives the site in force, `pages` the address of the board for messages. */
export function openAlarmBook(
  database: Database,
  outbox: Outbox,
  site: () => SiteBook,
  pages: () => string | null,
): AlarmBook {
  const upsert = database.prepare(
    `INSERT INTO alarms (id, kind, subject, phase, raised_at, state) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, state = excluded.state`,
  );
  const insertEvent = database.prepare(
    "INSERT INTO alarm_events (alarm, at, event, actor, note, journal_seq) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const alarms = new Map<string, KeptAlarm>();
  const rows = database.all(
    database.query.selectFrom("alarms").select("state").where("phase", "<>", "normal"),
  );
  for (const row of rows) {
    const alarm = JSON.parse(row.state) as KeptAlarm;
    alarms.set(keyOf(alarm.kind, alarm.subject), alarm);
  }

  const keep = (
    commit: Commit,
    alarm: KeptAlarm,
    step: AlarmStep,
    actor: string,
    note: string | null,
  ): KeptAlarm => {
    if (step.effects.length === 0) return alarm;
    const kept: KeptAlarm = { ...alarm, state: step.state };
    const { id, kind, subject } = kept;
    upsert.run(id, kind, subject, phaseOf(kept.state), kept.state.raisedAt, JSON.stringify(kept));
    for (const effect of step.effects) follow(commit, kept, effect, actor, note);
    const key = keyOf(kind, subject);
    commit.afterwards(() => void (isOver(kept.state) ? alarms.delete(key) : alarms.set(key, kept)));
    return kept;
  };

  const follow = (
    commit: Commit,
    alarm: KeptAlarm,
    effect: AlarmEffect,
    actor: string,
    note: string | null,
  ): void => {
    if (effect.kind !== "call") {
      insertEvent.run(alarm.id, commit.at, effect.kind, actor, note, commit.journalSeq);
      commit.audit({
        actor,
        action: `alarm.${effect.kind}`,
        subject: alarm.id,
        detail: { note, text: alarm.text },
      });
      return;
    }
    const message = alarmMessage(alarm, effect.about, commit.at, site().site.timeZone, pages());
    for (const contact of site().site.contacts) {
      outbox.owe(commit, {
        alarm: alarm.id,
        call: effect.number,
        contact: contact.id,
        address: contact.email,
        ...message,
      });
    }
  };

  const raise = (commit: Commit, kind: AlarmKind, facts: AlarmFacts, step: AlarmStep): void => {
    const id = `${kind}-${facts.subject}-${commit.at.toString(36)}`;
    keep(commit, { id, kind, ...facts, state: step.state }, step, "system", null);
  };

  const judge: AlarmBook["judge"] = (commit, kind, condition, facts, subject) => {
    if (condition === "unchanged") return;
    const known = alarms.get(keyOf(kind, subject));
    if (known === undefined) {
      if (condition === "on") raise(commit, kind, facts(), raiseAlarm(commit.at));
      return;
    }
    if (known.state.condition === (condition === "on")) return;
    const step = stepAlarm(known.state, { kind: condition === "on" ? "onset" : "clear" }, commit.at);
    keep(commit, condition === "on" ? { ...known, ...facts() } : known, step, "system", null);
  };

  return {
    judge,
    judgeProbe: (commit, probe, state, conditions) => {
      for (const { kind, condition } of conditions) {
        judge(commit, kind, condition, () => describeProbe(kind, probe, state, site(), commit.at), probe.id);
      }
    },
    raiseLate: (commit, probe, excursion, figures, unitsHeld) => {
      const facts = describeLate(probe, excursion, figures, unitsHeld, site());
      raise(commit, "late-excursion", facts, raiseMomentary(commit.at));
    },
    act: (commit, id, input, actor, note) => {
      const alarm = [...alarms.values()].find((each) => each.id === id);
      if (alarm === undefined) return null;
      return keep(commit, alarm, stepAlarm(alarm.state, input, commit.at), actor, note);
    },
    shelvedUntil: (at) =>
      [...alarms.values()]
        .filter(({ state }) => state.shelvedUntil !== null && state.shelvedUntil <= at)
        .map((alarm) => alarm.id)
        .toSorted(),
    underWay: () => [...alarms.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

function keyOf(kind: AlarmKind, subject: string): string {
  return `${kind} ${subject}`;
}
