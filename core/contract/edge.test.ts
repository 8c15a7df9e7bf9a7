import fc from "fast-check";
import { expect, test } from "vitest";
import { alarmIdentity, isAlarmIdentity } from "../alarms/identity.ts";
import { raiseAlarm } from "../alarms/lifecycle.ts";
import { termsOf } from "../alarms/terms.ts";
import { traceArbitrary } from "../engine-model/traces.ts";
import { judge, present } from "../engine/judge.ts";
import { unheardOf } from "../engine/probe-state.ts";
import { compareReadings } from "../readings/reading.ts";
import { always } from "../site/dated.ts";
import { edgeAlarmKinds, edgeReportSchema, watchQuerySchema, watchSchema } from "./edge.ts";
import { rulesFromWire, rulesOnWire, stateFromWire, stateOnWire } from "./watch-on-wire.ts";

const watched = { id: "p1", kind: "buffered", appliance: "fridge-1" };

test("a probe judged by the rules of a watch, kept as JSON, is judged as the server judges it", () => {
  fc.assert(
    fc.property(traceArbitrary, ({ rules, readings, now }) => {
      const stretches = [
        { channel: "c1", from: always.from, to: 5_000 },
        { channel: "c2", from: 5_000, to: always.to },
      ];
      const probe = { ...watched, ...rulesOnWire({ rules, stretches }) };
      const wire = { version: "x", site: "s", timeZone: "UTC", appliances: [], probes: [probe], alarms: [] };
      const [kept] = watchSchema.parse(JSON.parse(JSON.stringify(wire))).probes;
      const read = rulesFromWire(kept ?? { profiles: [], offsets: [], channels: [] });
      expect(read.stretches).toEqual(stretches);
      const sorted = readings.toSorted(compareReadings);
      const direct = judge(unheardOf(), sorted, rules);
      const judged = judge(unheardOf(), sorted, read.rules);
      expect(judged).toEqual(direct);
      expect(present(judged.state, read.rules, now)).toEqual(present(direct.state, rules, now));
    }),
  );
});

test("an alarm's state goes over the wire whole, but for what suppresses it", () => {
  const terms = termsOf({ alarms: undefined }, "temperature-high");
  const { state } = raiseAlarm(1_795_305_600_000, terms, { suppressed: true, outOfServiceUntil: null });
  const wire = {
    id: "x",
    kind: "temperature-high" as const,
    subject: "p1",
    appliance: "fridge-1",
    probe: "p1",
    severity: "warning" as const,
    text: "x",
    phase: "suppressed" as const,
    ...stateOnWire(state),
  };
  expect(stateFromWire(wire, terms)).toEqual({ ...state, suppressedUntil: null });
});

test("an alarm's identity says of what, about what and since when, and is recognised", () => {
  const at = 1_795_305_600_000;
  for (const kind of edgeAlarmKinds) {
    const first = alarmIdentity(kind, "p-1", at, () => false);
    const second = alarmIdentity(kind, "p-1", at, (id) => id === first);
    expect(second).toBe(`${first}-2`);
    for (const id of [first, second]) {
      expect(isAlarmIdentity(id, kind, "p-1", at)).toBe(true);
      expect(isAlarmIdentity(id, kind, "p-1", at + 1)).toBe(false);
      expect(isAlarmIdentity(`${id}x`, kind, "p-1", at)).toBe(false);
    }
  }
});

test("probes are named by ids parted by commas, and a report's defaults are the careful ones", () => {
  expect(watchQuerySchema.parse({ probes: "p1,p2" })).toEqual({ probes: ["p1", "p2"] });
  expect(watchQuerySchema.safeParse({ probes: "p1,,P2" }).success).toBe(false);
  const alarm = {
    id: "power-fridge-1-x",
    kind: "power",
    subject: "fridge-1",
    raisedAt: "2026-11-22T02:10:00.000Z",
    clearedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    calls: [{ at: "2026-11-22T02:10:01.000Z", by: "siren", to: null, outcome: "sounded" }],
  };
  const report = edgeReportSchema.parse({ asOf: "2026-11-22T02:11:00.000Z", alarms: [alarm] });
  expect(report.alarms[0]).toMatchObject({ severity: "warning", calls: [{ about: "onset" }] });
});
