import { expect, test } from "vitest";
import { testServer } from "../testing/test-server.ts";
import { judgeProjection } from "./projection-alarm.ts";

test("a history that is not wanted any more is not behind: the alarm's condition ends with the settings", async () => {
  const before = await testServer();
  judgeProjection(before.server.services, { isBehind: true, behindMs: 600_000, reason: "unreachable" });
  const behind = (server: typeof before) =>
    server.server.services.alarms
      .underWay()
      .filter(({ kind, state }) => kind === "projection-behind" && state.condition);
  expect(behind(before)).toHaveLength(1);
  // The test's server has no InfluxDB in its settings.
  const after = await before.restart();
  expect(behind(after)).toEqual([]);
  await after.stop();
});
