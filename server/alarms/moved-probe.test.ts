/** A probe that is placed in another appliance while it has an alarm: whether people are called follows the appliance in which it is. */
import { afterEach, expect, test } from "vitest";
import { formatInstant, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { calledSite, calledSiteFile, type CalledSite } from "../testing/called-site.ts";

const people = `
contacts: [ { id: an, name: An Peeters, phone: "+32470000001" } ]
`;
const moved = calledSiteFile(people)
  .replace("probes: [ { id: p1 } ]", "probes: [ { id: spare } ]")
  .replace("probes: [ { id: p2 } ]", "probes: [ { id: p2 }, { id: p1 } ]");

let running: CalledSite | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  await stopping?.stop();
});

async function takeOut(site: CalledSite, appliance: string): Promise<void> {
  const until = formatInstant(site.server.clock.epochMs() + 24 * hourMs);
  const body = { by: "An", reason: "repair", until, unitsRemain: true };
  const { status } = await site.server.call("POST", `/v1/appliances/${appliance}/out-of-service`, body);
  expect(status).toBe(200);
}

/** Minutes with a critical temperature at the probe. */
async function warm(site: CalledSite, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await site.send({ p1: 14, p2: 4 });
    await site.pass(minuteMs);
  }
}

const about = async (site: CalledSite) =>
  (await site.alarms())
    .filter(({ subject }) => subject === "p1")
    .map(({ phase, appliance }) => [phase, appliance]);

test("people are called about a probe that came from an appliance out of service to one in service", async () => {
  const site = await calledSite(people);
  running = site;
  await takeOut(site, "fridge-1");
  await warm(site, 2);
  expect(await about(site)).toEqual([["out-of-service", "fridge-1"]]);
  expect(site.told()).toEqual([]);
  await site.apply(moved);
  await warm(site, 2);
  expect(await about(site)).toEqual([["unacknowledged", "fridge-2"]]);
  expect(site.told()).toEqual([expect.stringMatching(/CRITICAL: Red cells 2: 14.0 °C above/)]);
});

test("nobody is called about a probe that came to an appliance out of service, until that ends", async () => {
  const site = await calledSite(people);
  running = site;
  await takeOut(site, "fridge-2");
  await warm(site, 2);
  expect(site.told()).toHaveLength(1);
  await site.apply(moved);
  await warm(site, 2);
  expect(await about(site)).toEqual([["out-of-service", "fridge-2"]]);
  await warm(site, 40);
  expect(site.told()).toHaveLength(1);
  await site.server.call("POST", "/v1/appliances/fridge-2/return-to-service", { by: "An" });
  await warm(site, 1);
  expect(site.told()).toHaveLength(2);
});
