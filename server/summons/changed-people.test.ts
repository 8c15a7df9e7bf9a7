/** Policies, rotas and contacts that change, or have nobody, while people are being called; on the real records under a virtual clock. */
import { afterEach, expect, test } from "vitest";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { calledSite, calledSiteFile, type CalledSite } from "../testing/called-site.ts";

const an = `{ id: an, name: An Peeters, phone: "+32470000001" }`;
const bo = `{ id: bo, name: Bo Claes, phone: "+32470000002" }`;
const byAn = `
contacts: [ ${an}, ${bo} ]
policies: [ { id: all, steps: [ { call: [ { contact: an } ] } ], repeatEvery: 10m, answerWithin: 90m } ]
`;

let running: CalledSite | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  await stopping?.stop();
});

/** The mains of a refrigerator are lost; its gateway goes on. */
async function lost(people: string): Promise<CalledSite> {
  const site = await calledSite(people);
  running = site;
  await site.send({}, { "fridge-1": true });
  await site.pass(2 * secondMs);
  return site;
}

async function minutes(site: CalledSite, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    await site.pass(minuteMs, 10 * secondMs);
    await site.send({});
  }
}

const powerTold = (site: CalledSite): string[] => site.told().filter((each) => each.includes("power lost"));

test("an alarm that asks for people again asks those of the policy that is in force by then", async () => {
  const site = await lost(byAn);
  await site.apply(calledSiteFile(byAn.replace("contact: an", "contact: bo")));
  await minutes(site, 25);
  expect(powerTold(site).every((each) => each.startsWith("+32470000001"))).toBe(true);
  const before = powerTold(site).filter((each) => each.startsWith("+32470000002")).length;
  await minutes(site, 18);
  expect(
    powerTold(site)
      .filter((each) => each.startsWith("+32470000002"))
      .slice(before),
  ).toEqual([
    "+32470000002 sms-1 Still on: Red cells 1: power lost since 01:00",
    "+32470000002 sms-1 Still on: Red cells 1: power lost since 01:00",
  ]);
});

test("where the last step finds nobody, everybody is told what the alarm is", async () => {
  const site = await lost(`
contacts: [ ${an}, ${bo} ]
rotas: [ { id: empty, name: Empty, layers: [ { id: week, start: 2030-01-01, cycleDays: 7, handOvers: [ { at: "08:00" } ], people: [an] } ] } ]
policies: [ { id: all, steps: [ { call: [ { rota: empty } ] }, { after: 5m, call: [ { rota: empty } ] } ] } ]
`);
  expect(powerTold(site)).toEqual([
    "+32470000001 sms-1 Alarm: Red cells 1: power lost since 01:00",
    "+32470000002 sms-1 Alarm: Red cells 1: power lost since 01:00",
  ]);
  expect((await site.alarms()).map(({ kind }) => kind).toSorted()).toEqual(["nobody-on-call", "power"]);
});

test("whose contact is taken out while they are being called is not the end of it", async () => {
  const site = await lost(byAn);
  await site.apply(calledSiteFile(`contacts: [ ${bo} ]`));
  await minutes(site, 11);
  expect(powerTold(site).slice(1)).toEqual([
    "+32470000002 sms-1 Still on: Red cells 1: power lost since 01:00",
  ]);
});

test("an alarm that asks for people again does not wait for a first step that is far off", async () => {
  const site = await lost(byAn);
  const late = byAn.replace("{ call: [ { contact: an } ] }", "{ after: 2h, call: [ { contact: bo } ] }");
  await site.apply(calledSiteFile(late));
  await minutes(site, 32);
  expect(powerTold(site).filter((each) => each.startsWith("+32470000002"))).toEqual([
    "+32470000002 sms-1 Still on: Red cells 1: power lost since 01:00",
  ]);
});
