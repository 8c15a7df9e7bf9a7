import { devicePattern } from "@coldkeep/core/readings/sample.ts";
import { checkSettings, durationSchema } from "@coldkeep/core/settings/settings.ts";
import { dayMs, minuteMs, secondMs } from "@coldkeep/core/time/millis.ts";
import * as z from "zod";
import { defaultAppliances } from "./default-hospital.ts";
import { ringSamplesDefault } from "./firmware/firmware.ts";
import { applianceKinds, parametersOf } from "./physics/parameters.ts";
import { sensorCharacters, type SensorType } from "./physics/probe.ts";
import { radioDialects } from "./radio/dialect.ts";
import { scenarioSchema } from "./scenario/event.ts";

/** The temperatures that a device can show: its buffered product probe and its bare air probe. */
export const temperatureNames = ["product", "air"] as const;

/** What a device can show: temperatures, and the contact on an agitator, 1 while it moves. */
export const channelNames = [...temperatureNames, "agitator"] as const;

/** One of the temperatures. */
export type TemperatureName = (typeof temperatureNames)[number];

/** One of the channels. */
export type ChannelName = (typeof channelNames)[number];

/** Most appliances of one simulated hospital. */
export const appliancesMax = 500;

/** Most bags in one appliance: beyond, the load's coupling is too stiff for the step of the physics. */
const bagsMax = 1_000;

const watts = z.number().min(0).max(10_000);
const milliseconds = z
  .int()
  .min(0)
  .max(dayMs * 30);
const parametersSchema = z
  .strictObject({
    wallWattsPerKelvin: z.number().min(0.01).max(100),
    doorWattsPerKelvin: z.number().min(0).max(500),
    airKilojoulesPerKelvin: z.number().min(2).max(1e6),
    setPointCelsius: z.number().min(-100).max(60),
    hysteresisKelvin: z.number().min(0.05).max(10),
    coolingWatts: watts,
    heatingWatts: watts,
    agitatorWatts: watts,
    minOffMs: milliseconds,
    controlLagMs: milliseconds,
    airLagMs: milliseconds,
    productLagMs: milliseconds,
    defrostEveryMs: milliseconds,
    defrostMs: milliseconds,
    defrostWatts: watts,
  })
  .partial();

const ambientSchema = z.strictObject({
  meanCelsius: z.number().min(-40).max(60).default(21),
  swingKelvin: z.number().min(0).max(20).default(1.5),
});

const transportSchema = z
  .string()
  .regex(
    /^(mqtt|modbus-tcp|(modbus-)?line-\d{1,3})$/,
    "expected `mqtt` or a serial line such as line-1, for Modbus modbus-line-1 or modbus-tcp",
  );

const applianceSchema = z.strictObject({
  id: z.string().regex(devicePattern),
  kind: z.enum(applianceKinds),
  bags: z.int().min(0).max(bagsMax).optional(),
  /** Changes to the kind's thermal constants; see `physics/parameters.ts` for names and units. */
  parameters: parametersSchema.optional(),
  ambient: ambientSchema.optional(),
  transport: transportSchema,
  /** Address of a Modbus device; its place among those on the same transport without it. */
  unit: z.int().min(1).max(247).optional(),
  /** How the device speaks over MQTT. */
  dialect: z.enum(radioDialects).default("coldkeep"),
  /** Name on the wire; `ckt-<id>` without it. */
  device: z.string().regex(devicePattern).optional(),
  channels: z
    .array(z.enum(channelNames))
    .min(1)
    .default([...temperatureNames]),
  sensor: z.enum(Object.keys(sensorCharacters) as [SensorType, ...SensorType[]]).default("platinum"),
  /** Whether samples in the device survive a power cut of the device. */
  memory: z.enum(["volatile", "kept"]).default("volatile"),
  /** Whether the device goes down with its appliance's mains. */
  supply: z.enum(["battery", "mains"]).default("battery"),
  ringSamples: z.int().min(1).max(100_000).default(ringSamplesDefault),
});

const configSchema = z.strictObject({
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  /** How much faster than the wall clock the physics run. */
  speed: z.number().min(0.1).max(1_000).default(1),
  sampleInterval: durationSchema.pipe(z.number().min(100).max(dayMs)).prefault("10s"),
  /** How much stored past each device starts with; 0s for none. */
  history: durationSchema.pipe(z.number().max(31 * dayMs)).prefault("24h"),
  historyInterval: durationSchema.pipe(z.number().min(secondMs).max(dayMs)).prefault("60s"),
  /** Folder of the links `line-1`, `line-2`, ... to the serial lines. */
  lines: z.string().min(1).default("lines"),
  baudRate: z.int().min(1_200).max(10_000_000).default(921_600),
  /** Folder of what devices remember over a restart of the simulator. */
  state: z.string().min(1).default("state"),
  mqtt: z
    .strictObject({ url: z.url(), username: z.string().optional(), password: z.string().optional() })
    .default({ url: "mqtt://127.0.0.1:1883" }),
  /** Where devices on `modbus-tcp` listen. */
  modbus: z
    .strictObject({ listen: z.string().regex(/^.+:\d{1,5}$/, "expected host:port") })
    .default({ listen: "127.0.0.1:5020" }),
  ambient: ambientSchema.prefault({}),
  scenario: z
    .union([z.string().min(1), scenarioSchema], "expected a file name or a list of events")
    .default([]),
  appliances: z
    .array(applianceSchema)
    .min(1)
    .max(appliancesMax)
    .prefault(structuredClone<never>(defaultAppliances as never)),
});

/** The configuration after checking; all times in ms, folders as written. */
export type SimulatorConfig = z.output<typeof configSchema>;

type CheckedAppliance = z.output<typeof applianceSchema>;

/** One appliance with all defaults filled in. */
export interface ApplianceSettings extends Required<
  Pick<
    CheckedAppliance,
    "id" | "kind" | "channels" | "sensor" | "memory" | "supply" | "ringSamples" | "dialect"
  >
> {
  readonly device: string;
  readonly transport: string;
  readonly unit?: number | undefined;
  readonly ambient: { readonly meanCelsius: number; readonly swingKelvin: number };
  readonly thermal: (typeof parametersOf)[CheckedAppliance["kind"]];
}

/** How often what devices remember is written to the state folder, ms. A restart takes up from the last write. */
export const saveEveryMs = 5 * secondMs;

/** Longest wall time that a stalled simulator catches up with; beyond it the time is skipped and said so. */
export const catchUpMsMax = 60 * minuteMs;

/** Checks a configuration and throws `settings.invalid` with file, path and what was expected. */
export function checkConfig(content: unknown, source: string): SimulatorConfig {
  const config = checkSettings(configSchema, content ?? {}, source);
  checkSettings(namesSchema, config, source);
  return config;
}

/** Fills in an appliance's defaults. */
export function resolveAppliance(appliance: CheckedAppliance, config: SimulatorConfig): ApplianceSettings {
  const standard = parametersOf[appliance.kind];
  const changes = Object.entries(appliance.parameters ?? {}).filter(([, value]) => value !== undefined);
  return {
    ...appliance,
    device: appliance.device ?? `ckt-${appliance.id}`,
    ambient: appliance.ambient ?? config.ambient,
    thermal: { ...standard, bags: appliance.bags ?? standard.bags, ...Object.fromEntries(changes) },
  };
}

const namesSchema = z.custom<SimulatorConfig>().superRefine((config, context) => {
  const seen = new Set<string>();
  for (const [index, appliance] of config.appliances.entries()) {
    if (appliance.dialect !== "coldkeep" && appliance.transport !== "mqtt")
      context.addIssue({
        code: "custom",
        path: ["appliances", index, "dialect"],
        message: `${appliance.dialect} is spoken over mqtt only`,
      });
    const isOwnDialect = appliance.dialect === "coldkeep" && !appliance.transport.startsWith("modbus-");
    if (appliance.channels.includes("agitator") && (appliance.kind !== "platelet-incubator" || !isOwnDialect))
      context.addIssue({
        code: "custom",
        path: ["appliances", index, "channels"],
        message: "an agitator is shown by a platelet-incubator's device in Coldkeep's own dialects only",
      });
    for (const name of [`appliance ${appliance.id}`, `device ${appliance.device ?? `ckt-${appliance.id}`}`]) {
      if (seen.has(name)) {
        context.addIssue({ code: "custom", path: ["appliances", index], message: `${name} is there twice` });
      }
      seen.add(name);
    }
    if (!appliance.transport.startsWith("modbus-")) continue;
    const sharers = config.appliances.filter((one) => one.transport === appliance.transport);
    const unit = appliance.unit ?? sharers.indexOf(appliance) + 1;
    const wired = `unit ${unit} is there twice on ${appliance.transport}`;
    if (seen.has(wired))
      context.addIssue({ code: "custom", path: ["appliances", index, "unit"], message: wired });
    seen.add(wired);
  }
});
