import { expect, test } from "vitest";
import { stateOnWire } from "@coldkeep/core/contract/watch-on-wire.ts";
import { raiseAlarm } from "@coldkeep/core/alarms/lifecycle.ts";
import { type WireWatchedAlarm, watchedApplianceSchema } from "@coldkeep/core/contract/edge.ts";
import { exampleProfile } from "@coldkeep/core/site/example-profile.ts";
import { type EpochMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { benchAfterMs, benchStart, type WatchBench, watchBench, wireWatch } from "./watch-bench.ts";

/** A reading each minute, and what a lane does each minute. */
async function minutes(
  bench: WatchBench,
  many: number,
  celsius: (minute: number) => number | null,
): Promise<void> {
  for (let minute = 0; minute < many; minute += 1) {
    const value = celsius(minute);
    if (value !== null) bench.feed({ probe: "p1", at: bench.clock.epochMs(), celsius: value });
    await bench.send();
    await bench.pass(minuteMs);
  }
}

const phase = (bench: WatchBench) => bench.watch().status().phase;
const texts = (bench: WatchBench, output = "modem") =>
  bench.asked.filter((each) => each.output === output).map(({ call }) => call.text.split("\n")[0]);

/** Cut off and warm: the gateway is alone and has called. */
async function warmAlone(bench: WatchBench): Promise<void> {
  await minutes(bench, 5, () => 4);
  bench.connect(false);
  await minutes(bench, 25, (minute) => (minute < 5 ? 4 : 8));
}

test("a gateway that reaches its server calls nobody, whatever it reads", async () => {
  const bench = await watchBench();
  await minutes(bench, 60, (minute) => (minute < 5 ? 4 : 14));
  expect(phase(bench)).toBe("attended");
  expect(bench.asked).toEqual([]);
});

test("cut off for longer than is set it judges what it reads, and calls once through each output", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  expect(phase(bench)).toBe("alone");
  expect(texts(bench)).toEqual(["Alarm: Red cells 1: 8.0 °C above 6.0 °C since 22 Nov 01:09:30"]);
  expect(texts(bench, "siren")).toHaveLength(1);
  expect(bench.asked[0]?.call.to).toEqual([]);
  expect(bench.asked[1]?.call.to).toEqual(["+3215000000"]);
});

test("cut off for a shorter time nothing is called or reported", async () => {
  const bench = await watchBench();
  await minutes(bench, 5, () => 4);
  bench.connect(false);
  await minutes(bench, 9, () => 14);
  bench.connect(true);
  await minutes(bench, 30, () => 14);
  expect(bench.asked).toEqual([]);
  expect(bench.reports).toEqual([]);
});

test("after reconnection the server is told before any reading is sent, and the calling ends", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  const [siren, modem] = bench.asked;
  siren?.tell({ kind: "sent", at: bench.clock.epochMs(), reference: null, repeated: false, final: true }, "");
  modem?.tell({ kind: "delivered", at: bench.clock.epochMs() }, "+3215000000");
  bench.connect(true);
  const held = bench.buffer.heldReadings();
  expect(held).toBe(25);
  expect(await bench.send()).toBe(true);
  expect(bench.reports[0]?.alarms).toHaveLength(1);
  const [alarm] = bench.reports[0]?.alarms ?? [];
  expect(alarm).toMatchObject({
    kind: "temperature-high",
    subject: "p1",
    severity: "warning",
    clearedAt: null,
  });
  expect(alarm?.calls.map(({ by, to, outcome }) => [by, to, outcome])).toEqual([
    ["siren", null, "sounded"],
    ["sms", "+3215000000", "delivered"],
  ]);
  expect(siren?.isWithdrawn()).toBe(true);
  await minutes(bench, 90, () => 8);
  expect(bench.asked).toHaveLength(2);
  expect(phase(bench)).toBe("attended");
  expect(bench.reports).toHaveLength(1);
  expect([...bench.store.load().keys()]).toEqual(["plan"]);
});

test("a call whose end comes after the report is told to the server later", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  bench.connect(true);
  await bench.send();
  expect(bench.reports.map(({ alarms }) => alarms[0]?.calls)).toEqual([[]]);
  for (const { output, tell } of bench.asked) {
    if (output === "siren") tell({ kind: "expired", at: bench.clock.epochMs(), code: "x.y" }, "");
    else tell({ kind: "delivered", at: bench.clock.epochMs() }, "+3215000000");
  }
  await bench.pass(30 * secondMs);
  expect(bench.reports[1]?.alarms[0]?.calls.map(({ outcome }) => outcome).toSorted()).toEqual([
    "delivered",
    "failed",
  ]);
  await bench.pass(10 * minuteMs);
  expect(bench.reports).toHaveLength(2);
});

test("while the server does not take the report no reading is sent; one that never takes it does not stop them for ever", async () => {
  for (const [status, tries] of [
    [404, 3],
    [400, 3],
    [500, 20],
    [200, 20],
  ] as const) {
    const bench = await watchBench();
    await warmAlone(bench);
    bench.connect(true, () => ({ kind: "answer", status, body: "{}", retryAfterMs: null }));
    for (let attempt = 1; attempt < tries; attempt += 1) expect(await bench.send()).toBe(false);
    expect(phase(bench)).toBe("alone");
    expect(await bench.send()).toBe(true);
    expect(phase(bench)).toBe("handed");
    expect(bench.counters.of("watch.report-given-up")).toBe(1);
  }
});

/** An alarm that the server has under way about p1. */
function known(raisedAt: EpochMs): WireWatchedAlarm {
  const { state } = raiseAlarm(raisedAt);
  return {
    id: `temperature-high-p1-${raisedAt.toString(36)}`,
    kind: "temperature-high",
    subject: "p1",
    appliance: "fridge-1",
    probe: "p1",
    severity: "warning",
    text: "known",
    phase: "unacknowledged",
    ...stateOnWire(state),
  };
}

test("an alarm that the server has under way is not called anew, but again when its time is over", async () => {
  const bench = await watchBench();
  await minutes(bench, 15, () => 8);
  const raisedAt = bench.clock.epochMs();
  bench.tell(wireWatch(["p1"], exampleProfile, [known(raisedAt)]));
  await minutes(bench, 2, () => 8);
  bench.connect(false);
  await minutes(bench, 27, () => 8);
  expect(phase(bench)).toBe("alone");
  expect(bench.asked).toEqual([]);
  await minutes(bench, 3, () => 8);
  expect(texts(bench)).toEqual(["Still on: Red cells 1: 8.0 °C above 6.0 °C since 22 Nov 01:00:00"]);
  bench.connect(true);
  await bench.send();
  expect(bench.reports[0]?.alarms.map(({ id }) => id)).toEqual([known(raisedAt).id]);
});

test("an alarm of the server's to which nothing happened is not in the report", async () => {
  const bench = await watchBench({ watch: wireWatch(["p1"], exampleProfile, [known(benchStart)]) });
  await minutes(bench, 2, () => 8);
  bench.connect(false);
  await minutes(bench, 15, () => 8);
  bench.connect(true);
  await bench.send();
  expect(bench.reports.map(({ alarms }) => alarms)).toEqual([[]]);
});

test("after a restart alone it goes on: nothing is forgotten, and a call of unknown fate is repeated once, marked", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  await bench.restart();
  expect(phase(bench)).toBe("alone");
  expect(texts(bench)).toEqual([
    expect.stringMatching(/^Alarm: /),
    expect.stringMatching(/^Repeated: Alarm: /),
  ]);
  expect(texts(bench, "siren")).toHaveLength(2);
  await bench.restart();
  expect(texts(bench)).toHaveLength(2);
  expect(bench.counters.of("watch.call-uncertain")).toBe(1);
  await minutes(bench, 10, () => 8);
  expect(texts(bench)).toHaveLength(2);
  bench.connect(true);
  await bench.send();
  expect(bench.reports[0]?.alarms).toHaveLength(1);
});

test("a call that is known to have gone out is not repeated after a restart", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  bench.asked[1]?.tell(
    { kind: "sent", at: bench.clock.epochMs(), reference: "1", repeated: false, final: false },
    "+3215000000",
  );
  await bench.restart();
  expect(texts(bench)).toHaveLength(1);
});

test("a crash after the report and before its answer tells the server the same again", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  bench.connect(true, () => ({ kind: "none", code: "uplink.timeout", detail: "cut off" }));
  expect(await bench.send()).toBe(false);
  await bench.restart();
  bench.connect(true);
  expect(await bench.send()).toBe(true);
  const ids = bench.reports.map(({ alarms }) => alarms.map(({ id }) => id));
  expect(new Set(ids.map((each) => each.join())).size).toBe(1);
});

test("who acknowledges at the gateway silences the siren, is named in the report, and is asked again later", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  const siren = bench.asked.find(({ output }) => output === "siren");
  expect(siren?.isWithdrawn()).toBe(false);
  expect(bench.watch().acknowledge(null, "Jo")).toBe(1);
  expect(siren?.isWithdrawn()).toBe(true);
  await minutes(bench, 31, () => 8);
  expect(texts(bench)[1]).toMatch(/^Still on: /);
  expect(bench.watch().acknowledge(null, "Jo")).toBe(1);
  bench.connect(true);
  await bench.send();
  expect(bench.reports[0]?.alarms[0]).toMatchObject({ acknowledgedBy: "Jo" });
  expect(bench.reports[0]?.alarms[0]?.acknowledgedAt).not.toBeNull();
});

test("who presses the siren's button has acknowledged", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  const siren = bench.asked.find(({ output }) => output === "siren");
  siren?.tell(
    { kind: "sent", at: bench.clock.epochMs(), reference: null, repeated: false, final: false },
    "",
  );
  siren?.tell({ kind: "delivered", at: bench.clock.epochMs() }, "");
  expect(
    bench
      .watch()
      .status()
      .alarms.map(({ acknowledged }) => acknowledged),
  ).toEqual([true]);
  bench.connect(true);
  await bench.send();
  expect(bench.reports[0]?.alarms[0]).toMatchObject({ acknowledgedBy: "siren button" });
});

test("a call that the gateway's own end cut short is made at the next start", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  bench.asked[1]?.tell({ kind: "expired", at: bench.clock.epochMs(), code: "modem.stopped" }, "+3215000000");
  await bench.restart(true);
  expect(texts(bench)[1]).toMatch(/^Repeated: Alarm: /);
});

test("what is back is told, with its end, and the siren falls silent", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  await minutes(bench, 15, () => 4);
  expect(texts(bench)[1]).toMatch(/^Back to normal: /);
  expect(texts(bench, "siren")).toHaveLength(1);
  expect(bench.asked.find(({ output }) => output === "siren")?.isWithdrawn()).toBe(true);
  bench.connect(true);
  await bench.send();
  expect(bench.reports[0]?.alarms[0]?.clearedAt).not.toBeNull();
});

test("doors, mains and silence call too; what shares a cause is one further call", async () => {
  const bench = await watchBench();
  await minutes(bench, 5, () => 4);
  bench.connect(false);
  await minutes(bench, 12, () => 4);
  bench.feed(
    { subject: "fridge-1", kind: "door", active: true, at: bench.clock.epochMs() },
    { subject: "fridge-1", kind: "power", active: true, at: bench.clock.epochMs() },
  );
  await bench.pass(20 * minuteMs);
  expect(texts(bench).slice(0, 3)).toEqual([
    expect.stringMatching(/^Alarm: Red cells 1: power lost since /),
    expect.stringMatching(/^Alarm: Red cells 1: door open since /),
    expect.stringMatching(/^Alarm: Red cells 1: nothing heard from probe p1 since /),
  ]);
});

test("an agitator that stands still is called about after its delay, which old plans do not say", async () => {
  const bench = await watchBench();
  await minutes(bench, 5, () => 4);
  bench.connect(false);
  await minutes(bench, 12, () => 4);
  bench.feed({ subject: "fridge-1", kind: "agitator", active: true, at: bench.clock.epochMs() });
  await minutes(bench, 9, () => 4);
  expect(texts(bench)).toEqual([]);
  await minutes(bench, 2, () => 4);
  expect(texts(bench)).toEqual([expect.stringMatching(/^Alarm: Red cells 1: agitator stopped since /)]);
  const { agitatorDelayMs: _unsaid, ...old } = wireWatch(["p1"]).appliances[0] ?? expect.fail();
  expect(watchedApplianceSchema.parse(old).agitatorDelayMs).toBe(10 * minuteMs);
});

test("a gateway that never had a connection watches by its site file", async () => {
  const bench = await watchBench({ localPlan: wireWatch(["p1"]) });
  for (let minute = 0; minute < 25; minute += 1) {
    bench.feed({ probe: "p1", at: bench.clock.epochMs(), celsius: 8 });
    await bench.pass(minuteMs);
  }
  expect(phase(bench)).toBe("alone");
  expect(texts(bench)).toHaveLength(1);
});

test("cut off again before the server has told the plan anew, what it knows already is not called again", async () => {
  const bench = await watchBench();
  await warmAlone(bench);
  for (const { output, tell } of bench.asked)
    tell(
      { kind: "sent", at: bench.clock.epochMs(), reference: null, repeated: false, final: true },
      output === "siren" ? "" : "+3215000000",
    );
  bench.tell({ ...wireWatch(["p1"]), version: "never told", alarms: [] });
  bench.connect(true, (report) => {
    const outcome = {
      kind: "answer" as const,
      status: 200,
      body: JSON.stringify({
        alarms: report.alarms.map(({ id }) => ({
          id,
          alarm: "the-servers-own",
          fate: "joined",
          phase: "unacknowledged",
        })),
        rejected: [],
      }),
      retryAfterMs: null,
    };
    bench.connect(false);
    return outcome;
  });
  await bench.send();
  expect(phase(bench)).toBe("handed");
  await minutes(bench, 15, () => 8);
  expect(phase(bench)).toBe("alone");
  expect(texts(bench)).toHaveLength(1);
  expect(
    bench
      .watch()
      .status()
      .alarms.map(({ id }) => id),
  ).toEqual(["the-servers-own"]);
});

test("an outage is counted from the last contact, not from the start", async () => {
  const bench = await watchBench();
  await minutes(bench, 60, () => 4);
  bench.connect(false);
  await bench.pass(benchAfterMs - 10 * secondMs);
  expect(phase(bench)).toBe("attended");
  await bench.pass(90 * secondMs);
  expect(phase(bench)).toBe("alone");
});

test("what becomes critical while it is about to count as over is called about at once", async () => {
  const profile = {
    ...exampleProfile,
    criticalHigh: 12,
    alarms: {
      warnLow: null,
      warnHigh: null,
      realarmAfter: 60 * minuteMs,
      offDelay: 10 * minuteMs,
      latching: false,
    },
  };
  const bench = await watchBench({ watch: wireWatch(["p1"], profile) });
  await warmAlone(bench);
  await minutes(bench, 9, () => 4);
  expect(texts(bench)).toHaveLength(1);
  await minutes(bench, 1, () => 16);
  expect(texts(bench)).toHaveLength(2);
  expect(texts(bench)[1]).toMatch(/^CRITICAL: Red cells 1: 16.0 °C/u);
});
