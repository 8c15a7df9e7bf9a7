/** What people send back, and what it does: on the real records, from the alarm to its record. */
import { afterEach, expect, test } from "vitest";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { calledSite, type CalledSite } from "../testing/called-site.ts";
import { readReply } from "./take-reply.ts";

const people = `
contacts:
  - { id: an, name: An Peeters, phone: "+32470000001" }
  - { id: bo, name: Bo Claes, phone: "+32470000002" }
policies:
  - id: standard
    steps: [ { call: [ { contact: an } ] }, { after: 10m, call: [ { contact: bo } ] } ]
    answerWithin: 5m
`;

let running: CalledSite | null = null;
let replies = 0;
afterEach(async () => {
  const stopping = running;
  running = null;
  await stopping?.stop();
});

/** The mains of a refrigerator are lost, and the first step is called. */
async function lost(given = people): Promise<CalledSite> {
  const site = await calledSite(given);
  running = site;
  await site.send({}, { "fridge-1": true });
  await site.pass(2 * secondMs);
  return site;
}

async function reply(site: CalledSite, from: string, text: string): Promise<string> {
  replies += 1;
  const at = site.server.clock.epochMs();
  const reference = `reply-${replies}`;
  await site.sms.events()?.reply({ channel: "sms-1", from, text, at, reference });
  const row = site.server.server.services.database
    .prepare("SELECT outcome FROM replies WHERE reference = ?")
    .get(reference);
  return String(row?.["outcome"]);
}

const codeIn = (text: string | undefined): string => /Reply (\d{4})/.exec(text ?? "")?.[1] ?? "";

test("who writes that they cannot come takes nothing on: the next one is called at once", async () => {
  const site = await lost();
  expect(
    await reply(site, "+32470000001", `${codeIn(site.sms.sent[0]?.text)} nee, ik ben niet van wacht`),
  ).toBe("declined");
  expect((await site.alarms()).map(({ phase }) => phase)).toEqual(["unacknowledged"]);
  await site.pass(2 * secondMs);
  const calls = site.sms.sent.filter(({ id }) => !id.startsWith("reply-"));
  expect(calls.map(({ address }) => address)).toEqual(["+32470000001", "+32470000002"]);
});

test.each(["0032470000001", "32470000001", "0470 00 00 01"])(
  "a reply counts from %s, however the provider writes the number",
  async (from) => {
    const site = await lost();
    expect(await reply(site, from, `${codeIn(site.sms.sent[0]?.text)} 20`)).toBe("taken");
    expect((await site.alarms()).map(({ acknowledgedBy }) => acknowledgedBy)).toEqual(["An Peeters"]);
  },
);

test("who answers the call that nobody answers takes on what nobody has answered", async () => {
  const site = await lost();
  await site.pass(16 * minuteMs);
  const call = site.sms.sent.find(({ subject }) => subject.includes("nobody answers"));
  expect(call).toBeDefined();
  expect(await reply(site, call?.address ?? "", `${codeIn(call?.text)} 30 on my way`)).toBe("taken");
  await site.pass(2 * secondMs);
  const left = (await site.alarms()).filter(({ kind }) => kind === "power" || kind === "unanswered");
  expect(left.map(({ kind, phase, promise }) => [kind, phase, promise?.what])).toEqual([
    ["power", "acknowledged", "on my way"],
  ]);
});

test("where two calls have one code by chance, the one that is over is not meant, and of two that wait neither is taken on", async () => {
  const site = await lost();
  await site.pass(minuteMs);
  await site.send({}, { "fridge-2": true });
  await site.pass(15 * secondMs);
  const { services } = site.server.server;
  const at = site.server.clock.epochMs();
  const sent = { channel: "sms-1", from: "+32470000001", text: "1234 20", at, reference: "r" };
  const key = { ...services.answerKey, codeOf: () => "1234" };
  const read = () => readReply({ ...services, key }, sent, "sms", at);
  expect(read()).toMatchObject({ outcome: "code-missing", delivery: null });
  const [newest] = await site.alarms();
  await site.server.call("POST", `/v1/alarms/${newest?.id}/acknowledge`, { by: "An" });
  expect(read()).toMatchObject({ outcome: "taken", delivery: expect.stringContaining("fridge-1") });
});
