import fc from "fast-check";
import { expect, test } from "vitest";
import { pubackQueue, uncommittedMax } from "./puback-queue.ts";

test("whatever the order of commits, PUBACKs go out in the order of the messages, none before its commit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }).chain((count) =>
        fc.shuffledSubarray(
          Array.from({ length: count }, (_, n) => n + 1),
          { minLength: 1 },
        ),
      ),
      (commits) => {
        const sent: number[] = [];
        const queue = pubackQueue((messageId) => sent.push(messageId));
        const committed = new Map(
          Array.from({ length: 40 }, (_, n) => [n + 1, queue.received(n + 1)] as const),
        );
        const done = new Set<number>();
        for (const messageId of commits) {
          committed.get(messageId)?.();
          done.add(messageId);
          let through = 0;
          while (done.has(through + 1)) through += 1;
          expect(sent).toEqual(Array.from({ length: through }, (_, n) => n + 1));
        }
      },
    ),
  );
});

test("nothing more is read while as many messages wait as may", () => {
  const queue = pubackQueue(() => {});
  const commits = Array.from({ length: uncommittedMax }, (_, n) => queue.received(n + 1));
  let room = 0;
  queue.whenRoom(() => (room += 1));
  expect(room).toBe(0);
  commits[1]?.();
  expect(room).toBe(0);
  commits[0]?.();
  expect(room).toBe(1);
});

test("a message without an id is not acknowledged", () => {
  const sent: number[] = [];
  pubackQueue((messageId) => sent.push(messageId)).received(undefined)();
  expect(sent).toEqual([]);
});
