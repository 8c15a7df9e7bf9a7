/** A mailbox that cannot be read for long calls people, and one that can again ends that. */
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { afterEach, expect, test } from "vitest";
import type { Channel } from "../channels/channel.ts";
import { replay } from "../replay/replay.ts";
import { fakeChannel } from "../testing/fake-channel.ts";
import { type TestServer, testServer } from "../testing/test-server.ts";
import { mailboxLookEveryMs, unreadAfterMs } from "./mailbox-alarm.ts";

let running: TestServer | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

interface KnownAlarm {
  readonly kind: string;
  readonly subject: string;
  readonly phase: string;
  readonly text: string;
}

async function unread({ call }: TestServer): Promise<KnownAlarm[]> {
  const { json } = await call("GET", "/v1/alarms");
  return (json as { items: KnownAlarm[] }).items.filter(({ kind }) => kind === "bounces-unread");
}

test("a mailbox that cannot be read for half an hour is an alarm until it can be", async () => {
  let mailboxWorks = 1;
  const reason = "The mailbox cannot be read: the mail server does not let us in";
  const mail = fakeChannel("relay", "email");
  const channel: Channel = {
    ...mail,
    status: () => ({ isWorking: true, detail: "", facts: { mailboxWorks, mailbox: reason } }),
  };
  const server = await testServer({ channels: [channel, fakeChannel("sms-1", "sms")] });
  running = server;
  await server.server.start();
  server.clock.advance(2 * mailboxLookEveryMs);
  mailboxWorks = 0;
  server.clock.advance(unreadAfterMs);
  expect(await unread(server)).toEqual([]);
  server.clock.advance(mailboxLookEveryMs);
  expect(await unread(server)).toMatchObject([
    { subject: "relay", phase: "unacknowledged", text: expect.stringContaining(reason) },
  ]);
  // A short while in which it can be read begins the time anew.
  mailboxWorks = 1;
  server.clock.advance(mailboxLookEveryMs);
  mailboxWorks = 0;
  server.clock.advance(unreadAfterMs - minuteMs);
  expect(await unread(server)).toMatchObject([{ phase: "returned-unacknowledged" }]);
  expect(replay(server.server.services.database, () => undefined).differing).toEqual([]);
});
