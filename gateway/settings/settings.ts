import { readFileSync } from "node:fs";
import * as z from "zod";
import { LineCounter, parseDocument } from "yaml";
import { idSchema } from "@coldkeep/core/contract/batch.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { dayMs, hourMs, minuteMs } from "@coldkeep/core/time/millis.ts";
import { outputsSchema } from "../calls/output-settings.ts";
import { sourceSchema, sourcesMax } from "../sources/source-settings.ts";
import { watchSettingsSchema } from "../watch/watch-settings.ts";
import { overridden } from "./environment.ts";
import { channelName, count, duration } from "./fields.ts";

/** 64 probes, one reading a minute, 400 days. */
const bufferReadingsDefault = 64 * 400 * 24 * 60;

/** Which values of a channel call for a person: exactly one of the three. */
const activeSchema = z.union([
  z.strictObject({ equals: z.number() }),
  z.strictObject({ below: z.number() }),
  z.strictObject({ above: z.number() }),
]);

const signalSchema = z.strictObject({
  /** The appliance, probe or device that it is about. */
  subject: idSchema,
  kind: z.enum(["door", "power", "battery", "agitator"]),
  /** Default for a contact: 1 (door open, power lost, agitator stopped). */
  active: activeSchema.default({ equals: 1 }),
});

/** The gateway's settings file. Each single value can be overridden from the environment, see environment.ts. */
export const settingsSchema = z
  .strictObject({
    /** The gateway's name towards the server. */
    gateway: idSchema,
    server: z.strictObject({
      url: z.url({ protocol: /^https?$/, error: "expected http://host:port or https://host" }),
      token: z.string().min(1).optional(),
      /** File (PEM) of the authority that signed the server's certificate, where machines do not know it by themselves. */
      ca: z.string().min(1).optional(),
    }),
    /** Folder of the buffer. */
    data: z.string().min(1),
    health: z
      .strictObject({
        listen: z.string().regex(/^.+:\d{1,5}$/, "expected host:port, such as 127.0.0.1:8090"),
      })
      .optional(),
    sources: z.array(sourceSchema).min(1).max(sourcesMax),
    /** Probe ids by `<device>/<channel>`. */
    probes: z.record(channelName, idSchema),
    /** Contacts and batteries by `<device>/<channel>`: what they are about and which values call for a person. */
    signals: z.record(channelName, signalSchema).default({}),
    /** How the gateway calls people by itself while the server is out of reach. */
    outputs: outputsSchema.default({}),
    /** Most readings and events held. Range [1000, 1000000000], default 36864000 (64 probes, one a minute, 400 days; some 1.1 GB). */
    bufferReadingsMax: count(1_000, 1_000_000_000, bufferReadingsDefault),
    /** Most bytes of the buffer's file. Range [1 MB, 1 TB], default 1.5 GB: 400 days of 64 probes at 29 bytes a reading, and a quarter more. */
    bufferBytesMax: count(1_000_000, 1_000_000_000_000, 1_500_000_000),
    /** Bytes of the disk that are left free. Range [0, 1 TB], default 256 MB. */
    diskFreeMin: count(0, 1_000_000_000_000, 256_000_000),
    /** Most readings in one batch of what just came in (of what piled up at most 1000). Range [1, 10000], default 5000. */
    batchReadingsMax: count(1, 10_000, 5_000),
    /** How long a commit waits for more samples, and what a power cut may cost of polled values. Range [0ms, 10s], default 2ms. */
    commitWithin: duration(0, 10_000, "2ms"),
    /** How long a new reading waits for company before it is sent. Range [0ms, 1s], default 100ms. */
    linger: duration(0, 1_000, "100ms"),
    /** How long a request may take. Range [100ms, 10m], default 30s. */
    requestTimeout: duration(100, 10 * minuteMs, "30s"),
    /** Longest pause before a server, line or broker is tried again. Range [100ms, 10m], default 30s. */
    pauseMax: duration(100, 10 * minuteMs, "30s"),
    compression: z.enum(["zstd", "gzip", "none"]).default("zstd"),
    /** How long a resend may be silent. Range [100ms, 10m], default 2s. */
    resendTimeout: duration(100, 10 * minuteMs, "2s"),
    /** How often one range is asked for. Range [1, 20], default 3. */
    resendAttempts: count(1, 20, 3),
    /** A serial line that says nothing for so long is opened anew. Range [10s, 7d], default 10m. */
    silenceMax: duration(10_000, 7 * dayMs, "10m"),
    /** How far a device's clock may stand from its anchor. Range [1s, 1h], default 10s. */
    driftMax: duration(1_000, hourMs, "10s"),
    /** How far in the future a device's own time may lie. Range [0s, 1d], default 5m. */
    futureMax: duration(0, dayMs, "5m"),
    /** The gateway's own watch while the server is out of reach. */
    watch: watchSettingsSchema.prefault({}),
  })
  .superRefine((settings, context) => {
    const ids = settings.sources.map((source) => source.id);
    for (const [index, id] of ids.entries()) {
      if (ids.indexOf(id) < index)
        context.addIssue({
          code: "custom",
          path: ["sources", index, "id"],
          message: `"${id}" is used twice`,
        });
    }
    const keys = Object.entries(settings.probes);
    const seen = new Map<string, string>();
    for (const [key, probe] of keys) {
      const other = seen.get(probe);
      if (other !== undefined)
        context.addIssue({
          code: "custom",
          path: ["probes", key],
          message: `probe "${probe}" is already fed by ${other}`,
        });
      seen.set(probe, key);
    }
  });

/** The gateway's settings after checking. Durations are milliseconds. */
export type GatewaySettings = z.output<typeof settingsSchema>;

/** Reads and checks a settings file. Throws `settings.unreadable` or `settings.invalid`. */
export function loadSettings(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): GatewaySettings {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new CodedError("settings.unreadable", `${path} cannot be read: ${String(error)}`, {
      context: { path },
      cause: error,
    });
  }
  return parseSettings(text, path, environment);
}

/** Checks the text of a settings file with what the environment overrides. Throws `settings.invalid`. */
export function parseSettings(
  text: string,
  source: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): GatewaySettings {
  const { content, names } = overridden(contentOf(text, source), environment);
  const told = names.length === 0 ? source : `${source} (with ${names.join(", ")} from the environment)`;
  return checkSettings(settingsSchema, content, told);
}

/** What stands at a mistake is never told: it may be a password. */
function contentOf(text: string, source: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter });
  const invalid = (what: string) =>
    new CodedError("settings.invalid", `${source} is not YAML: ${what}`, { context: { source } });
  const [mistake] = [...document.errors, ...document.warnings];
  if (mistake !== undefined) {
    const { line, col } = lineCounter.linePos(mistake.pos[0]);
    throw invalid(`line ${line}, column ${col} (${mistake.code})`);
  }
  try {
    return document.toJS() as unknown;
  } catch {
    throw invalid(
      "it refers with * to something that it does not hold; a text that begins with * needs quotes",
    );
  }
}
