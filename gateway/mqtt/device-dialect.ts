import type { DeviceDialect } from "@coldkeep/core/mqtt-devices/device-message.ts";
import { esphome } from "@coldkeep/core/mqtt-devices/esphome.ts";
import { jsonMapping } from "@coldkeep/core/mqtt-devices/json-mapping.ts";
import { shelly } from "@coldkeep/core/mqtt-devices/shelly.ts";
import { tasmota } from "@coldkeep/core/mqtt-devices/tasmota.ts";
import { zigbee2mqtt } from "@coldkeep/core/mqtt-devices/zigbee2mqtt.ts";
import type { MqttDeviceSettings } from "./mqtt-settings.ts";

/** How the devices of a source speak. */
export function deviceDialect(settings: MqttDeviceSettings): DeviceDialect {
  switch (settings.dialect) {
    case "zigbee2mqtt":
      return zigbee2mqtt({ baseTopic: settings.baseTopic });
    case "tasmota":
      return tasmota({ fullTopic: settings.fullTopic, timeZone: settings.timeZone ?? null });
    case "shelly":
      return shelly({ baseTopic: settings.baseTopic ?? "", statusTopics: isClean(settings) });
    case "esphome":
      return esphome({ baseTopic: settings.baseTopic ?? "" });
    case "json":
      return jsonMapping({
        topic: settings.topic,
        device: settings.device ?? null,
        channels: settings.channels,
        time:
          settings.time === undefined ? null : { ...settings.time, timeZone: settings.time.timeZone ?? null },
        presence: settings.presence ?? null,
      });
  }
}

/** True where the broker keeps no session, so that nothing that comes can have waited there. */
export function isClean(settings: MqttDeviceSettings): boolean {
  if (settings.dialect === "json")
    return (settings.session ?? (settings.time ? "kept" : "clean")) === "clean";
  return settings.session === "clean";
}
