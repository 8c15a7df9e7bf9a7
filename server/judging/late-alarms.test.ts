/** What late readings do to alarms must not depend on where checkpoints happen to lie: that changes with each start of the server. */
import { expect, test } from "vitest";
import type { Reading } from "@coldkeep/core/readings/reading.ts";
import { exampleProfile } from "@coldkeep/core/site/example-profile.ts";
import { type EpochMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { actOnAlarm } from "../alarms/alarm-commands.ts";
import { composeInside, type Inside } from "../inside.ts";
import { openDatabase } from "../store/database.ts";

const start: EpochMs = Date.UTC(2026, 10, 24, 12);
const body = new TextEncoder().encode("{}");

function take(inside: Inside, readings: readonly Reading[]): void {
  inside.committer.commit({ kind: "batch", source: "test", encoding: "identity", body }, (commit) =>
    inside.engine.take(commit, new Map([["p", readings]])),
  );
}

function tick(inside: Inside): void {
  inside.committer.commit({ kind: "tick", source: "clock", encoding: "identity", body }, inside.engine.tick);
}

/** A silence that somebody shelves; it is heard again, the shelf's time ends, and before anything looks at the clock a reading from before comes in late. */
function events(checkpointEvery: number): unknown[] {
  const clock = virtualClock(start);
  const database = openDatabase(":memory:");
  const inside = composeInside(database, clock, checkpointEvery);
  inside.begin(null);
  inside.applySite(
    {
      site: "s",
      timeZone: "UTC",
      profiles: { cells: [{ from: 0, ...exampleProfile }] },
      appliances: [
        {
          id: "fridge",
          name: "fridge",
          kind: "refrigerator",
          profile: "cells",
          probes: [{ id: "p", kind: "product" }],
        },
      ],
      contacts: [],
    },
    "test",
  );
  const at = (minutes: number): EpochMs => start + minutes * minuteMs;
  const good = (minutes: number): Reading => ({ at: at(minutes), celsius: 4 });
  for (const minute of [0, 1, 2, 3, 4]) take(inside, [good(minute)]);
  for (const minute of [20, 21]) {
    clock.advance(at(minute) - clock.epochMs());
    tick(inside);
  }
  const [silent] = inside.alarms.underWay();
  if (silent === undefined) throw new RangeError("no alarm came");
  const input = { kind: "shelve" as const, until: at(40) };
  actOnAlarm(inside, "shelve", "test", { alarm: silent.id, by: "an", note: null, input });
  clock.advance(at(30) - clock.epochMs());
  take(inside, [good(26)]);
  for (let minute = 27; minute < 40; minute += 1) take(inside, [good(minute)]);
  clock.advance(at(40) + 1 - clock.epochMs());
  take(inside, [good(26.5)]);
  clock.advance(minuteMs);
  tick(inside);
  return database
    .prepare("SELECT event, at, journal_seq FROM alarm_events ORDER BY number")
    .all()
    .map((row) => ({ ...row }));
}

test("late readings leave the same record of alarms wherever checkpoints lie", () => {
  const known = events(1_000);
  expect(known).toContainEqual(expect.objectContaining({ event: "unshelved" }));
  for (const checkpointEvery of [1, 2, 3]) expect(events(checkpointEvery)).toEqual(known);
});
