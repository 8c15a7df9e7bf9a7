import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock, type VirtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Answer, Api } from "../api/api.ts";
import { bloodBankFeed, type BloodBankFeed } from "./feed.ts";
import { shelves } from "./stock.ts";

// The server is a double that remembers what it was told and may refuse or be away; the real one is met in story.process.test.ts.

const stockSize = shelves.reduce((sum, { count }) => sum + count, 0);
let folder = "";
let clock: VirtualClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldkeep-bank-"));
  clock = virtualClock(1_795_313_400_000);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly told: string[];
  readonly api: Api;
  answer: (path: string) => number;
}

function server(): Told {
  const told: string[] = [];
  const double: Told = {
    told,
    answer: () => 200,
    api: {
      call: async (method, path, body): Promise<Answer> => {
        const status = double.answer(path);
        if (status < 300) told.push(`${method} ${path} ${JSON.stringify(body)}`);
        return { status, body: null };
      },
      read: async () => null,
    },
  };
  return double;
}

function feed(to: Told, controller = new AbortController(), log: string[] = []): BloodBankFeed {
  const settings = { seed: 5, booksPath: join(folder, "books.json"), everyMs: 25_000 };
  return bloodBankFeed(settings, to.api, clock, (line) => log.push(line), controller.signal);
}

test("the first start tells the whole stock, the second nothing again", async () => {
  const to = server();
  expect(await feed(to).open()).toBe(stockSize);
  expect(to.told).toHaveLength(2 * stockSize);
  clock.advance(1_000);
  expect(await feed(to).open()).toBe(stockSize);
  expect(to.told).toHaveLength(2 * stockSize);
});

test("what could not be told before a stop is told word for word after the next start", async () => {
  const whole = server();
  await feed(whole).open();
  rmSync(join(folder, "books.json"));

  const controller = new AbortController();
  const broken = server();
  broken.answer = () => {
    if (broken.told.length >= 100) controller.abort();
    return broken.told.length >= 100 ? 503 : 200;
  };
  await feed(broken, controller).open();
  clock.advance(60_000);
  const again = server();
  await feed(again).open();
  expect(broken.told).toEqual(whole.told.slice(0, 100));
  expect(again.told).toEqual(whole.told);
});

test("a server that is away is asked again, one that refuses is not", async () => {
  const to = server();
  const log: string[] = [];
  let calls = 0;
  to.answer = () => (++calls === 1 ? 503 : calls === 3 ? 422 : 200);
  const opened = feed(to, new AbortController(), log).open();
  await vi.waitFor(() => expect(clock.pending()).toBe(1));
  clock.advance(1_000);
  await opened;
  expect(calls).toBe(2 * stockSize + 1);
  expect(to.told).toHaveLength(2 * stockSize - 1);
  expect(log.map((line) => /answered (\d+)/.exec(line)?.[1])).toEqual(["503", "422"]);
});

test("a call from a ward takes one unit out of the named appliance now", async () => {
  const to = server();
  const bank = feed(to);
  await bank.open();
  to.told.length = 0;
  await bank.issueFrom("fridge-1");
  expect(to.told).toHaveLength(1);
  expect(to.told[0]).toMatch(/^POST \/v1\/movements .*"appliance":null,"reason":"issued to ward"/);
});

test("the day goes on until it is ended", async () => {
  const to = server();
  const controller = new AbortController();
  const bank = feed(to, controller);
  await bank.open();
  to.told.length = 0;
  const day = bank.run();
  for (let count = 0; count < 5; count += 1) {
    await vi.waitFor(() => expect(clock.pending()).toBe(1));
    clock.advance(25_000);
  }
  await vi.waitFor(() => expect(clock.pending()).toBe(1));
  controller.abort();
  await day;
  expect(to.told.length).toBeGreaterThanOrEqual(4);
});
