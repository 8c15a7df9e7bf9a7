import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { expect, test, vi } from "vitest";
import type { Api } from "../api/api.ts";
import { historyDelivered } from "./history.ts";

/** A server of which each look sees the next of these: readings that are fresh, and unknown time. */
function serverShowing(looks: readonly { fresh: number; unknownMs: number }[]): {
  api: Api;
  seen: () => number;
} {
  let look = -1;
  const now = (): { fresh: number; unknownMs: number } =>
    looks[Math.min(look, looks.length - 1)] ?? { fresh: 0, unknownMs: 0 };
  const read = async (schema: { parse: (value: unknown) => unknown }, path: string): Promise<unknown> => {
    if (path.includes("/readings")) look += 1;
    return schema.parse(path.includes("/readings") ? { total: now().fresh } : { unknownMs: now().unknownMs });
  };
  return {
    api: { call: async () => ({ status: 500, body: null }), read: read as Api["read"] },
    seen: () => look + 1,
  };
}

async function outcome(api: Api): Promise<{ delivered: boolean; seconds: number }> {
  const clock = virtualClock(1_795_313_400_000);
  const over = new AbortController();
  const run = async (): Promise<boolean> => {
    const delivered = await historyDelivered(
      api,
      ["fridge-1-product"],
      60_000,
      clock,
      new AbortController().signal,
    );
    over.abort();
    return delivered;
  };
  const running = run();
  while (!over.signal.aborted) {
    await vi.waitFor(() => expect(over.signal.aborted || clock.pending() > 0).toBe(true), { interval: 1 });
    clock.advance(1_000);
  }
  return { delivered: await running, seconds: clock.monotonicMs() / 1_000 };
}

test("waits for fresh readings and then until nothing more is filled in", async () => {
  const falling = [0, 0, 900, 600, 300, 0].map((unknownMs, at) => ({ fresh: at < 2 ? 0 : 1, unknownMs }));
  const server = serverShowing(falling);
  expect((await outcome(server.api)).delivered).toBe(true);
  expect(server.seen()).toBe(falling.length + 3);
});

test("time that nobody can fill in any more does not hold it up", async () => {
  const server = serverShowing([{ fresh: 1, unknownMs: 7_200_000 }]);
  expect((await outcome(server.api)).delivered).toBe(true);
});

test("gives up when the devices do not come", async () => {
  const { delivered, seconds } = await outcome(serverShowing([{ fresh: 0, unknownMs: 0 }]).api);
  expect(delivered).toBe(false);
  expect(seconds).toBeGreaterThanOrEqual(60);
});
