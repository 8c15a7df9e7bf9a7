/** How alarms about calling people end: with what they are about, so that nobody is called about them for ever. */
import { afterEach, expect, test } from "vitest";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { calledSite, calledSiteFile, type CalledSite } from "../testing/called-site.ts";

const an = `{ id: an, name: An Peeters, email: an@example.org }`;
const bo = `{ id: bo, name: Bo Claes, phone: "+32470000002" }`;

let running: CalledSite | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  await stopping?.stop();
});

async function lost(people: string): Promise<CalledSite> {
  const site = await calledSite(people);
  running = site;
  site.sms.treat = () => "refuse";
  await site.send({}, { "fridge-1": true });
  await site.pass(30 * secondMs);
  return site;
}

async function minutes(site: CalledSite, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    await site.pass(minuteMs, 10 * secondMs);
    await site.send({});
  }
}

const on = (site: CalledSite, kind: string): boolean =>
  site.server.server.services.alarms.underWay().some((alarm) => alarm.kind === kind && alarm.state.condition);

test("that a person cannot be reached ends when they are a contact no more", async () => {
  const site = await lost(`contacts: [ ${an}, ${bo} ]`);
  expect(on(site, "person-unreached")).toBe(true);
  await site.apply(calledSiteFile(`contacts: [ ${an} ]`));
  await minutes(site, 32);
  expect(on(site, "person-unreached")).toBe(false);
  const told = site.told().filter((each) => each.includes("Bo Claes"));
  expect(told.filter((each) => each.includes("Still on"))).toEqual([]);
});

test("that nobody is on call ends with the call that found nobody", async () => {
  const site = await lost(`
contacts: [ ${an} ]
rotas: [ { id: empty, name: Empty, layers: [ { id: week, start: 2030-01-01, cycleDays: 7, handOvers: [ { at: "08:00" } ], people: [an] } ] } ]
policies: [ { id: all, steps: [ { call: [ { rota: empty } ] } ] } ]
`);
  expect(on(site, "nobody-on-call")).toBe(true);
  for (const { id, kind } of await site.alarms())
    if (kind === "power") await site.server.call("POST", `/v1/alarms/${id}/acknowledge`, { by: "An" });
  expect(on(site, "nobody-on-call")).toBe(false);
});

test("what is said of a call that nobody answers names what is still open", async () => {
  const site = await calledSite(`
contacts: [ ${an} ]
policies: [ { id: all, steps: [ { call: [ { contact: an } ] } ], answerWithin: 2m } ]
`);
  running = site;
  await site.send({}, { "fridge-1": true, "fridge-2": true });
  await site.pass(secondMs);
  for (const { id, subject } of await site.alarms())
    if (subject === "fridge-1") await site.server.call("POST", `/v1/alarms/${id}/acknowledge`, { by: "An" });
  await minutes(site, 3);
  const texts = site.server.server.services.alarms.underWay().filter(({ kind }) => kind === "unanswered");
  expect(texts.map(({ text }) => text.replace(/ since.*/, ""))).toEqual([
    "Nobody answers: Red cells 2: power lost",
  ]);
});
