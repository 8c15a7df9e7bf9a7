/** What people hear back after they answered a call, and what those hear who were called with them. */
import { afterEach, expect, test } from "vitest";
import { hourMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { notesPerHourMax } from "../summons/notes.ts";
import { calledSite, type CalledSite } from "../testing/called-site.ts";

const people = `
contacts:
  - { id: an, name: An Peeters, phone: "+32470000001", language: nl }
  - { id: bo, name: Bo Claes, phone: "+32470000002", language: fr }
  - { id: cy, name: Cy Maes, phone: "+32470000003", login: cy }
  - { id: head, name: Head of ward, email: head@example.org }
policies:
  - id: standard
    steps: [ { call: [ { contact: an }, { contact: bo }, { contact: cy }, { contact: head } ] } ]
    answerWithin: 30m
`;

let running: CalledSite | null = null;
let replies = 0;
afterEach(async () => {
  const stopping = running;
  running = null;
  await stopping?.stop();
});

/** The mains of a refrigerator are lost, and everybody is called. */
async function lost(given = people): Promise<CalledSite> {
  const site = await calledSite(given);
  running = site;
  await site.send({}, { "fridge-1": true });
  await site.pass(2 * secondMs);
  return site;
}

/** Somebody writes; the short messages that follow, by whom they are for. */
async function reply(site: CalledSite, from: string, text: string): Promise<string[]> {
  const before = site.sms.sent.length;
  replies += 1;
  const at = site.server.clock.epochMs();
  await site.sms
    .events()
    ?.reply({ channel: "sms-1", from: `+3247000000${from}`, text, at, reference: `n${replies}` });
  await site.pass(3 * secondMs);
  return site.sms.sent.slice(before).map((sent) => `${sent.address.slice(-1)} ${sent.text}`);
}

const codeOf = (site: CalledSite, from: string, place = "Red cells 1"): string => {
  const calls = site.sms.sent.filter(
    ({ address, text }) => address.endsWith(from) && text.includes(place) && /\d{4} 30/.test(text),
  );
  return /(\d{4}) 30/.exec(calls.at(-1)?.text ?? "")?.[1] ?? "";
};

test("who answers hears until when, and who was called by telephone that they need not come; who was called by mail hears nothing", async () => {
  const site = await lost();
  expect(site.sms.sent.map(({ address }) => address.slice(-1))).toEqual(["1", "2", "3"]);
  const mails = site.mail.sent.length;
  expect(await reply(site, "1", `${codeOf(site, "1")} 20`)).toEqual([
    "1 Red cells 1: genoteerd, u neemt het op u tot 01:20. Is het dan niet in orde, dan roepen we opnieuw op.",
    "2 Red cells 1: An Peeters s'en charge jusqu'à 01:20. Inutile de venir.",
    "3 Red cells 1: An Peeters sees to it until 01:20. You need not come.",
  ]);
  expect(site.mail.sent).toHaveLength(mails);
  const outcomes = site.server.server.services.database
    .prepare("SELECT id, outcome FROM deliveries WHERE id LIKE 'reply-%' OR id LIKE 'taken-on-%'")
    .all();
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["delivered", "delivered", "delivered"]);
});

test("who comes too late hears who was there before them, and what is over is said to be over", async () => {
  const site = await lost();
  await reply(site, "1", `${codeOf(site, "1")} 20`);
  expect(await reply(site, "2", `${codeOf(site, "2")} 10`)).toEqual([
    "2 Red cells 1: An Peeters s'en charge déjà, jusqu'à 01:20. Vous n'avez rien à faire.",
  ]);
  expect(await reply(site, "1", codeOf(site, "1"))).toEqual([
    "1 Red cells 1: genoteerd, u neemt het op u tot 01:20. Is het dan niet in orde, dan roepen we opnieuw op.",
  ]);
  await site.send({}, { "fridge-1": false });
  await site.pass(2 * minuteMs);
  expect(await reply(site, "3", codeOf(site, "3"))).toEqual([
    "3 Red cells 1: nobody is called about this any more. There is nothing for you to do.",
  ]);
});

test("why nothing was taken on is said, with the calls that wait and their codes; no record holds a code", async () => {
  const site = await lost();
  await site.pass(minuteMs);
  await site.send({}, { "fridge-2": true });
  await site.pass(minuteMs);
  const [one, two] = [codeOf(site, "3"), codeOf(site, "3", "Red cells 2")];
  const lines = `${two} = Red cells 2\n${one} = Red cells 1\nReply with code and minutes, such as ${two} 20`;
  const wrong = ["0000", "1111", "2222"].find((code) => code !== one && code !== two);
  expect(await reply(site, "3", `${wrong} 20`)).toEqual([
    `3 We know no such code, or no longer. Nothing is taken on.\n${lines}`,
  ]);
  expect(await reply(site, "3", "ok")).toEqual([
    `3 Several calls wait: begin with the code. Nothing is taken on yet.\n${lines}`,
  ]);
  expect(await reply(site, "3", "who is this?")).toEqual([
    `3 This was not understood. Nothing is taken on yet.\n${lines}`,
  ]);
  const kept = site.server.server.services.database
    .prepare("SELECT count(*) AS n FROM notifications WHERE instr(body, ?) > 0 OR instr(body, ?) > 0")
    .get(one, two);
  expect(kept).toEqual({ n: 0 });
});

test("a stranger hears nothing, nor does who writes where nothing waits for them and says nothing that could be an answer", async () => {
  const site = await lost();
  expect(await reply(site, "9", `${codeOf(site, "1")} 20`)).toEqual([]);
  await reply(site, "1", codeOf(site, "1"));
  expect(await reply(site, "3", "thanks!")).toEqual([]);
  expect(await reply(site, "3", "ok")).toEqual(["3 No call waits for you: there is nothing to take on."]);
});

test("two machines that answer each other come to an end, until the next hour", async () => {
  const site = await lost();
  const heard: string[] = [];
  for (let turn = 0; turn < 3 * notesPerHourMax; turn += 1)
    heard.push(...(await reply(site, "3", "ok, this is an automatic answer")));
  const answers = site.sms.sent.filter(({ id }) => id.startsWith("reply-"));
  expect(answers).toHaveLength(notesPerHourMax);
  expect(site.server.server.services.notes.withheld()).toBe(2 * notesPerHourMax);
  await site.pass(hourMs);
  expect((await reply(site, "3", "who is this?")).filter((text) => text.startsWith("3 This"))).toHaveLength(
    1,
  );
});

test("a note that nobody takes is given up, and says nothing about the person or the alarm", async () => {
  const site = await lost();
  const code = codeOf(site, "1");
  site.sms.treat = ({ id }) => (id.startsWith("reply-") || id.startsWith("taken-on-") ? "refuse" : "accept");
  await reply(site, "1", `${code} 30`);
  await site.pass(20 * minuteMs);
  expect((await site.alarms()).map(({ kind }) => kind)).not.toContain("person-unreached");
  const notes = site.server.server.services.database
    .prepare("SELECT outcome FROM deliveries WHERE id LIKE 'reply-%' OR id LIKE 'taken-on-%'")
    .all();
  expect(notes.map(({ outcome }) => outcome)).toEqual(["given-up", "given-up", "given-up"]);
});

test("whoever takes it on in the pages is not told so, and where the policy says so nobody is", async () => {
  const site = await lost();
  const [alarm] = await site.alarms();
  const before = site.sms.sent.length;
  await site.server.call("POST", `/v1/alarms/${alarm?.id}/acknowledge`, { by: "Cy Maes" });
  await site.pass(3 * secondMs);
  expect(site.sms.sent.slice(before).map(({ address }) => address.slice(-1))).toEqual(["1", "2"]);
  await site.stop();
  running = null;
  const quiet = await lost(people.replace("answerWithin: 30m", "tellOthers: false"));
  expect(await reply(quiet, "1", codeOf(quiet, "1"))).toHaveLength(1);
});

test("a storm of 500 appliances that somebody takes on adds a handful of short messages to each night, not 500", async () => {
  const appliances = Array.from({ length: 500 }, (_, index) => ({
    id: `fridge-${index}`,
    name: `Refrigerator ${index}`,
    kind: "refrigerator",
    profile: "red-cells-eu",
    circuit: "north",
    probes: [{ id: `p${index}` }],
  }));
  const site = await calledSite(people, appliances);
  running = site;
  await site.send({}, { "fridge-0": true });
  await site.pass(secondMs);
  await site.send({}, Object.fromEntries(appliances.slice(1).map(({ id }) => [id, true])));
  await site.pass(minuteMs);
  const calls = site.sms.sent.length;
  expect(calls).toBeLessThanOrEqual(3 * 3);
  for (const name of ["Refrigerator 0", "499 toestellen"])
    await reply(site, "1", `${codeOf(site, "1", name)} 30`);
  expect((await site.alarms()).filter(({ phase }) => phase !== "acknowledged").length).toBe(0);
  const notes = site.sms.sent.slice(calls);
  expect(notes.map(({ address, text }) => `${address.slice(-1)} ${text.split(":")[0]}`).toSorted()).toEqual([
    "1 Refrigerator 0",
    "1 Refrigerator 1 + nog 498",
    "2 Refrigerator 0",
    "2 Refrigerator 1 + 498 de plus",
    "3 Refrigerator 0",
    "3 Refrigerator 1 + 498 more",
  ]);
});
