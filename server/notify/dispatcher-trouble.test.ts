/** What one message or one provider in trouble does to the others: nothing. On the real records under a virtual clock. */
import { afterEach, expect, test } from "vitest";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { calledSite, type CalledSite } from "../testing/called-site.ts";
import { roundMax } from "./dispatcher.ts";

const people = `
contacts:
  - { id: an, name: An Peeters, phone: "+32470000001" }
  - { id: bo, name: Bo Claes, email: bo@example.org }
`;

let running: CalledSite | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  await stopping?.stop(false);
});

/** Owes SMS of low urgency to An, as many as asked for. */
function owe({ server }: CalledSite, count: number): void {
  const { committer, deliveries, site } = server.server.services;
  const body = new TextEncoder().encode(JSON.stringify(site()?.site));
  const routes = [{ channel: "sms-1", medium: "sms", address: "+32470000001", proves: "delivery" }] as const;
  committer.commit({ kind: "site", source: "the test", encoding: "identity", body }, (commit) => {
    for (let index = 0; index < count; index += 1)
      deliveries.owe(commit, {
        id: `note-${index}`,
        about: "note",
        contact: "an",
        medium: "sms",
        language: "en",
        thread: null,
        address: "+32470000001",
        subject: "A note",
        body: "A note",
        routes,
        deliverWithinMs: minuteMs,
        drill: null,
        summons: null,
      });
  });
}

test("a provider with more waiting than one round looks at holds up no other provider", async () => {
  const site = await calledSite(people);
  running = site;
  site.sms.treat = () => "hang";
  owe(site, roundMax + 10);
  await site.pass(5 * secondMs);
  await site.send({}, { "fridge-1": true });
  await site.pass(3 * secondMs);
  expect(site.mail.sent.map(({ subject }) => subject)).toEqual([
    "Alarm: Red cells 1: power lost since 01:00",
  ]);
});

test("what is critical goes before what waits", async () => {
  const site = await calledSite(people);
  running = site;
  site.sms.treat = () => "hang";
  owe(site, 20);
  await site.pass(5 * secondMs);
  await site.send({ p1: 14 });
  await site.pass(2 * minuteMs);
  expect(site.sms.sent.slice(0, 2).map(({ subject }) => subject.slice(0, 8))).toEqual(["A note", "CRITICAL"]);
});

test("a message whose outcome cannot be kept is not sent again and again, and the others go on", async () => {
  const site = await calledSite(people);
  running = site;
  const { database } = site.server.server.services;
  database
    .prepare(
      "CREATE TRIGGER stuck BEFORE UPDATE ON deliveries WHEN new.medium = 'sms' BEGIN SELECT raise(ABORT, 'no'); END",
    )
    .run();
  await site.send({}, { "fridge-1": true });
  await site.pass(10 * secondMs);
  expect(site.sms.sent.length).toBeLessThanOrEqual(2);
  expect(site.mail.sent).toHaveLength(1);
  await site.send({}, { "fridge-1": false });
  database.prepare("DROP TRIGGER stuck").run();
  await site.pass(2 * minuteMs);
  expect(site.server.server.services.deliveries.owed()).toBe(0);
});
