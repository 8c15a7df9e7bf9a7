import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { virtualClock } from "@coldkeep/core/time/virtual-clock.ts";
import { sourceSchema } from "../sources/source-settings.ts";
import { arrivalClock, tickMs } from "./arrival-clock.ts";
import { brokerTrouble } from "./broker-trouble.ts";
import { deviceDialect, isClean } from "./device-dialect.ts";
import { type MqttDeviceSettings, mqttSchema } from "./mqtt-settings.ts";

const text = readFileSync(new URL("../../docs/protocols.md", import.meta.url), "utf8");

const block = (kind: string): string =>
  new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, "m").exec(text)?.[1] ?? "";

function device(settings: object): MqttDeviceSettings {
  const parsed = mqttSchema.parse({ kind: "mqtt", id: "a", url: "mqtt://b:1883", ...settings });
  if (parsed.dialect === "coldkeep") throw new RangeError("not a device that is sold");
  return parsed;
}

describe("JSON of one's own in docs/protocols.md", () => {
  const dialect = deviceDialect(device(parse(block("yaml mqtt-json")) as object));
  const groups = block("mqtt-device json").split("\n\n");

  test.each(groups)("%s", (group) => {
    const [topic = "", payload = "", meaning = ""] = group.split("\n");
    const parsed = dialect.parse(topic, Buffer.from(payload));
    const [observation] = parsed.ok ? parsed.observations : [];
    const [presence] = parsed.ok ? parsed.presence : [];
    const told = !parsed.ok
      ? `refused ${parsed.code}`
      : observation !== undefined
        ? { ...observation, at: observation.at === null ? null : formatInstant(observation.at) }
        : (presence ?? "nothing");
    expect(told).toEqual(meaning.startsWith("{") ? JSON.parse(meaning) : meaning);
  });
});

describe("the settings of an MQTT source", () => {
  test("without a dialect are those of the own one", () => {
    const parsed = sourceSchema.parse({ kind: "mqtt", id: "a", url: "mqtt://b:1883" });
    expect(parsed).toMatchObject({ dialect: "coldkeep" });
  });

  test.each<[object, boolean]>([
    [{ dialect: "zigbee2mqtt" }, true],
    [{ dialect: "zigbee2mqtt", session: "kept" }, false],
    [{ dialect: "tasmota", timeZone: "Europe/Brussels" }, true],
    [{ dialect: "shelly" }, false],
    [{ dialect: "shelly", session: "clean" }, true],
    [{ dialect: "esphome" }, true],
    [{ dialect: "json", topic: "a/{device}", channels: { t: { pointer: "/t" } } }, true],
    [
      {
        dialect: "json",
        topic: "a/{device}",
        channels: { t: { pointer: "/t" } },
        time: { pointer: "/at", format: "iso" },
      },
      false,
    ],
  ])("%j: the session is clean: %j", (settings, clean) => expect(isClean(device(settings))).toBe(clean));

  const json = { dialect: "json", topic: "a/{device}", channels: { t: { pointer: "/t" } } };
  test.each<[object, string]>([
    [{ dialect: "knx" }, "dialect"],
    [{ dialect: "zigbee2mqtt", baseTopic: "zigbee2mqtt/#" }, "baseTopic"],
    [{ dialect: "zigbee2mqtt", baseTopic: "zigbee2mqtt/" }, "baseTopic"],
    [{ dialect: "tasmota", fullTopic: "tele/%topic%" }, "fullTopic"],
    [{ dialect: "tasmota", timeZone: "Europe/Bruxelles" }, "timeZone"],
    [{ dialect: "esphome", session: "kept" }, "session"],
    [{ dialect: "esphome", arrivalUncertainty: "1s" }, "arrivalUncertainty"],
    [{ ...json, session: "kept" }, "session"],
    [{ ...json, topic: "a/b" }, "device"],
    [{ ...json, presence: { topic: "a/b" } }, "device"],
    [{ ...json, topic: "a/#" }, "topic"],
    [{ ...json, channels: {} }, "channels"],
    [{ ...json, channels: { t: { pointer: "t" } } }, "channels.t.pointer"],
    [{ ...json, channels: { t: { pointer: "/t", faults: { a: "broken" } } } }, "channels.t.faults.a"],
    [{ url: "mqtt://me:secret@b:1883" }, "url"],
    [{ ca: "ca.crt" }, "ca"],
    [{ url: "mqtts://b:8883", cert: "a.crt" }, "key"],
    [{ url: "mqtts://b:8883", dialect: "shelly", key: "a.key" }, "cert"],
  ])("%j is refused at %s", (settings, path) => {
    const parsed = sourceSchema.safeParse({ kind: "mqtt", id: "a", url: "mqtt://b:1883", ...settings });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toContain(path);
    expect(JSON.stringify(parsed.error?.issues)).not.toContain("secret");
  });
});

test("what waited unread while the process stood still is known to be late", () => {
  const clock = virtualClock(1_000_000);
  const arrivals = arrivalClock(clock);
  arrivals.start();
  clock.advance(60_000);
  expect(arrivals.waitedMs()).toBe(0);
  arrivals.stop();
  clock.advance(3 * tickMs - 1);
  expect(arrivals.waitedMs()).toBe(0);
  clock.advance(3_600_000);
  expect(arrivals.waitedMs()).toBe(3_600_000 + 3 * tickMs - 1);
});

test.each([
  [Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" }), "nothing listens"],
  [Object.assign(new Error("getaddrinfo ENOTFOUND b"), { code: "ENOTFOUND" }), "name is not known"],
  [Object.assign(new Error("Connection refused: Not authorized"), { code: 5 }), "username and password"],
  [new Error("connack timeout"), "does not answer"],
  [new Error("something new"), "something new"],
  [null, "null"],
])("%s is told as: %s", (error, told) => expect(brokerTrouble(error)).toContain(told));
