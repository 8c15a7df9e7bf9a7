/** The dispatcher killed before, in and after each thing that it does, for every n-th of them: each message ends once, and a crash costs one repeat at most, which says that it is one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Route } from "@coldkeep/core/summons/delivery.ts";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { type VirtualClock, virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import type { Channel, OutgoingMessage, SendResult } from "../channels/channel.ts";
import { composeInside } from "../inside.ts";
import { openDatabase } from "../store/database.ts";
import { makeChannelEar } from "../summons/channel-events.ts";
import { testStart } from "../testing/test-server.ts";
import { makeDispatcher } from "./dispatcher.ts";

/** Counts what the process does, and lets it die at one of these: nothing that it does afterwards has any effect. */
class Life {
  done = 0;
  isDead = false;
  readonly diesAt: number;
  constructor(diesAt: number) {
    this.diesAt = diesAt;
  }
  step(): void {
    this.done += 1;
    if (this.done >= this.diesAt) this.isDead = true;
    if (this.isDead) throw new Error("killed");
  }
}

type Treatment = "accept" | "fail" | "refuse" | "lose" | "report-failure" | "send-back";

/** The world outside, which outlives the process: what each provider was given. */
interface World {
  readonly received: {
    readonly channel: string;
    readonly message: OutgoingMessage;
    readonly accepted: boolean;
    readonly life: number;
  }[];
  /** Mails that came back, as they lie in a mailbox: told until they are taken, by names that stay theirs. */
  readonly returned: { readonly reference: string; readonly name: string; isTaken: boolean }[];
}

function provider(
  id: string,
  proves: Channel["proves"],
  world: World,
  life: Life,
  lifeNumber: number,
  treat: (tries: number) => Treatment,
  clock: VirtualClock,
): Channel {
  let report: ((reference: string, isDelivered: boolean) => Promise<void>) | null = null;
  let sendBack: () => Promise<void> = async () => undefined;
  return {
    id,
    medium: proves === "acceptance" ? "email" : "sms",
    proves,
    concurrency: 1,
    start: (events) => {
      report = (reference, isDelivered) =>
        events.report({ channel: id, reference, isDelivered, reason: null, at: 0 });
      sendBack = async () => {
        for (const each of world.returned.filter(({ isTaken }) => !isTaken)) {
          life.step();
          const { reference, name } = each;
          await events.report({
            channel: id,
            reference,
            isDelivered: false,
            reason: "no mailbox",
            at: 0,
            name,
          });
          life.step();
          each.isTaken = true;
        }
      };
      if (proves === "acceptance") void sendBack().catch(() => undefined);
    },
    stop: async () => undefined,
    status: () => ({ isWorking: true, detail: "", facts: {} }),
    send: async (message): Promise<SendResult> => {
      life.step();
      const before = world.received.filter((each) => each.channel === id && each.message.id === message.id);
      const treatment = treat(before.length);
      const accepted = treatment !== "fail" && treatment !== "refuse";
      world.received.push({ channel: id, message, accepted, life: lifeNumber });
      life.step();
      // A mail keeps its Message-ID each time that it is sent.
      const reference = proves === "acceptance" ? message.id : `${id}-${world.received.length}`;
      if (!accepted)
        return { ok: false, isPermanent: treatment === "refuse", code: "channel.failed", reason: treatment };
      const hasReport = proves === "delivery" && treatment !== "lose";
      if (treatment === "send-back" && proves === "acceptance") {
        world.returned.push({ reference, name: `report-${world.received.length}`, isTaken: false });
        // By then it is on record that the provider has it, or the process is dead.
        clock.after(2 * secondMs, () => void sendBack().catch(() => undefined));
      }
      // The provider has done its part by now, whatever becomes of the process.
      if (hasReport && !life.isDead) void report?.(reference, treatment === "accept").catch(() => undefined);
      return { ok: true, reference, proof: "accepted" };
    },
  };
}

const sms: Route = { channel: "sms", medium: "sms", address: "+32470000001", proves: "delivery" };
const mail: Route = { channel: "mail", medium: "email", address: "an@example.org", proves: "acceptance" };

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** One life of the process on the records. Returns how many things it did. */
async function live(
  path: string,
  clock: VirtualClock,
  world: World,
  life: Life,
  number: number,
  treat: (tries: number) => Treatment,
): Promise<void> {
  const database = openDatabase(path);
  const inside = composeInside(database, clock);
  const channels = [
    provider("sms", "delivery", world, life, number, treat, clock),
    provider("mail", "acceptance", world, life, number, treat, clock),
  ];
  inside.begin(
    null,
    channels.map(({ id, medium, proves }) => ({ id, medium, proves })),
  );
  if (number === 0)
    inside.committer.commit(
      { kind: "tick", source: "test", encoding: "identity", body: new Uint8Array() },
      (commit) => {
        for (const [index, routes] of [[sms, mail], [mail], [sms]].entries())
          inside.deliveries.owe(commit, {
            id: `m${index}`,
            about: "a",
            contact: "an",
            medium: routes[0]?.medium ?? "email",
            language: "en",
            thread: null,
            address: routes[0]?.address ?? "",
            subject: "s",
            body: "b",
            routes,
            deliverWithinMs: minuteMs,
            summons: null,
          });
      },
    );
  const ear = makeChannelEar({ ...inside, channels, reply: async () => undefined, note: () => undefined });
  const dispatcher = makeDispatcher({
    ...inside,
    channels,
    warn: () => undefined,
    take: (news, also = () => undefined) => {
      life.step();
      ear.take(news, (commit) => {
        also(commit);
        life.step();
      });
      life.step();
    },
  });
  ear.start();
  dispatcher.start();
  const isOpen = (): boolean =>
    inside.deliveries.owed() > 0 || world.returned.some(({ isTaken }) => !isTaken);
  // What came back waits for a quarter of an hour.
  for (let second = 0; second < 40 * 60 && !life.isDead && isOpen(); second += second < 120 ? 1 : 30) {
    clock.advance((second < 120 ? 1 : 30) * secondMs);
    await settle();
  }
  await dispatcher.stop();
  database.close();
}

/** Plays the messages with a process that dies at its n-th step, then with one that does not. */
async function playKilled(diesAt: number, treat: (tries: number) => Treatment) {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-killed-"));
  try {
    const path = join(folder, "records.sqlite");
    const clock = virtualClock(testStart);
    const world: World = { received: [], returned: [] };
    const first = new Life(diesAt);
    await live(path, clock, world, first, 0, treat);
    await live(path, clock, world, new Life(Number.MAX_SAFE_INTEGER), 1, treat);
    const database = openDatabase(path);
    const ends = database
      .prepare("SELECT id AS delivery FROM deliveries WHERE outcome IS NOT NULL ORDER BY id")
      .all();
    const count = (event: string): number =>
      Number(
        database.prepare("SELECT count(*) AS n FROM delivery_events WHERE event = ?").get(event)?.["n"] ?? 0,
      );
    // Each ends once, and once more for each time that it came back.
    expect(count("ended")).toBe(ends.length + count("returned"));
    // One that another way has overtaken while its acceptance was lost with the process counts no more.
    expect(count("returned")).toBeLessThanOrEqual(world.returned.length);
    expect(world.returned.every(({ isTaken }) => isTaken)).toBe(true);
    const returned = count("returned");
    database.close();
    return { ends, received: world.received, returned, wasKilled: first.isDead };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test.each<[string, (tries: number) => Treatment]>([
  ["take all", () => "accept"],
  ["fail twice, then take", (tries) => (tries < 2 ? "fail" : "accept")],
  ["refuse once, then take", (tries) => (tries < 1 ? "refuse" : "accept")],
  ["lose the first, then take", (tries) => (tries < 1 ? "lose" : "accept")],
  ["report a failure first, then take", (tries) => (tries < 1 ? "report-failure" : "accept")],
  ["send back the first, then take", (tries) => (tries < 1 ? "send-back" : "accept")],
])("providers that %s", { timeout: 240_000 }, async (what, treat) => {
  const undisturbed = await playKilled(Number.MAX_SAFE_INTEGER, treat);
  expect(undisturbed.ends).toHaveLength(3);
  if (what.startsWith("send back")) expect(undisturbed.returned).toBe(2);
  let kills = 0;
  for (let diesAt = 1; ; diesAt += 1) {
    const { ends, received, wasKilled } = await playKilled(diesAt, treat);
    if (!wasKilled) break;
    kills += 1;
    expect(
      ends.map((row) => row["delivery"]),
      `killed at ${diesAt}`,
    ).toEqual(["m0", "m1", "m2"]);
    // Without the crash only what a provider took and never reported on is sent as a repeat; with it, at most what was in hand besides: one message of each channel.
    const repeats = received.filter(({ message }) => message.isRepeat);
    if (!undisturbed.received.some(({ message }) => message.isRepeat))
      expect(repeats.every(({ life }) => life === 1)).toBe(true);
    for (const channel of ["sms", "mail"]) {
      const repeated = (all: typeof received): number =>
        all.filter((each) => each.channel === channel && each.message.isRepeat).length;
      expect(repeated(received), `killed at ${diesAt}`).toBeLessThanOrEqual(
        repeated(undisturbed.received) + 1,
      );
    }
    // Nobody gets a message a second time that does not say so, beyond what the providers' own failures ask for.
    const plain = received.filter(({ message }) => !message.isRepeat).length;
    expect(plain, `killed at ${diesAt}`).toBeLessThanOrEqual(undisturbed.received.length + repeats.length);
  }
  expect(kills).toBeGreaterThan(10);
});
