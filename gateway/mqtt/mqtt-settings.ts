import * as z from "zod";
import { isJsonPointer } from "@coldkeep/core/mqtt-devices/json-pointer.ts";
import { isTimeZone } from "@coldkeep/core/mqtt-devices/local-time.ts";
import { isFullTopic, fullTopicDefault } from "@coldkeep/core/mqtt-devices/tasmota.ts";
import { devicePlace, isTopicTemplate } from "@coldkeep/core/mqtt-devices/topic-template.ts";
import { isDeviceName } from "@coldkeep/core/mqtt-devices/device-message.ts";
import { faultWords } from "@coldkeep/core/readings/reading.ts";
import { channelPattern, channelsMax } from "@coldkeep/core/readings/sample.ts";
import { hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { duration, sourceId } from "../settings/fields.ts";
import { brokerFields, checkBroker } from "./broker-settings.ts";

const common = { kind: z.literal("mqtt"), id: sourceId, ...brokerFields };

/** A broker with devices of the own dialect. */
const coldkeepSchema = z
  .strictObject({ ...common, dialect: z.literal("coldkeep").default("coldkeep") })
  .superRefine(checkBroker);

/** How good the times of devices that are sold are. */
const times = {
  /** How far the clocks of the devices may be off. Range [0s, 1h], default 2s. */
  clockTolerance: duration(0, hourMs, "2s"),
  /** How long a message without a time may have been under way. Range [2s, 10m], default 5s. A silent connection can be noticed no sooner. */
  arrivalUncertainty: duration(2_000, 10 * minuteMs, "5s"),
};

/**
 * `kept`: the broker keeps our session, so what came while we were away still comes; then every message must carry its time. `clean`: nothing
 * can have waited, and a message without a time has that of its arrival.
 */
const session = z.enum(["kept", "clean"]);

const topicLevels = z
  .string()
  .regex(
    /^[^+#\p{C}/]+(\/[^+#\p{C}/]+)*$/u,
    "expected a topic such as site/ward, without + and #, and no / at its ends",
  );

const timeZone = z.string().refine(isTimeZone, "expected a time zone such as Europe/Brussels");

const zigbee2mqttSchema = z
  .strictObject({
    ...common,
    ...times,
    dialect: z.literal("zigbee2mqtt"),
    /** As in zigbee2mqtt's `mqtt.base_topic`. */
    baseTopic: topicLevels.default("zigbee2mqtt"),
    session: session.default("clean"),
  })
  .superRefine(checkBroker);

const tasmotaSchema = z
  .strictObject({
    ...common,
    ...times,
    dialect: z.literal("tasmota"),
    /** As in Tasmota's `FullTopic`. */
    fullTopic: z
      .string()
      .refine(isFullTopic, "expected Tasmota's FullTopic, such as %prefix%/%topic%/")
      .default(fullTopicDefault),
    /** The zone of the devices' clocks. Without it their `Time` is not believed. */
    timeZone: timeZone.optional(),
    session: session.default("clean"),
  })
  .superRefine(checkBroker);

const shellySchema = z
  .strictObject({
    ...common,
    ...times,
    dialect: z.literal("shelly"),
    /** What stands before the devices' ids in their topic prefix. */
    baseTopic: topicLevels.optional(),
    session: session.default("kept"),
  })
  .superRefine(checkBroker);

const esphomeSchema = z
  .strictObject({
    ...common,
    ...times,
    dialect: z.literal("esphome"),
    /** What stands before the devices' names in their topic prefix. */
    baseTopic: topicLevels.optional(),
    session: z
      .literal("clean", "ESPHome's messages carry no time, so the session can only be clean")
      .default("clean"),
  })
  .superRefine(checkBroker);

const topicText = z
  .string()
  .refine(isTopicTemplate, `expected a topic such as ward/${devicePlace}/telemetry; + stands for any level`);

const pointer = z.string().refine(isJsonPointer, "expected a JSON pointer such as /sensors/0/temperature");

const jsonChannelSchema = z.strictObject({
  pointer,
  scale: z.number().default(1),
  unit: z.enum(["C", "F", "none"]).default("C"),
  faults: z.record(z.string(), z.enum(faultWords)).default({}),
  words: z.record(z.string(), z.number()).default({}),
});

const jsonSchema = z
  .strictObject({
    ...common,
    ...times,
    dialect: z.literal("json"),
    topic: topicText,
    /** The device's name, where the topic has no place for it. */
    device: z.string().refine(isDeviceName, "expected a device's name").optional(),
    channels: z
      .record(z.string().regex(channelPattern, "expected a channel's name"), jsonChannelSchema)
      .refine((channels) => {
        const { length } = Object.keys(channels);
        return length >= 1 && length <= channelsMax;
      }, `expected 1 to ${channelsMax} channels`),
    time: z
      .strictObject({
        pointer,
        format: z.enum(["iso", "epoch-s", "epoch-ms"]),
        timeZone: timeZone.optional(),
      })
      .optional(),
    presence: z
      .strictObject({
        topic: topicText,
        online: z.string().default("online"),
        offline: z.string().default("offline"),
      })
      .optional(),
    /** Default: kept where messages tell their time. */
    session: session.optional(),
  })
  .superRefine(checkBroker)
  .superRefine((settings, context) => {
    const topics = [settings.topic, settings.presence?.topic ?? settings.topic];
    if (settings.device === undefined && !topics.every((topic) => topic.split("/").includes(devicePlace)))
      context.addIssue({
        code: "custom",
        path: ["device"],
        message: `expected a name here, or ${devicePlace} in the topic`,
      });
    if (settings.session === "kept" && settings.time === undefined)
      context.addIssue({
        code: "custom",
        path: ["session"],
        message: "kept only with time: of messages that waited nobody would know the age",
      });
  });

/** A broker with devices of one dialect. */
export const mqttSchema = z.discriminatedUnion("dialect", [
  coldkeepSchema,
  zigbee2mqttSchema,
  tasmotaSchema,
  shellySchema,
  esphomeSchema,
  jsonSchema,
]);

/** The settings of an MQTT source after checking. */
export type MqttSettings = z.output<typeof mqttSchema>;

/** Those of devices that are sold. */
export type MqttDeviceSettings = Exclude<MqttSettings, { dialect: "coldkeep" }>;
