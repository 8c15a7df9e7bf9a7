/** Mails that were handed over and come back: the person is called by another way, or it is an alarm and the next step's turn; on the real records under a virtual clock. */
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { afterEach, expect, test } from "vitest";
import { calledSite, calledSiteFile, type CalledSite } from "../testing/called-site.ts";

const policy = `
policies:
  - id: standard
    kinds: [ power ]
    steps: [ { call: [ { contact: an } ], by: [ email ] }, { after: 30m, call: [ { contact: bo } ] } ]
    repeatEvery: 4h
    answerWithin: 8h
`;

const bo = `  - { id: bo, name: Bo Claes, phone: "+32470000002" }`;
const byMailAlone = `
contacts:
  - { id: an, name: An Peeters, email: an@example.org }
${bo}
${policy}`;
const byBoth = `
contacts:
  - { id: an, name: An Peeters, email: an@example.org, phone: "+32470000001" }
${bo}
${policy}`;

let running: CalledSite | null = null;
afterEach(async () => {
  const stopping = running;
  running = null;
  // A replay of the journal must come to the same state.
  await stopping?.stop();
});

async function called(people: string): Promise<CalledSite> {
  const site = await calledSite(people);
  running = site;
  await site.send({}, { "fridge-1": true });
  await site.pass(2 * secondMs);
  expect(site.mail.sent).toHaveLength(1);
  return site;
}

/** The n-th mail comes back, or something is said of it. */
async function report(
  { mail }: CalledSite,
  number: number,
  name: string,
  isDelivered: false | null = false,
): Promise<void> {
  const reason = "the mail came back: an@example.org: 550 5.1.1 no such mailbox";
  const isNote = isDelivered === null;
  const told = { channel: "mail", reference: `mail-${number}`, isDelivered, reason, at: 0, name, isNote };
  await mail.events()?.report(told);
}

function events({ server }: CalledSite): string[] {
  return server.server.services.database
    .prepare("SELECT event, detail FROM delivery_events WHERE delivery LIKE '%.an' ORDER BY number")
    .all()
    .map((row) => `${String(row["event"])} ${String(row["detail"])}`);
}

async function unreached(site: CalledSite): Promise<string[]> {
  return (await site.alarms()).flatMap(({ kind, subject, phase }) =>
    kind === "person-unreached" ? [`${subject} ${phase}`] : [],
  );
}

test("where there is another way it is gone at once", async () => {
  const site = await called(byBoth);
  await report(site, 1, "report-1");
  await site.pass(2 * secondMs);
  expect(site.told().filter((each) => each.includes("power"))).toEqual([
    expect.stringContaining("+32470000001 sms-1"),
    expect.stringContaining("an@example.org mail"),
  ]);
  expect(await unreached(site)).toEqual([]);
  expect(events(site)).toEqual([
    "accepted null",
    "ended handed-over",
    expect.stringMatching(/^returned .*550 5.1.1/),
    expect.stringMatching(/^moved-on /),
    "accepted null",
    "ended delivered",
  ]);
});

test("where there is no other way it is an alarm, and the next step is called at once", async () => {
  const site = await called(byMailAlone);
  await report(site, 1, "report-1");
  await site.pass(2 * secondMs);
  expect(await unreached(site)).toEqual(["an unacknowledged"]);
  expect(site.told()).toContainEqual(expect.stringMatching(/^\+32470000002 sms-1 .*power/));
});

test("what is handed over to an address that sends back proves nothing for a day, so that the alarm does not come and go", async () => {
  const site = await called(byMailAlone);
  await report(site, 1, "report-1");
  await site.pass(16 * minuteMs);
  const again = site.mail.sent.filter(({ id }) => id === site.mail.sent[0]?.id);
  expect(again).toHaveLength(2);
  expect(await unreached(site)).toEqual(["an unacknowledged"]);
  // The same report read again, as after a restart, is no second one.
  await report(site, site.mail.sent.length, "report-1");
  await site.pass(2 * secondMs);
  expect(events(site).filter((each) => each.startsWith("returned"))).toHaveLength(1);
});

test("that a message came back is told where contacts are, until the address is another", async () => {
  const site = await called(byBoth);
  await report(site, 1, "report-1");
  const told = /A message to an@example\.org came back on 22 Nov 2026, 01:00/;
  expect((await site.server.call("GET", "/on-duty")).text).toMatch(told);
  await site.apply(calledSiteFile(byBoth.replace("an@example.org", "an.peeters@example.org")));
  expect((await site.server.call("GET", "/on-duty")).text).not.toMatch(told);
});

test("what comes back after somebody answered is an alarm, and nothing is sent again", async () => {
  const site = await called(byBoth);
  for (const { id } of await site.alarms())
    await site.server.call("POST", `/v1/alarms/${id}/acknowledge`, { by: "Bo" });
  await site.pass(2 * secondMs);
  await report(site, 1, "report-1");
  await site.pass(2 * secondMs);
  // The call about that reached An by SMS, which ends the alarm; it still asks for somebody to see it.
  expect(await unreached(site)).toEqual(["an returned-unacknowledged"]);
  expect(site.told().filter((each) => each.includes("power"))).toEqual([
    expect.stringContaining("an@example.org mail"),
  ]);
  expect(events(site)).toContain("ended returned");
});

test("that a mail waits or that somebody is away is on record and changes nothing", async () => {
  const site = await called(byBoth);
  await report(site, 1, "away-1", null);
  await report(site, 1, "away-1", null);
  await site.pass(2 * secondMs);
  expect(events(site)).toEqual(["accepted null", "ended handed-over", expect.stringMatching(/^noted /)]);
  expect(await unreached(site)).toEqual([]);
  await site.pass(minuteMs);
  expect(site.told()).toHaveLength(1);
});

test("a mail that comes back after the call is over is an alarm", async () => {
  const site = await called(byMailAlone);
  await site.send({}, { "fridge-1": false });
  await site.pass(minuteMs);
  const before = site.mail.sent.length;
  await report(site, 1, "report-1");
  await site.pass(minuteMs);
  expect(await unreached(site)).toEqual(["an unacknowledged"]);
  expect(site.mail.sent.slice(before).filter(({ id }) => id === site.mail.sent[0]?.id)).toEqual([]);
});
