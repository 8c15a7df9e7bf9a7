/** Goal: the server makes backups by itself in time, tries again, calls people once where there is no good one, and the alarm is replayed. Method: a virtual clock, and a maker that the test answers for. */
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { pino } from "pino";
import { expect, test } from "vitest";
import { makeMetrics } from "../health/metrics.ts";
import { replay } from "../replay/replay.ts";
import { type TestServer, testServer, testStart } from "../testing/test-server.ts";
import { type BackupOutcome, retryAfterMs, scheduleBackups } from "./scheduled-backups.ts";

/** The maker's promise is answered at once; what follows from it is done after a turn of the event loop. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function scheduled(server: TestServer, newest: number | null) {
  const outcomes: BackupOutcome[] = [];
  const made: number[] = [];
  const maker = {
    make: async () => {
      made.push(server.clock.epochMs());
      return outcomes.shift() ?? { ok: true as const };
    },
    newest: () => newest,
  };
  // Each has counters of its own, like a process.
  const services = { ...server.server.services, metrics: makeMetrics() };
  const backups = scheduleBackups({ every: hourMs }, maker, services, pino({ level: "silent" }));
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += minuteMs) {
      server.clock.advance(minuteMs);
      await settled();
    }
  };
  const alarms = () => services.alarms.underWay().filter(({ kind }) => kind === "backup-overdue");
  return { backups, outcomes, made, pass, alarms, metrics: services.metrics };
}

test("the first is made at once, the next ones every hour, and none after the end", async () => {
  const server = await testServer();
  const { backups, made, pass, alarms, metrics } = scheduled(server, null);
  backups.start();
  await settled();
  expect(made).toEqual([testStart]);
  await pass(3 * hourMs + minuteMs);
  expect(made).toEqual([0, 1, 2, 3].map((hour) => testStart + hour * hourMs));
  expect(await metrics.render()).toMatch(/^coldkeep_backups 4$/m);
  expect(alarms()).toEqual([]);
  await backups.stop();
  await pass(2 * hourMs);
  expect(made).toHaveLength(4);
  await server.stop();
});

test("a good backup in the folder counts after a restart, also one from the future", async () => {
  for (const [newest, due] of [
    [testStart - 20 * minuteMs, 40 * minuteMs],
    [testStart + 365 * 24 * hourMs, hourMs],
  ] as const) {
    const server = await testServer();
    const { backups, made, pass } = scheduled(server, newest);
    backups.start();
    await pass(due - minuteMs);
    expect(made).toEqual([]);
    await pass(minuteMs);
    expect(made).toEqual([testStart + due]);
    await backups.stop();
    await server.stop();
  }
});

test("without any good backup a failure calls at once; it is tried again, and one that succeeds ends the alarm", async () => {
  const server = await testServer();
  const { backups, outcomes, made, pass, alarms } = scheduled(server, null);
  outcomes.push({ ok: false, reason: "No room is left [backup.no-space]" });
  backups.start();
  await settled();
  const [alarm] = alarms();
  expect(alarm?.state.condition).toBe(true);
  expect(alarm?.text).toBe("There is no good backup: No room is left [backup.no-space]");
  await pass(retryAfterMs);
  expect(made).toEqual([testStart, testStart + retryAfterMs]);
  expect(alarms().every(({ state }) => !state.condition)).toBe(true);
  expect(replay(server.server.services.database, () => undefined).differing).toEqual([]);
  await backups.stop();
  await server.stop();
});

test("an alarm outlasts a restart until something is known, and ends where no backups are wanted any more", async () => {
  const server = await testServer();
  const first = scheduled(server, null);
  first.outcomes.push({ ok: false, reason: "the share is gone" });
  first.backups.start();
  await settled();
  expect(first.alarms()[0]?.state.condition).toBe(true);
  await first.backups.stop();

  const second = scheduled(server, null);
  const tries = first.made.length;
  second.outcomes.push({ ok: false, reason: "the share is gone" });
  second.backups.start();
  await settled();
  expect(second.made).toHaveLength(tries);
  const { database } = server.server.services;
  expect(database.prepare("SELECT count(*) AS n FROM journal WHERE kind = 'backup'").get()).toEqual({ n: 1 });
  await second.backups.stop();

  const without = await server.restart();
  const left = without.server.services.alarms.underWay().filter(({ kind }) => kind === "backup-overdue");
  expect(left.every(({ state }) => !state.condition)).toBe(true);
  expect(replay(without.server.services.database, () => undefined).differing).toEqual([]);
  await without.stop();
});

test("while a good one is young enough failures call nobody; then once, and the alarm is replayed", async () => {
  const server = await testServer();
  const { backups, outcomes, pass, alarms } = scheduled(server, testStart);
  for (let failing = 0; failing < 100; failing += 1)
    outcomes.push({ ok: false, reason: "the share is gone" });
  backups.start();
  await pass(2 * hourMs);
  expect(alarms()).toEqual([]);
  await pass(hourMs);
  const found = alarms();
  expect(found).toHaveLength(1);
  expect(found[0]?.text).toMatch(/^No good backup for 2 h \d\d min: the share is gone$/);
  const { database } = server.server.services;
  expect(database.prepare("SELECT count(*) AS n FROM journal WHERE kind = 'backup'").get()).toEqual({ n: 1 });
  expect(replay(database, () => undefined).differing).toEqual([]);
  await backups.stop();
  await server.stop();
});
