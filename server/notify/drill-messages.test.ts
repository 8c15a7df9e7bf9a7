/** Messages of drills on their way: what is real goes before them, and finds the channels free. */
import { expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { composeInside } from "../inside.ts";
import { openDatabase } from "../store/database.ts";
import { makeChannelEar } from "../summons/channel-events.ts";
import { fakeChannel } from "../testing/fake-channel.ts";
import { testStart } from "../testing/test-server.ts";
import { makeDispatcher } from "./dispatcher.ts";

test.each([
  [1, ["real"]],
  [4, ["real", "drill-1"]],
] as const)(
  "of a channel that takes %i at a time what is real gets the first place, and drills one at most",
  async (concurrency, begun) => {
    const clock = virtualClock(testStart);
    const database = openDatabase(":memory:");
    const inside = composeInside(database, clock);
    const channel = { ...fakeChannel("sms", "sms"), concurrency };
    channel.treat = () => "accept";
    const sent: string[] = [];
    const stuck = {
      ...channel,
      send: async ({ id }: { id: string }) => (sent.push(id), new Promise<never>(() => undefined)),
    };
    inside.begin(null, [{ id: "sms", medium: "sms", proves: "delivery" }]);
    const owe = (id: string, drill: string | null): void =>
      inside.committer.commit(
        { kind: "tick", source: "test", encoding: "identity", body: new Uint8Array() },
        (commit) =>
          inside.deliveries.owe(commit, {
            id,
            about: id,
            contact: "an",
            medium: "sms",
            language: "en",
            thread: null,
            address: "+32470000001",
            subject: "s",
            body: "b",
            routes: [{ channel: "sms", medium: "sms", address: "+32470000001", proves: "delivery" }],
            deliverWithinMs: minuteMs,
            summons: null,
            drill,
          }),
      );
    for (const id of ["drill-1", "drill-2", "drill-3"]) owe(id, "drill-1");
    clock.advance(1);
    owe("real", null);
    const channels = [stuck];
    const ear = makeChannelEar({ ...inside, channels, reply: async () => undefined, note: () => undefined });
    const dispatcher = makeDispatcher({ ...inside, channels, warn: () => undefined, take: ear.take });
    dispatcher.start();
    clock.advance(0);
    expect(sent).toEqual(begun);
    database.close();
  },
);
