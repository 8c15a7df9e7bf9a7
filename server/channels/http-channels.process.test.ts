/** Each channel over HTTP against a provider that behaves badly. */
import { createHmac } from "node:crypto";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { problemOf } from "../http/problems.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { testStart } from "../testing/test-server.ts";
import type { ChannelEvents, DeliveryReport, KeyPress, Reply } from "./channel.ts";
import { channelContract, contractMessage, type ContractWorld } from "./channel-contract.ts";
import { followMaxMs } from "./follower.ts";
import { answerWithinMs } from "./http-call.ts";
import { inboundRoutes } from "./inbound-routes.ts";
import { openChannels } from "./open-channel.ts";
import { hearingsMax } from "./twilio.ts";
import { type HeardCall, type ProviderAnswer, rudeProvider, type RudeProvider } from "./rude-provider.ts";

const secret = "planted-secret-0123456789abcdef";
const accountSid = `AC${"0".repeat(32)}`;
const signal = new AbortController().signal;

type Answer = (behaviour: "accept" | "refuse" | "not-now", call: HeardCall) => ProviderAnswer | null;
interface World extends ContractWorld {
  readonly provider: RudeProvider;
}

const worldOf =
  (
    settings: (url: string) => object,
    address: (url: string) => string,
    answer: Answer,
    publicUrl: string | null = "https://cold.example.org/",
  ) =>
  async (): Promise<World> => {
    const clock = virtualClock(testStart);
    const provider = await rudeProvider(answer);
    const content = { channels: [{ id: "one", ...settings(provider.url) }] };
    const [channel] = openChannels(readServerSettings(content, "test", { KEY: secret }), {
      clock,
      publicUrl,
    });
    if (channel === undefined) throw new RangeError("no channel");
    const { url, behave, sent, close } = provider;
    return {
      provider,
      channel,
      clock,
      address: address(url),
      withinMs: answerWithinMs,
      secrets: [secret],
      behave,
      reached: () => sent(1),
      vanish: close,
      close: async () => {
        await channel.stop();
        await close();
      },
    };
  };

const number = () => "+32470123456";
let state = "queued";
let answeredBy: string | null = null;

const twilioAnswer: Answer = (behaviour, { method }) => {
  if (behaviour === "refuse")
    return {
      status: 400,
      body: { code: 21211, message: `The 'To' number is not valid ${secret}`, status: 400 },
    };
  if (behaviour === "not-now")
    return {
      status: 429,
      headers: { "retry-after": "30" },
      body: { code: 20429, message: "Too Many Requests" },
    };
  if (method === "GET") return { status: 200, body: { sid: "SM1", status: state, answered_by: answeredBy } };
  return { status: 201, body: { sid: "SM1", status: "queued" } };
};
const twilioSettings = (kind: string) => (baseUrl: string) => ({
  kind,
  accountSid,
  authToken: { env: "KEY" },
  from: "+3215123456",
  baseUrl,
});
const sms = worldOf(twilioSettings("twilio-sms"), number, twilioAnswer);
const voice = worldOf(twilioSettings("twilio-voice"), number, twilioAnswer);
const deafVoice = worldOf(twilioSettings("twilio-voice"), number, twilioAnswer, null);

const gateway = worldOf(
  (url) => ({
    kind: "sms-gateway",
    url: `${url}/send?to={to}`,
    headers: { "x-key": { env: "KEY" } },
    json: { recipient: "{to}", message: "{text}", client: { ref: "{id}" } },
    reference: "/messages/0/id",
    success: { pointer: "/messages/0/status", values: ["ok"] },
    status: {
      url: `${url}/state/{reference}`,
      pointer: "/state",
      delivered: ["DELIVRD"],
      failed: ["UNDELIV"],
    },
  }),
  number,
  (behaviour, { method }) => {
    if (behaviour === "not-now") return { status: 503, body: {} };
    if (method === "GET") return { status: 200, body: { state } };
    const status = behaviour === "refuse" ? "bad number" : "ok";
    return { status: 200, body: { messages: [{ id: 7, status }] } };
  },
);
const webhook = worldOf(
  () => ({ kind: "webhook", secret: { env: "KEY" }, allow: ["127.0.0.0/8"] }),
  (url) => `${url}/hook`,
  (behaviour) => ({ status: { accept: 200, refuse: 422, "not-now": 500 }[behaviour], body: {} }),
);
const telegram = worldOf(
  (baseUrl) => ({ kind: "telegram", token: `123456:${secret}`, baseUrl }),
  () => "4711",
  (behaviour, { url, body }) => {
    if (behaviour === "refuse")
      return {
        status: 400,
        body: { ok: false, error_code: 400, description: "Bad Request: chat not found" },
      };
    if (behaviour === "not-now")
      return { status: 429, body: { ok: false, error_code: 429, parameters: { retry_after: 7 } } };
    if (!url.endsWith("/getUpdates")) return { status: 200, body: { ok: true, result: { message_id: 9 } } };
    // What was taken is not told again: the question for more stays open.
    if ((JSON.parse(body) as { offset: number }).offset > 5) return null;
    const message = { chat: { id: 4711 }, text: "1 on my way", date: 1_795_305_600 };
    return { status: 200, body: { ok: true, result: [{ update_id: 5, message }] } };
  },
);
const matrix = worldOf(
  (homeserver) => ({ kind: "matrix", homeserver, token: { env: "KEY" } }),
  () => "!room:example.org",
  (behaviour) => {
    if (behaviour === "refuse")
      return { status: 403, body: { errcode: "M_FORBIDDEN", error: "not in the room" } };
    if (behaviour === "not-now")
      return { status: 429, body: { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 3_000 } };
    return { status: 200, body: { event_id: "$e" } };
  },
);

channelContract("twilio-sms", sms);
channelContract("twilio-voice", voice);
channelContract("sms-gateway", gateway);
// Whatever stands in an answer of 200, a webhook's receiver has it.
channelContract("webhook", webhook, { garbage: "taken" });
channelContract("telegram", telegram);
channelContract("matrix", matrix);

/** Starts a channel; answers what it tells, and waits for the next report. */
function listen() {
  const reports: DeliveryReport[] = [];
  const replies: Reply[] = [];
  let heard: () => void = () => undefined;
  const events: ChannelEvents = {
    report: async (report) => {
      reports.push(report);
      heard();
    },
    reply: async (reply) => {
      replies.push(reply);
      heard();
    },
    status: () => undefined,
  };
  const next = () => new Promise<void>((resolve) => (heard = resolve));
  return { events, reports, replies, next };
}

const sendTo = (world: World, changes: object = {}) =>
  world.channel.send({ ...contractMessage, address: world.address, ...changes }, signal);

test.each([
  ["delivered", true, null],
  ["undelivered", false, "undelivered, no code"],
] as const)(
  "a message by Twilio that ends as %s is asked for and reported once",
  async (end, isDelivered, reason) => {
    const world = await sms();
    const { events, reports, next } = listen();
    world.channel.start(events);
    state = end;
    const told = next();
    expect(await sendTo(world)).toEqual({ ok: true, reference: "SM1", proof: "accepted" });
    world.clock.advance(2 * secondMs);
    await told;
    expect(reports).toMatchObject([{ channel: "one", reference: "SM1", isDelivered, reason }]);
    const asked = world.provider.heard.length;
    world.clock.advance(followMaxMs);
    expect(world.clock.pending()).toBe(0);
    expect(world.provider.heard.length).toBe(asked);
    await world.close();
  },
);

test.each([
  [deafVoice, "completed", "human", null],
  [deafVoice, "completed", "machine_start", false],
  [deafVoice, "completed", null, false],
  [deafVoice, "busy", null, false],
  [voice, "completed", null, false],
  [voice, "completed", "human", false],
  [voice, "no-answer", null, false],
] as const)(
  "a call by %o that ends as %s, answered by %s, without a key pressed, counts as delivered: %s",
  async (make, end, by, isDelivered) => {
    const world = await make();
    const { events, reports, next } = listen();
    world.channel.start(events);
    [state, answeredBy] = [end, by];
    const told = next();
    await sendTo(world, { text: 'WARM <11 °C> & "more"' });
    world.clock.advance(2 * secondMs);
    await told;
    expect(reports).toMatchObject([{ reference: "SM1", isDelivered }]);
    const twiml = new URLSearchParams(world.provider.heard[0]?.body).get("Twiml") ?? "";
    expect(twiml).toContain('language="nl-NL">WARM &lt;11 °C&gt; &amp; &quot;more&quot;</Say>');
    await world.close();
  },
);

test("Twilio is told where to report, where that can be reached", async () => {
  const world = await sms();
  await sendTo(world);
  const fields = new URLSearchParams(world.provider.heard[0]?.body);
  expect(fields.get("StatusCallback")).toBe("https://cold.example.org/v1/channels/one/status");
  await world.close();
});

test("where Twilio asks to wait it is left in peace for as long, and no longer than a minute", async () => {
  const world = await sms();
  world.behave("not-now");
  await sendTo(world);
  world.behave("accept");
  expect(await sendTo(world)).toMatchObject({ ok: false, isPermanent: false, code: "channel.not-now" });
  expect(world.provider.heard).toHaveLength(1);
  world.clock.advance(30 * secondMs);
  expect(await sendTo(world)).toMatchObject({ ok: true });
  await world.close();
});

test("a channel that failed says what to do, has another try after a minute, and is well once that works", async () => {
  const world = await gateway();
  world.behave("garbage");
  await sendTo(world);
  expect(world.channel.status()).toMatchObject({
    isWorking: false,
    detail: expect.stringContaining("proxy in between"),
  });
  world.clock.advance(minuteMs);
  expect(world.channel.status().isWorking).toBe(true);
  world.behave("accept");
  await sendTo(world);
  expect(world.channel.status()).toMatchObject({ isWorking: true, detail: "Messages are handed over." });
  await world.close();
});

test("the templates of a gateway are filled in where they say, and a repeat says that it is one", async () => {
  const world = await gateway();
  await sendTo(world, { text: 'a "b" {c}\n&', isRepeat: true });
  const [call] = world.provider.heard;
  expect(call?.url).toBe("/send?to=%2B32470123456");
  expect(call?.headers["x-key"]).toBe(secret);
  expect(JSON.parse(call?.body ?? "")).toEqual({
    recipient: "+32470123456",
    message: 'Herhaald: a "b" {c}\n&',
    client: { ref: contractMessage.id },
  });
  await world.close();
});

test("a webhook is signed over its id, time and body", async () => {
  const world = await webhook();
  expect(await sendTo(world)).toEqual({ ok: true, reference: contractMessage.id, proof: "delivered" });
  const [call] = world.provider.heard;
  const headers = call?.headers ?? {};
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${call?.body}`;
  expect(JSON.parse(call?.body ?? "")).toMatchObject({ isRepeat: false, urgency: "ordinary" });
  expect(headers["webhook-signature"]).toBe(
    `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`,
  );
  await world.close();
});

test("a repeat through Matrix has the same transaction, and another message another", async () => {
  const world = await matrix();
  await sendTo(world);
  await sendTo(world, { isRepeat: true });
  await sendTo(world, { id: "another" });
  const [first, repeat, other] = world.provider.heard.map(({ url }) => url);
  expect(repeat).toBe(first);
  expect(other).not.toBe(first);
  await world.close();
});

test("a message too long for Telegram keeps its begin and its end, and what people write is taken", async () => {
  const world = await telegram();
  await sendTo(world, { text: `${"x".repeat(9_000)} answer here` });
  const sent = JSON.parse(world.provider.heard[0]?.body ?? "") as { text: string };
  expect(sent.text.length).toBeLessThanOrEqual(4_096);
  expect(sent.text).toMatch(/^WARM[\s\S]*answer here$/);
  const { events, replies, next } = listen();
  const heard = next();
  world.channel.start(events);
  await heard;
  expect(replies[0]).toMatchObject({ channel: "one", from: "4711", text: "1 on my way", reference: "5" });
  await world.close();
});

test("only calls that Twilio signed are taken, and replies and reports come out of them", async () => {
  const world = await sms();
  const { events, reports, replies } = listen();
  world.channel.start(events);
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => reply.code(problemOf(error).status).send(problemOf(error)));
  await app.register(inboundRoutes, {
    channels: [world.channel],
    pressed: () => null,
    refused: () => undefined,
  });
  const post = async (kind: string, fields: Record<string, string>, key = secret) => {
    const url = `/v1/channels/one/${kind}`;
    const sorted = Object.entries(fields).toSorted(([left], [right]) => (left < right ? -1 : 1));
    const signed = `https://cold.example.org${url}${sorted.flat().join("")}`;
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": createHmac("sha1", key).update(signed).digest("base64"),
    };
    const payload = new URLSearchParams(fields).toString();
    return (await app.inject({ method: "POST", url, headers, payload })).statusCode;
  };
  const said = { MessageSid: "SM9", From: "+32470123456", Body: "1 K7 30" };
  expect(await post("replies", said, "another key")).toBe(403);
  expect(replies).toEqual([]);
  expect(await post("replies", said)).toBe(200);
  expect(replies).toMatchObject([
    { channel: "one", from: "+32470123456", text: "1 K7 30", reference: "SM9" },
  ]);
  expect(await post("status", { MessageSid: "SM1", MessageStatus: "sent" })).toBe(200);
  expect(reports).toEqual([]);
  expect(await post("status", { MessageSid: "SM1", MessageStatus: "delivered" })).toBe(200);
  expect(reports).toMatchObject([{ reference: "SM1", isDelivered: true }]);
  const bare = await app.inject({ method: "POST", url: "/v1/channels/one/status" });
  expect(bare.statusCode).toBe(403);
  expect((await app.inject({ method: "POST", url: "/v1/channels/other/status" })).statusCode).toBe(404);
  await world.close();
});

test("a call asks for a key, only Twilio can say which was pressed, and a text is said again a limited number of times", async () => {
  const world = await voice();
  const { events, reports } = listen();
  world.channel.start(events);
  expect(world.channel.hearsKeys).toBe(true);
  await sendTo(world, { id: "alarm-1.0.an&bo.voice", text: "Critical. Press one." });
  const fields = new URLSearchParams(world.provider.heard[0]?.body);
  // The proof is a key: nobody has to wait in silence until a machine is told from a person.
  expect(fields.has("MachineDetection")).toBe(false);
  const twiml = fields.get("Twiml") ?? "";
  expect(twiml.match(/<Gather input="dtmf" numDigits="1"/g)).toHaveLength(2);
  expect(twiml.match(/Critical. Press one./g)).toHaveLength(2);
  expect(twiml).toContain("Er werd geen toets ingedrukt");
  const action = (xml: string): string =>
    (/action="([^"]*)"/.exec(xml)?.[1] ?? "")
      .replaceAll("&amp;", "&")
      .replace("https://cold.example.org", "");
  const pressed: KeyPress[] = [];
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => reply.code(problemOf(error).status).send(problemOf(error)));
  await app.register(inboundRoutes, {
    channels: [world.channel],
    pressed: (press: KeyPress) => {
      pressed.push(press);
      return { language: "fr" as const, text: `dit <${press.key}>`, isAskedAgain: press.key === "2" };
    },
    refused: () => undefined,
  });
  const press = async (url: string, key: string, by = secret) => {
    const sent = { CallSid: "SM1", Digits: key, To: "+32470123456" };
    const signed = `https://cold.example.org${url}CallSidSM1Digits${key}To+32470123456`;
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": createHmac("sha1", by).update(signed).digest("base64"),
    };
    const payload = new URLSearchParams(sent).toString();
    const answer = await app.inject({ method: "POST", url, headers, payload });
    return { status: answer.statusCode, xml: answer.payload };
  };
  const url = action(twiml);
  expect((await press(url, "1", "another key")).status).toBe(403);
  expect((await press(url.replace("bo", "cy"), "1", "another key")).status).toBe(403);
  expect(pressed).toEqual([]);
  let last = await press(url, "2");
  const heard = [last];
  while (last.xml.includes("<Gather")) {
    last = await press(action(last.xml), "2");
    heard.push(last);
  }
  expect(heard).toHaveLength(hearingsMax);
  expect(last.xml).toContain('language="fr-FR">dit &lt;2&gt;</Say></Response>');
  expect(pressed[0]).toEqual({
    channel: "one",
    message: "alarm-1.0.an&bo.voice",
    to: "+32470123456",
    key: "2",
    at: testStart,
    reference: "SM1",
  });
  // What became of the call is not asked for any more: the key has said it.
  const asked = world.provider.heard.length;
  world.clock.advance(followMaxMs);
  expect(world.provider.heard.length).toBe(asked);
  expect(reports).toEqual([]);
  await world.close();
});
