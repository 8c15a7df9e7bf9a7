import * as z from "zod";
import { modbusRtuSchema, modbusTcpSchema } from "../modbus/modbus-settings.ts";
import { mqttSchema } from "../mqtt/mqtt-settings.ts";
import { onewireSchema } from "../onewire/onewire-settings.ts";
import { serialSchema } from "../serial/serial-settings.ts";
import { sparkplugSchema } from "../sparkplug/sparkplug-settings.ts";

/** Most sources of one gateway. */
export const sourcesMax = 256;

/** The settings of one source, whatever its kind. */
export const sourceSchema = z.discriminatedUnion("kind", [
  serialSchema,
  modbusRtuSchema,
  modbusTcpSchema,
  mqttSchema,
  onewireSchema,
  sparkplugSchema,
]);

/** The settings of one source after checking. */
export type SourceSettings = z.output<typeof sourceSchema>;
