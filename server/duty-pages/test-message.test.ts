import type { Person } from "@coldkeep/core/people/principal.ts";
import { hourMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { samplePerson } from "../master-data/sample-master-data.ts";
import { type CalledSite, calledSite } from "../testing/called-site.ts";
import { visitPages } from "../testing/visit-pages.ts";
import { testsPerPersonMax } from "./test-message.ts";

const sara = samplePerson("sara", "Sara Claes", "storage");
const olle = samplePerson("olle", "Olle Berg", "on-call");
const aude = samplePerson("aude", "Aude Roy", "auditor");

const people = `
contacts:
  - { id: ann, name: Ann, phone: "+32470000001", email: ann@example.org, by: [email, sms], language: nl }
  - { id: olle, name: Olle, phone: "+32470000002", login: olle }
`;

let site: CalledSite;
let pages: ReturnType<typeof visitPages>;
let visitor: Person = sara;
beforeEach(async () => {
  site = await calledSite(people);
  visitor = sara;
  const { web, services } = site.server.server;
  Object.assign(services.identities, { person: () => visitor });
  pages = visitPages(web);
});
// Stopping replays the journal and compares.
afterEach(() => site.stop());

const ann = "/on-duty/contacts/ann";
const send = (medium: string, contact = "ann") => pages.post(`/on-duty/contacts/${contact}/test`, { medium });

test("a test goes through the real channel, says in the person's language that it is none, and its page says what became of it", async () => {
  site.sms.treat = () => "deliver";
  expect((await pages.get(ann)).text).toContain("SMS</b> +32470000001, second choice");
  expect(await send("sms")).toMatchObject({ status: 303, location: ann });
  expect((await pages.get(ann)).text).toContain("On its way");
  await site.pass(secondMs);
  expect(site.sms.sent.map(({ address, text }) => [address, text])).toEqual([
    [
      "+32470000001",
      "Test van Coldkeep mechelen: geen alarm\nSara Claes test of berichten bij u aankomen. Er is geen alarm en u hoeft niet te antwoorden.",
    ],
  ]);
  expect((await pages.get(ann)).text).toContain("It arrived");
  await send("email");
  await site.pass(secondMs);
  expect(site.mail.sent.map(({ subject }) => subject)).toEqual(["Test van Coldkeep mechelen: geen alarm"]);
  expect((await pages.get(ann)).text).toContain("The provider has it, and can say no more");
  const audited = site.server.server.services.database
    .prepare("SELECT actor, subject FROM audit WHERE action = 'contact.tested'")
    .all();
  expect(audited).toEqual([
    { actor: "person:sara", subject: "ann" },
    { actor: "person:sara", subject: "ann" },
  ]);
});

test("a test that fails says why, is let go of, and calls nobody about itself", async () => {
  site.sms.treat = () => "refuse";
  await send("sms");
  await site.pass(10 * minuteMs, 10 * secondMs);
  const { text } = await pages.get(ann);
  expect(text).toContain("It did not get through");
  expect(text).toMatch(/data-event="failed">.*not taken: /);
  expect(site.server.server.services.deliveries.open()).toEqual([]);
  expect((await site.alarms()).filter(({ kind }) => kind === "person-unreached")).toEqual([]);
  expect(site.mail.sent).toEqual([]);
});

test("so many tests to one person within the hour, and no more", async () => {
  for (let sent = 0; sent < testsPerPersonMax; sent += 1) expect((await send("email")).status).toBe(303);
  const refused = await send("sms");
  expect(refused.status).toBe(422);
  expect(refused.text).toContain("Ann had 6 tests within the last hour");
  expect((await send("sms", "olle")).status).toBe(303);
  await site.pass(hourMs + secondMs, minuteMs);
  expect((await send("sms")).status).toBe(303);
});

test("whoever is on call tests how they are reached themselves, and nobody else; an auditor nobody", async () => {
  visitor = olle;
  expect((await pages.get("/on-duty/contacts/olle")).text).toContain("Send a test");
  expect((await pages.get(ann)).text).not.toContain("Send a test");
  expect((await send("sms")).status).toBe(403);
  expect((await send("sms", "olle")).status).toBe(303);
  visitor = aude;
  expect((await pages.get(ann)).status).toBe(200);
  expect((await send("sms")).status).toBe(403);
});

test("without an address or a channel that works there is no test, and the page says so", async () => {
  expect((await send("matrix")).text).toContain("No test by Matrix");
  expect((await send("pigeon")).text).toContain("Say by what the test goes.");
  expect((await send("sms", "zoe")).status).toBe(404);
  site.sms.treat = () => "down";
  expect((await pages.get(ann)).text).toContain("no channel that works");
  expect((await send("sms")).text).toContain("no channel that works at the moment");
});
