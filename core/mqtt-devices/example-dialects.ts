import type { DeviceDialect } from "./device-message.ts";
import { esphome } from "./esphome.ts";
import { shelly } from "./shelly.ts";
import { fullTopicDefault, tasmota } from "./tasmota.ts";
import { zigbee2mqtt } from "./zigbee2mqtt.ts";

/** Each dialect of devices that are sold, set up as from the factory: what the examples in docs/protocols.md are read with. */
export const dialects = {
  zigbee2mqtt: zigbee2mqtt({ baseTopic: "zigbee2mqtt" }),
  tasmota: tasmota({ fullTopic: fullTopicDefault, timeZone: null }),
  shelly: shelly({ baseTopic: "", statusTopics: true }),
  esphome: esphome({ baseTopic: "" }),
} as const satisfies Record<string, DeviceDialect>;
