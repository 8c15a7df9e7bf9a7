/** What providers tell by themselves, over real HTTP, by every way in which they show who they are. */
import { createHmac } from "node:crypto";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { problemOf } from "../http/problems.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { testStart } from "../testing/test-server.ts";
import type { DeliveryReport, Reply } from "./channel.ts";
import { inboundContract, type InboundWorld, type Said } from "./inbound-contract.ts";
import { inboundRoutes } from "./inbound-routes.ts";
import { openChannels } from "./open-channel.ts";
import { inboundBytesMax } from "./read-inbound.ts";

const secret = "planted-secret-0123456789abcdef";

interface Call {
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Listening extends InboundWorld {
  readonly send: (call: Call) => Promise<{ status: number; text: string }>;
  readonly counted: readonly string[];
}

/** A channel behind our address. `write` makes the call of a provider who holds a secret. */
async function listening(settings: object, write: (said: Said, key: string) => Call): Promise<Listening> {
  const reports: DeliveryReport[] = [];
  const replies: Reply[] = [];
  const counted: string[] = [];
  let fails = false;
  const publicUrl = "https://cold.example.org";
  const content = { channels: [{ id: "one", ...settings }] };
  const read = readServerSettings(content, "test", { KEY: secret });
  const [channel] = openChannels(read, { clock: virtualClock(testStart), publicUrl });
  if (channel === undefined) throw new RangeError("no channel");
  const keep = (): void => {
    if (!fails) return;
    fails = false;
    throw new Error("the disk is full");
  };
  channel.start({
    report: async (report) => {
      keep();
      reports.push(report);
    },
    reply: async (reply) => {
      keep();
      replies.push(reply);
    },
    status: () => undefined,
  });
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => reply.code(problemOf(error).status).send(problemOf(error)));
  const refused = (code: string) => void counted.push(code);
  await app.register(inboundRoutes, { channels: [channel], pressed: () => null, refused });
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const send: Listening["send"] = async ({ method = "POST", path, headers = {}, body }) => {
    const answer = await fetch(`${address}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  return {
    send,
    reports,
    replies,
    counted,
    failOnce: () => (fails = true),
    call: async (said, isProvider) =>
      (await send(write(said, isProvider ? secret : `${secret.slice(1)}x`))).status,
    close: async () => {
      await channel.stop();
      await app.close();
    },
  };
}

const gatewayOf = (auth: object) => ({
  kind: "sms-gateway",
  url: "http://127.0.0.1:1/send",
  json: { to: "{to}" },
  reference: "/id",
  inbound: {
    auth: { ...auth, secret: { env: "KEY" } },
    report: { reference: "/id", status: "/state", delivered: ["DELIVRD"], failed: ["UNDELIV"] },
    reply: { from: "/from", text: "/text", reference: "/id" },
  },
});

const fieldsOf = (said: Exclude<Said, { what: "nonsense" }>): Record<string, string> =>
  said.what === "report"
    ? { id: said.reference, state: said.isDelivered ? "DELIVRD" : "UNDELIV" }
    : { id: said.reference, from: said.from.slice(1), text: said.text };
const path = "/v1/channels/one/inbound";
const jsonOf = (said: Said): string =>
  said.what === "nonsense" ? said.text : JSON.stringify(fieldsOf(said));
const formOf = (said: Said): string =>
  said.what === "nonsense" ? said.text : new URLSearchParams(fieldsOf(said)).toString();
const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const hmac = (key: string, text: string) => createHmac("sha256", key).update(text).digest("hex");

const byHeader = () =>
  listening(gatewayOf({ by: "header", name: "X-Key" }), (said, key) => ({
    path,
    headers: { ...json, "x-key": key },
    body: jsonOf(said),
  }));
inboundContract("a gateway known by a header", byHeader);
inboundContract("a gateway known by the query of a GET", () =>
  listening(gatewayOf({ by: "query", name: "key" }), (said, key) => ({
    method: "GET",
    path: `${path}?${formOf(said)}&key=${key}`,
  })),
);
inboundContract("a gateway known by user and password", () =>
  listening(gatewayOf({ by: "basic", user: "sms" }), (said, key) => ({
    path,
    headers: { ...form, authorization: `Basic ${Buffer.from(`sms:${key}`).toString("base64")}` },
    body: formOf(said),
  })),
);
const signed = () =>
  listening(gatewayOf({ by: "hmac", header: "X-Signature" }), (said, key) => {
    const body = jsonOf(said);
    return { path, headers: { ...json, "x-signature": `sha256=${hmac(key, body)}` }, body };
  });
inboundContract("a gateway that signs", signed);
inboundContract("Twilio", () =>
  listening(
    {
      kind: "twilio-sms",
      accountSid: `AC${"0".repeat(32)}`,
      authToken: { env: "KEY" },
      from: "+3215123456",
    },
    (said, key) => {
      const to = `/v1/channels/one/${said.what === "reply" ? "replies" : "status"}`;
      const fields: Record<string, string> =
        said.what === "report"
          ? { MessageSid: said.reference, MessageStatus: said.isDelivered ? "delivered" : "undelivered" }
          : said.what === "reply"
            ? { MessageSid: said.reference, From: said.from, Body: said.text }
            : { [said.text]: said.text };
      const sorted = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
      const text = `https://cold.example.org${to}${sorted.flat().join("")}`;
      const signature = createHmac("sha1", key).update(text).digest("base64");
      const body = new URLSearchParams(fields).toString();
      return { path: to, headers: { ...form, "x-twilio-signature": signature }, body };
    },
  ),
);

test("what a gateway says that cannot be read is refused, counted, and kept as the words of nobody", async () => {
  const world = await byHeader();
  const headers = { ...json, "x-key": secret };
  const send = async (body: string) => (await world.send({ path, headers, body })).status;
  expect(await send('{"id":"m1","state":"BUFFERED"}')).toBe(422);
  const known = { id: "m2", state: "DELIVRD" };
  expect(await send(JSON.stringify([known, { hello: "4711" }]))).toBe(200);
  expect(world.counted).toEqual(["channel.inbound-unreadable"]);
  expect(world.reports).toHaveLength(1);
  expect(world.replies.map(({ from, text }) => [from, text])).toEqual([
    ["", '{"id":"m1","state":"BUFFERED"}'],
    ["", '{"hello":"4711"}'],
  ]);
  expect(await send("x".repeat(inboundBytesMax + 1))).toBe(413);
  expect((await world.send({ path: "/v1/channels/other/inbound", headers, body: "{}" })).status).toBe(404);
  await world.close();
});

test("a signature is of this body: another body, or another's signature, is refused", async () => {
  const world = await signed();
  const body = '{"id":"r1","from":"32470123456","text":"4711"}';
  const send = async (text: string, signature: string) =>
    (await world.send({ path, headers: { ...json, "x-signature": signature }, body: text })).status;
  expect(await send(`${body} `, hmac(secret, body))).toBe(403);
  expect(await send(body, "")).toBe(403);
  expect(await send(body, hmac(secret, body).toUpperCase())).toBe(200);
  await world.close();
});
