/** What messages say of how long is left before a limit: from the readings on record, on the real records under a virtual clock. Stopping replays the journal and compares the messages. */
import { afterEach, expect, test } from "vitest";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { calledSite, type CalledSite, calledSiteFile } from "../testing/called-site.ts";

const people = `
contacts:
  - { id: an, name: An Peeters, email: an@example.org, phone: "+32470000001", by: [sms] }
  - { id: bo, name: Bo Claes, email: bo@example.org, by: [email] }
`;

let running: CalledSite | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  await stopping?.stop();
});

/** A refrigerator that is quiet for a while and then warms up, `perMinute` a minute, with what is added to each reading. */
async function warming(perMinute: number, noise: (reading: number) => number): Promise<CalledSite> {
  const site = await calledSite(people);
  running = site;
  await site.apply(calledSiteFile(people).replace("alarmDelay: 5m", "alarmDelay: 5m, warnHigh: 5"));
  for (let reading = 0; reading < 120 && site.sms.sent.length === 0; reading += 1) {
    const since = Math.max(reading - 15, 0);
    await site.send({ p1: 4 + (since / 2) * perMinute + noise(reading) });
    await site.pass(30 * secondMs);
  }
  return site;
}

test("a warning says about how long is left, and the mail between when and when and that it is a forecast", async () => {
  const site = await warming(0.08, () => 0);
  const [told] = site.sms.sent;
  expect(told?.subject).toBe("Advice: Red cells 1: 5.4 °C above the warning at 5.0 °C, ~7 min left");
  expect(site.mail.sent[0]?.text).toMatch(
    /Time left: about \d+ min: expected at the limit at \d\d:\d\d, between \d\d:\d\d and \d\d:\d\d \(a forecast, not a promise\)/,
  );
});

test("where the readings are too unsteady for a forecast, or the limit is far off, nothing is said of it", async () => {
  const unsteady = await warming(0.06, (reading) => (reading % 3) * 0.35);
  expect(unsteady.sms.sent[0]?.subject).toMatch(/^Advice: Red cells 1/);
  expect(unsteady.sms.sent.map(({ subject }) => subject).join()).not.toContain("left");
  await unsteady.pass(minuteMs);
});
