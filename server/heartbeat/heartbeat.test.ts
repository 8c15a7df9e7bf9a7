import { createServer } from "node:http";
import { expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { httpBeat, makeHeartbeat } from "./heartbeat.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("it beats while the clockwork goes, and not once that stands still", async () => {
  const clock = virtualClock(1_000_000);
  let ticked = clock.epochMs();
  let beats = 0;
  const missed: string[] = [];
  const heartbeat = makeHeartbeat({
    everyMs: minuteMs,
    clock,
    signs: [{ what: "a look at the deadlines", lastAt: () => ticked, withinMs: 2 * minuteMs }],
    tell: async () => {
      beats += 1;
      return beats === 2 ? "it answered 500" : null;
    },
    missed: (reason) => void missed.push(reason),
  });
  heartbeat.start();
  for (let minute = 0; minute < 3; minute += 1) {
    ticked = clock.epochMs();
    clock.advance(minuteMs);
    await turn();
  }
  expect([beats, missed, heartbeat.lastAt()]).toEqual([3, ["it answered 500"], clock.epochMs()]);
  for (let minute = 0; minute < 3; minute += 1) {
    clock.advance(minuteMs);
    await turn();
  }
  expect(beats).toBe(4);
  expect(missed.slice(1)).toEqual(
    Array.from({ length: 2 }, () => "a look at the deadlines has not happened for 2 min"),
  );
  heartbeat.stop();
  clock.advance(10 * minuteMs);
  await turn();
  expect(beats).toBe(4);
});

test("it does not beat while there is doubt that people can be reached, so that the outside calls somebody", async () => {
  const clock = virtualClock(1_000_000);
  let doubt: string | null = null;
  let beats = 0;
  const missed: string[] = [];
  const heartbeat = makeHeartbeat({
    everyMs: minuteMs,
    clock,
    signs: [],
    doubt: () => doubt,
    tell: async () => {
      beats += 1;
      return null;
    },
    missed: (reason) => void missed.push(reason),
  });
  heartbeat.start();
  for (const said of [null, "the canary is late", null]) {
    doubt = said;
    clock.advance(minuteMs);
    await turn();
  }
  expect([beats, missed]).toEqual([2, ["the canary is late"]]);
  heartbeat.stop();
});

test("the outside is asked, and no reason names its address", async () => {
  let status = 200;
  const server = createServer((_request, response) => void response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/ping/secret-uuid`;
  expect(await httpBeat(url)()).toBe(null);
  status = 404;
  expect(await httpBeat(url)()).toBe("the heartbeat's address answered 404");
  await new Promise((resolve) => server.close(resolve));
  expect(await httpBeat(url)()).toBe("the heartbeat's address could not be reached");
});
