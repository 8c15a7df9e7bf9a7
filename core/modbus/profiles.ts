import * as z from "zod";
import { channelPattern } from "../readings/sample.ts";
import { type ModbusProfile, profileSchema, type ProfileText } from "./profile.ts";

/** Registers of the simulated device that stand for a fault; 850 is 85.0 °C, the sensor's value from before its first conversion. */
const simulatorFaults = {
  "32767": "open",
  "-32768": "short",
  "-9999": "disconnected",
  "850": "power-on",
  "32766": "unspecified",
} as const;

/** Devices that need no description of their own. Where each fact comes from stands in docs/protocols.md, "Modbus". */
const texts = {
  "controlbox-tb260-float": {
    channels: {
      temperature: {
        register: 0,
        type: "float32",
        range: { min: -200, max: 850 },
        sentinels: { "-200": "short", "850": "open" },
      },
    },
  },
  "controlbox-tb260-tenths": {
    channels: {
      temperature: {
        register: 0,
        scale: 0.1,
        range: { min: -200, max: 850 },
        sentinels: { "-2000": "short", "8500": "open" },
      },
    },
  },
  "sus-thermasgard": {
    channels: {
      temperature: {
        function: 4,
        register: 0,
        scale: 0.1,
        range: { min: -35, max: 80 },
        sentinels: { "-350": "range", "800": "range" },
        filter: "4s",
      },
    },
  },
  "simex-trs-02a": {
    channels: {
      temperature: {
        register: 1,
        scale: 0.1,
        range: { min: -50, max: 550 },
        status: {
          register: 2,
          bits: {
            "0xA0": "open",
            "0x60": "short",
            "0x20": "unspecified",
            "0x40": "range",
            "0x80": "range",
            "0x10": "unspecified",
          },
          otherwise: "unspecified",
        },
        exceptions: {
          "0xA0": "open",
          "0x60": "short",
          "0x20": "unspecified",
          "0x40": "range",
          "0x80": "range",
          "0x10": "unspecified",
        },
      },
    },
  },
  "int16-tenths": {
    channels: {
      temperature: {
        register: 0,
        scale: 0.1,
        sentinels: { "32767": "unspecified", "-32768": "unspecified" },
      },
    },
  },
  "coldkeep-simulator": {
    channels: {
      product: { register: 0, scale: 0.1, sentinels: simulatorFaults },
      air: { register: 1, scale: 0.1, sentinels: simulatorFaults },
      door: { function: 2, register: 0 },
      mains: { function: 2, register: 1 },
    },
  },
} as const satisfies Record<string, ProfileText>;

/** The name of a ready-made profile. */
export type ProfileName = keyof typeof texts;

/** The names of the ready-made profiles. */
export const profileNames = Object.keys(texts) as [ProfileName, ...ProfileName[]];

const profileName = z.enum(profileNames);

/** The ready-made profile of a name. */
export function namedProfile(name: ProfileName): ModbusProfile {
  return profileSchema.parse(texts[name]);
}

/** A profile written out in the settings; with `base` it changes or adds channels of a ready-made one. */
const writtenProfile = z.strictObject({
  base: profileName.optional(),
  oneByOne: z.boolean().optional(),
  channels: z.record(z.string().regex(channelPattern), z.looseObject({})),
});

/** A profile as the settings name it: a ready-made one by its name, or one written out. Becomes the whole profile. */
export const profileChoiceSchema = z.union([profileName, writtenProfile]).transform((choice, context) => {
  const parsed = profileSchema.safeParse(typeof choice === "string" ? texts[choice] : onBase(choice));
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) context.addIssue({ code: "custom", path, message });
  return z.NEVER;
});

function onBase({ base, oneByOne, channels }: z.output<typeof writtenProfile>): unknown {
  const known: Readonly<Record<string, object>> = base === undefined ? {} : texts[base].channels;
  const changed = Object.entries(channels).map(([name, channel]) => [name, { ...known[name], ...channel }]);
  return {
    ...(oneByOne === undefined ? {} : { oneByOne }),
    channels: { ...known, ...Object.fromEntries(changed) },
  };
}
