import * as z from "zod";
import { profileChoiceSchema } from "@coldkeep/core/modbus/profiles.ts";
import { devicePattern } from "@coldkeep/core/readings/sample.ts";
import { hourMs, secondMs } from "@coldkeep/core/time/millis.ts";
import { count, duration, sourceId } from "../settings/fields.ts";

/** Most devices of one line or connection: as many as a serial line has addresses. */
export const devicesMax = 247;

/** The devices of a line or connection, with unit ids in a range. */
const devices = (unitMin: number, unitMax: number) =>
  z
    .array(
      z
        .strictObject({
          /** The name by which `probes` and `signals` know it. */
          device: z.string().regex(devicePattern, "expected a device name"),
          /** Its address. */
          unit: z.int().min(unitMin).max(unitMax),
          /** A ready-made profile's name, or a profile written out (docs/protocols.md, "Modbus"). */
          profile: profileChoiceSchema,
          /** How often it is asked. Range [1s, 1h], default 60s. */
          interval: duration(secondMs, hourMs, "60s"),
          /** Only these channels of the profile. Default: those that `probes` and `signals` name, or all where they name none. */
          channels: z.array(z.string()).min(1).optional(),
        })
        .superRefine(({ profile, channels }, context) => {
          for (const [index, name] of (channels ?? []).entries()) {
            if (!Object.hasOwn(profile.channels, name))
              context.addIssue({
                code: "custom",
                path: ["channels", index],
                message: `the profile has no channel "${name}", only ${Object.keys(profile.channels).join(", ")}`,
              });
          }
        }),
    )
    .min(1)
    .max(devicesMax)
    .superRefine((list, context) => {
      const names = list.map((one) => one.device);
      for (const [index, name] of names.entries()) {
        if (names.indexOf(name) < index)
          context.addIssue({ code: "custom", path: [index, "device"], message: `"${name}" is used twice` });
      }
    });

/** How long a device may take to answer. Range [50ms, 10s], default 1s. */
const timeout = duration(50, 10 * secondMs, "1s");

/** Modbus devices on a serial line, asked one after another. */
export const modbusRtuSchema = z.strictObject({
  kind: z.literal("modbus-rtu"),
  id: sourceId,
  /** Device file; best one of /dev/serial/by-id, which follows the adapter from socket to socket. */
  path: z.string().min(1),
  /** Unit baud, range [50, 4000000], default 9600. */
  baudRate: count(50, 4_000_000, 9_600),
  parity: z.enum(["none", "even", "odd"]).default("none"),
  stopBits: z.literal([1, 2]).default(1),
  timeout,
  /** How long the line rests between an answer and the next question. Range [5ms, 1s], default 20ms; at least 3.5 characters. */
  pause: duration(5, secondMs, "20ms"),
  devices: devices(1, 247),
});

/** Modbus devices behind one TCP connection. */
export const modbusTcpSchema = z.strictObject({
  kind: z.literal("modbus-tcp"),
  id: sourceId,
  host: z.string().min(1).max(253),
  port: count(1, 65_535, 502),
  timeout,
  devices: devices(0, 255),
});

/** A device of a source after checking. */
export type ModbusDevice = z.output<typeof modbusTcpSchema>["devices"][number];

/** The settings of a serial line after checking. */
export type ModbusRtuSettings = z.output<typeof modbusRtuSchema>;

/** The settings of a TCP connection after checking. */
export type ModbusTcpSettings = z.output<typeof modbusTcpSchema>;
