import type { GatherState } from "@coldkeep/core/alarms/gathering.ts";
import { phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import type { AlarmLane } from "../alarms/alarm-lane.ts";
import type { AlarmRows } from "../alarms/alarm-rows.ts";
import type { CallRecords } from "../alarms/call-records.ts";
import { type KeptAlarm, keptAlarmOf } from "../alarms/kept-alarm.ts";
import { describeProbe } from "../alarms/messages.ts";
import type { GatewayRegister } from "../alarms/gateway-register.ts";
import type { ServiceRegister } from "../alarms/service-register.ts";
import { changeDetail } from "../audit/detail.ts";
import type { Database } from "../store/database.ts";
import { noDigests } from "../summons/digests.ts";
import type { DeliveryBook } from "../summons/delivery-book.ts";
import type { DrillRows } from "./drill-rows.ts";

/** What a drill's alarms are about. No probe, gateway or appliance can have such a name. */
export function subjectOf(number: number): string {
  return `drill:${number}`;
}

/** The drill that an alarm belongs to, by what it is about. */
export function drillOf(subject: string): string {
  return `drill-${subject.slice("drill:".length)}`;
}

/** The lane of drills: tables of their own, nothing that mutes, and findings about calling that stand in the drill's record and are no alarms. */
export function drillLane(database: Database, drills: DrillRows): AlarmLane {
  return {
    isDrill: true,
    drill: () => drills.underWay()?.plan.id ?? null,
    rows: openDrillAlarmRows(database, drills),
    calls: openDrillCalls(database),
    gateways: noGateways,
    services: alwaysInService,
    digests: () => noDigests,
    describe: (kind, probe, ...rest) => {
      const real = drills.find(drillOf(probe.id))?.plan.probe ?? probe.id;
      return { ...describeProbe(kind, { ...probe, id: real }, ...rest), subject: probe.id };
    },
    watch: (summonses) =>
      summonses.hear({
        // People are told how the drill went.
        answered: () => undefined,
        found: (commit, { policy, state }, concern) => {
          const drill = drills.underWay()?.plan.id;
          if (drill === undefined || concern !== "on") return;
          drills.note(commit, drill, "nobody-found", "system", { policy: policy?.id, step: state.step });
        },
        unanswered: (commit, _summons, isOver) => {
          const drill = drills.underWay()?.plan.id;
          if (drill !== undefined && !isOver) drills.note(commit, drill, "unanswered", "system");
        },
      }),
  };
}

/** The deliveries as the book of drills owes them: each is marked. */
export function markedDeliveries(deliveries: DeliveryBook, drill: () => string | null): DeliveryBook {
  return {
    ...deliveries,
    owe: (commit, message) => deliveries.owe(commit, { ...message, drill: message.drill ?? drill() }),
  };
}

/** A drill's readings come through no gateway. */
const noGateways: GatewayRegister = {
  learn: () => undefined,
  of: () => null,
  behind: () => [],
};

const alwaysInService: ServiceRegister = {
  of: () => null,
  remove: (commit, entry) => ({ ...entry, since: commit.at }),
  putBack: () => undefined,
  all: () => [],
};

function openDrillAlarmRows(database: Database, drills: DrillRows): AlarmRows {
  const upsert = database.prepare(
    `INSERT INTO drill_alarms (id, drill, phase, state) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, state = excluded.state`,
  );
  const one = database.prepare("SELECT state FROM drill_alarms WHERE id = ?");
  const open = database.prepare("SELECT state FROM drill_alarms WHERE phase <> 'normal' ORDER BY id");
  return {
    underWay: () => open.all().map((row) => keptAlarmOf(String(row["state"]))),
    find: (id) => {
      const row = one.get(id);
      return row === undefined ? null : keptAlarmOf(String(row["state"]));
    },
    save: (alarm) =>
      void upsert.run(alarm.id, drillOf(alarm.subject), phaseOf(alarm.state), JSON.stringify(alarm)),
    noteEarlier: () => undefined,
    note: (commit, alarm, event, actor, note, before) => {
      const drill = drillOf(alarm.subject);
      const { id, kind, severity, text } = alarm;
      drills.note(commit, drill, `alarm-${event}`, actor, { alarm: id, kind, severity, text, note });
      const detail = changeDetail(
        { why: note, from: before, to: phaseOf(alarm.state) },
        { alarm: id, event, text },
      );
      commit.audit({ actor, action: "drill.alarm", subject: drill, detail });
    },
  };
}

/** All alarms of a drill, those that are over as well, in the order in which they were raised. */
export function alarmsOfDrill(database: Database, drill: string): KeptAlarm[] {
  return database
    .prepare("SELECT state FROM drill_alarms WHERE drill = ? ORDER BY id")
    .all(drill)
    .map((row) => keptAlarmOf(String(row["state"])))
    .toSorted((a, b) => a.state.raisedAt - b.state.raisedAt);
}

function openDrillCalls(database: Database): CallRecords {
  const save = database.prepare(
    "INSERT INTO drill_gathering (one, state) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET state = excluded.state",
  );
  const stored = database.prepare("SELECT state FROM drill_gathering WHERE one = 1");
  return {
    gathered: () => {
      const row = stored.get();
      return row === undefined ? [] : (JSON.parse(String(row["state"])) as GatherState);
    },
    saveGathered: (state) => void save.run(JSON.stringify(state)),
    keep: ({ journalSeq }, suffix) => `drill-call-${journalSeq}-${suffix}`,
  };
}
