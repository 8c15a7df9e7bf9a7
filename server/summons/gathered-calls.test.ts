/** Calls that wait for others of their cause, and what becomes of their alarms meanwhile; on the real records under a virtual clock. */
import { afterEach, expect, test } from "vitest";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { calledSite, type CalledSite } from "../testing/called-site.ts";

const people = `
contacts:
  - { id: an, name: An Peeters, phone: "+32470000001" }
  - { id: bo, name: Bo Claes, phone: "+32470000002" }
policies:
  - id: standard
    steps: [ { call: [ { contact: an } ] }, { after: 2m, call: [ { contact: bo } ] } ]
    repeatEvery: 2m
    answerWithin: 1m
`;

let running: CalledSite | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  await stopping?.stop();
});

/** Two refrigerators lose power two seconds after each other: the second call waits. */
async function twoInARow(): Promise<CalledSite> {
  const site = await calledSite(people);
  running = site;
  await site.send({}, { "fridge-1": true });
  await site.pass(2 * secondMs);
  await site.send({}, { "fridge-2": true });
  return site;
}

/** What was told of a refrigerator from now on, within four minutes. */
async function toldOf(site: CalledSite, name: string): Promise<string[]> {
  await site.pass(4 * minuteMs);
  return site.told().filter((each) => each.includes(name));
}

async function onEach(site: CalledSite, act: string, body: object): Promise<void> {
  for (const { id } of await site.alarms())
    expect((await site.server.call("POST", `/v1/alarms/${id}/${act}`, body)).status).toBe(200);
}

test("what somebody takes on before it is its turn calls nobody", async () => {
  const site = await twoInARow();
  await onEach(site, "acknowledge", { by: "An" });
  expect(await toldOf(site, "Red cells 2")).toEqual([]);
  await site.send({}, { "fridge-2": false });
  expect(await toldOf(site, "Red cells 2")).toEqual([]);
});

test("what is shelved before it is its turn calls nobody until that ends", async () => {
  const site = await twoInARow();
  await onEach(site, "shelve", { by: "An", note: "defrosting", minutes: 5 });
  expect(await toldOf(site, "Red cells 2")).toEqual([]);
  const before = site.told().length;
  await site.pass(90 * secondMs);
  expect(site.told().slice(before)).toContainEqual(
    expect.stringContaining("power lost on circuit north, 2 appliances"),
  );
});

test("what goes before it is its turn is told once, as over, and asks nobody for an answer", async () => {
  const site = await twoInARow();
  await site.pass(secondMs);
  await site.send({}, { "fridge-2": false });
  expect(await toldOf(site, "Red cells 2")).toEqual([
    "+32470000001 sms-1 Back to normal: Red cells 2: was power lost from 01:00",
  ]);
  const unanswered = (await site.alarms()).filter(({ kind }) => kind === "unanswered");
  expect(unanswered.map(({ appliance }) => appliance)).toEqual(["fridge-1"]);
});

test("what has come back while its end waited to be told is not told as over", async () => {
  const site = await twoInARow();
  await site.pass(minuteMs);
  await site.send({}, { "fridge-1": false });
  await site.pass(2 * secondMs);
  await site.send({}, { "fridge-2": false });
  await site.pass(2 * secondMs);
  await site.send({}, { "fridge-2": true });
  const told = await toldOf(site, "Red cells 2");
  expect(told.filter((each) => each.includes("Back to normal"))).toEqual([]);
});

test("what was promised about several and not kept is said in the call that follows, and of how many it was", async () => {
  const site = await calledSite(people);
  running = site;
  await site.send({}, { "fridge-1": true, "fridge-2": true, "fridge-3": true });
  await site.pass(2 * secondMs);
  const [first, ...others] = await site.alarms();
  const take = (id: string | undefined, by: string, what: string) =>
    site.server.call("POST", `/v1/alarms/${id ?? ""}/acknowledge`, {
      by,
      promise: { what, withinMinutes: 5 },
    });
  for (const { id } of others) await take(id, "An", "moving the bags");
  await take(first?.id, "Bo", "ringing the electrician");
  await site.pass(5 * minuteMs + 2 * secondMs);
  const again = site.sms.sent.findLast(({ subject }) => subject.startsWith("Still on"));
  expect(again?.text.split("\n").slice(0, 2)).toEqual([
    "Still on: power lost on circuit north, 3 appliances, 0 units",
    expect.stringMatching(
      /^(An promised "moving the bags" by 01:05; it is still out \(2 alarms\)|Bo promised "ringing the electrician" by 01:05; it is still out \(1 alarm\))$/,
    ),
  ]);
});

test("two policies that find nobody in a flood are told of, and the readings are taken", async () => {
  running = await calledSite(`
contacts: [ { id: an, name: An Peeters, phone: "+32470000001" } ]
rotas:
  - { id: empty, name: Empty, layers: [ { id: week, start: 2030-01-01, cycleDays: 7, handOvers: [ { at: "08:00" } ], people: [an] } ] }
policies:
  - { id: upstairs, appliances: [fridge-1, fridge-2], steps: [ { call: [ { rota: empty } ] } ] }
  - { id: downstairs, appliances: [fridge-3, fridge-4], steps: [ { call: [ { rota: empty } ] } ] }
`);
  const lost = { "fridge-1": true, "fridge-2": true, "fridge-3": true, "fridge-4": true };
  expect(await running.send({}, lost)).toBe(200);
  await running.pass(2 * secondMs);
  expect(running.told()).toEqual([
    // Where a whole policy reaches nobody, everybody is called, once for each policy.
    expect.stringContaining("power lost on circuit north"),
    expect.stringContaining("power lost on circuit north"),
    expect.stringContaining("nobody on call at mechelen, 2 alarms"),
  ]);
});

test("each contact has their own message, whatever their ids are made of", async () => {
  running = await calledSite(`
contacts:
  - { id: an, name: An, email: an@example.org, phone: "+32470000001" }
  - { id: an.sms, name: An of SMS, email: an.sms@example.org }
  - { id: an.2, name: Second An, email: an.2@example.org }
policies: [ { id: all, steps: [ { call: [ { contact: an }, { contact: an.sms }, { contact: an.2 } ] } ], repeatEvery: 2m } ]
`);
  await running.send({}, { "fridge-1": true });
  await running.pass(3 * minuteMs);
  await running.send({}, { "fridge-1": false });
  await running.pass(secondMs);
  const who = running.told().map((each) => each.split(" ")[0]);
  for (const address of ["an@example.org", "an.sms@example.org", "an.2@example.org", "+32470000001"])
    expect(who.filter((each) => each === address)).toHaveLength(3);
});
