import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { expect, test } from "vitest";
import type { DeliveryReport } from "./channel.ts";
import { type Fate, followedMax, followMaxMs, makeFollower } from "./follower.ts";

/** Lets all promises that wait go on. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

function followed(answers: (Fate | Error)[]) {
  const clock = virtualClock(0);
  const asked: number[] = [];
  const reports: DeliveryReport[] = [];
  let isKept = true;
  const follower = makeFollower("one", clock, async () => {
    asked.push(clock.epochMs() / 1_000);
    const answer = answers.shift() ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  follower.start({
    report: async (report) => {
      if (!isKept) throw new RangeError("the disk is full");
      reports.push(report);
    },
    reply: async () => undefined,
    status: () => undefined,
  });
  const pass = async (length: number): Promise<void> => {
    const until = clock.epochMs() + length;
    for (;;) {
      const more = clock.step(until);
      await settled();
      if (!more) return;
    }
  };
  return { follower, asked, reports, pass, keep: (kept: boolean) => (isKept = kept) };
}

const delivered = { isDelivered: true, reason: null };

test("a provider is asked with growing pauses until it says what became of a message, and no more", async () => {
  const world = followed([null, new Error("network"), null, delivered, delivered]);
  world.follower.follow("r");
  await world.pass(10 * minuteMs);
  expect(world.asked).toEqual([2, 5, 10, 20]);
  expect(world.reports).toEqual([{ channel: "one", reference: "r", ...delivered, at: 20_000 }]);
});

test("a report that could not be kept is asked for again", async () => {
  const world = followed([delivered, delivered]);
  world.keep(false);
  world.follower.follow("r");
  await world.pass(2_000);
  world.keep(true);
  await world.pass(minuteMs);
  expect(world.asked).toEqual([2, 5]);
  expect(world.reports).toHaveLength(1);
});

test("messages of before a restart are asked about as if they had been accepted now, the newest where there are too many", async () => {
  const world = followed([delivered, delivered]);
  world.follower.takeUp(["a", "b"]);
  await world.pass(2_000);
  expect(world.reports.map(({ reference }) => reference)).toEqual(["a", "b"]);
  world.follower.takeUp(Array.from({ length: followedMax + 5 }, (_, index) => `r${index}`));
  expect(world.follower.open()).toBe(followedMax);
});

test("a message that is never reported on is let go of, and so is the oldest of too many", async () => {
  const world = followed([]);
  world.follower.follow("lost");
  await world.pass(followMaxMs + minuteMs);
  expect(world.follower.open()).toBe(0);
  const { length } = world.asked;
  await world.pass(followMaxMs);
  expect(world.asked).toHaveLength(length);
  for (let index = 0; index <= followedMax; index += 1) world.follower.follow(`r${index}`);
  expect(world.follower.open()).toBe(followedMax);
  world.follower.stop();
  expect(world.follower.open()).toBe(0);
});
