import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { idSchema } from "@coldkeep/core/contract/batch.ts";
import type { MachineRole } from "@coldkeep/core/people/roles.ts";
import * as z from "zod";
import { channelsSchema, withVariables } from "../channels/channel-settings.ts";
import { smtpEntries } from "../channels/smtp-settings.ts";
import { trailSettingsSchema } from "../trail/trail-settings.ts";
import { backupSettingsSchema } from "../backup/backup-settings.ts";
import { peopleSettingsSchema } from "../people/people-settings.ts";
import { canarySettingsSchema } from "../canary/canary-settings.ts";
import { holdFeedSettingsSchema } from "../hold-feed/hold-feed-settings.ts";
import { heartbeatSettingsSchema } from "../heartbeat/heartbeat-settings.ts";
import { headSettingsSchema } from "../heads/head-settings.ts";
import { periodSettingsSchema } from "../period/period-settings.ts";
import { unitSettingsSchema } from "../units/unit-settings.ts";
import { influxSettingsSchema } from "../influx/influx-settings.ts";
import { proxySettingsSchema, rateLimitsSchema, tlsSettingsSchema } from "../security/security-settings.ts";

const listenSchema = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, "expected host:port, such as 127.0.0.1:8080");

/** The server's settings file (docs/settings.md). Every entry can be left out. */
export const serverSettingsSchema = z.strictObject({
  /** Folder of the records. */
  data: z.string().min(1).default("data/server"),
  listen: listenSchema.default("127.0.0.1:8080"),
  tls: tlsSettingsSchema.optional(),
  behindProxy: proxySettingsSchema.optional(),
  rateLimits: rateLimitsSchema.prefault({}),
  /** Path of a site file, applied at start where it differs. */
  site: z.string().min(1).optional(),
  tokens: z
    .array(
      z.strictObject({
        name: idSchema,
        role: z.enum(["gateway", "api"]),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/, "expected the token's SHA-256 as 64 lower-case hex digits"),
        /** The gateways that it may speak for; any where left out. */
        gateways: z.array(idSchema).min(1).max(100).optional(),
      }),
    )
    .max(1_000)
    .default([]),
  /** Allows full tokens from the environment when not listening on loopback. */
  allowEnvironmentTokens: z.boolean().default(false),
  mail: z.strictObject(smtpEntries).optional(),
  channels: channelsSchema,
  influx: influxSettingsSchema.optional(),
  backup: backupSettingsSchema.optional(),
  /** Which components units are, how they are numbered, and the rules that are held against them as advice. */
  units: unitSettingsSchema.prefault({}),
  /** Tells the blood-bank system of holds. */
  holdFeed: holdFeedSettingsSchema.optional(),
  /** Tells the outside that this server lives. */
  heartbeat: heartbeatSettingsSchema.optional(),
  /** Reads the mails of the canary that the site has. */
  canary: canarySettingsSchema.optional(),
  trail: trailSettingsSchema,
  heads: headSettingsSchema.optional(),
  periodReports: periodSettingsSchema.optional(),
  people: peopleSettingsSchema.default(() => peopleSettingsSchema.parse({})),
  /** Lets anybody see the board (`/`), e.g. on a display on the wall. */
  openBoard: z.boolean().default(false),
  /** Where people reach the pages; stands in mails. */
  publicUrl: z.url().optional(),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** The server's settings, checked. */
export type ServerSettings = z.output<typeof serverSettingsSchema> & {
  /** Tokens given in full through the environment. */
  readonly environmentTokens: readonly {
    readonly name: string;
    readonly role: MachineRole;
    readonly token: string;
  }[];
};

/** Environment variables that override an entry of the file. */
const overrides: Readonly<Record<string, string>> = {
  COLDKEEP_DATA: "data",
  COLDKEEP_LISTEN: "listen",
  COLDKEEP_SITE: "site",
  COLDKEEP_PUBLIC_URL: "publicUrl",
  COLDKEEP_LOG_LEVEL: "logLevel",
  COLDKEEP_OPEN_BOARD: "openBoard",
};

/** Overrides inside `mail`. */
const mailOverrides: Readonly<Record<string, string>> = {
  COLDKEEP_MAIL_HOST: "host",
  COLDKEEP_MAIL_PORT: "port",
  COLDKEEP_MAIL_FROM: "from",
  COLDKEEP_MAIL_USER: "user",
  COLDKEEP_MAIL_PASSWORD: "password",
  COLDKEEP_MAIL_SECURITY: "security",
};

/** Overrides inside `influx`. */
const influxOverrides: Readonly<Record<string, string>> = {
  COLDKEEP_INFLUX_URL: "url",
  COLDKEEP_INFLUX_TOKEN: "token",
  COLDKEEP_INFLUX_USERNAME: "username",
  COLDKEEP_INFLUX_PASSWORD: "password",
  COLDKEEP_INFLUX_ORG: "org",
  COLDKEEP_INFLUX_BUCKET: "bucket",
  COLDKEEP_INFLUX_BEHIND_AFTER: "behindAfter",
  COLDKEEP_INFLUX_KEEP_AT_LEAST: "keepAtLeast",
};

/** Overrides inside `holdFeed`. */
const holdFeedOverrides: Readonly<Record<string, string>> = {
  COLDKEEP_HOLD_FEED_FORMAT: "format",
  COLDKEEP_HOLD_FEED_URL: "url",
  COLDKEEP_HOLD_FEED_TOKEN: "token",
  COLDKEEP_HOLD_FEED_CONFIRM_WITHIN: "confirmWithin",
};

/** Overrides inside `backup`. */
const backupOverrides: Readonly<Record<string, string>> = {
  COLDKEEP_BACKUP_TO: "to",
  COLDKEEP_BACKUP_EVERY: "every",
  COLDKEEP_BACKUP_KEEP: "keep",
};

/**
 * The settings from a file's content (an empty object where there is none) and the environment. Throws `settings.invalid` naming each mistake, and
 * `settings.token-not-loopback` where a full token is given while the server listens to more than this machine.
 */
export function readServerSettings(
  content: unknown,
  source: string,
  environment: Readonly<Record<string, string | undefined>>,
): ServerSettings {
  const merged = overlay(content, overrides, environment);
  if (isRecord(merged) && typeof merged["openBoard"] === "string" && isSwitch(merged["openBoard"]))
    merged["openBoard"] = merged["openBoard"] === "true";
  const mail = overlay(isRecord(merged) ? merged["mail"] : undefined, mailOverrides, environment);
  if (isRecord(merged) && isRecord(mail) && Object.keys(mail).length > 0) {
    if (typeof mail["port"] === "string") mail["port"] = Number(mail["port"]);
    merged["mail"] = mail;
  }
  const influx = overlay(isRecord(merged) ? merged["influx"] : undefined, influxOverrides, environment);
  if (isRecord(merged) && isRecord(influx) && Object.keys(influx).length > 0) merged["influx"] = influx;
  const holdFeed = overlay(isRecord(merged) ? merged["holdFeed"] : undefined, holdFeedOverrides, environment);
  if (isRecord(merged) && isRecord(holdFeed) && Object.keys(holdFeed).length > 0)
    merged["holdFeed"] = holdFeed;
  const backup = overlay(isRecord(merged) ? merged["backup"] : undefined, backupOverrides, environment);
  if (isRecord(merged) && isRecord(backup) && Object.keys(backup).length > 0) {
    if (typeof backup["keep"] === "string") backup["keep"] = Number(backup["keep"]);
    merged["backup"] = backup;
  }
  if (isRecord(merged) && isRecord(merged["mail"]) && merged["mail"]["bounces"] !== undefined)
    merged["mail"]["bounces"] = withVariables(merged["mail"]["bounces"], environment, "mail.bounces");
  if (isRecord(merged) && merged["canary"] !== undefined)
    merged["canary"] = withVariables(merged["canary"], environment, "canary");
  if (isRecord(merged) && merged["channels"] !== undefined)
    merged["channels"] = withVariables(merged["channels"], environment);
  const secret = environment["COLDKEEP_OIDC_CLIENT_SECRET"];
  const people = isRecord(merged) ? merged["people"] : undefined;
  if (secret !== undefined && secret !== "" && isRecord(people) && isRecord(people["oidc"]))
    people["oidc"]["clientSecret"] = secret;
  const settings = checkSettings(serverSettingsSchema, merged, source);
  if (settings.people.oidc !== undefined && settings.publicUrl === undefined) {
    throw new CodedError(
      "settings.invalid",
      `${source}: people.oidc needs publicUrl, because the provider sends people's browsers back to it.`,
    );
  }
  const environmentTokens = [
    {
      name: "environment-gateway",
      role: "gateway" as const,
      token: environment["COLDKEEP_GATEWAY_TOKEN"] ?? "",
    },
    { name: "environment-api", role: "all" as const, token: environment["COLDKEEP_API_TOKEN"] ?? "" },
  ].filter(({ token }) => token !== "");
  if (environmentTokens.length > 0 && !isLoopback(settings.listen) && !settings.allowEnvironmentTokens) {
    throw new CodedError(
      "settings.token-not-loopback",
      `COLDKEEP_GATEWAY_TOKEN and COLDKEEP_API_TOKEN are for first use on 127.0.0.1, but the server is to listen on ${settings.listen}. Declare tokens by SHA-256 under "tokens", or set allowEnvironmentTokens: true.`,
    );
  }
  return { ...settings, environmentTokens };
}

/** True for an address that only this machine reaches. */
export function isLoopback(listen: string): boolean {
  const host = listen.slice(0, listen.lastIndexOf(":"));
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function overlay(
  content: unknown,
  names: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  if (content !== undefined && content !== null && !isRecord(content)) return content;
  const merged: Record<string, unknown> = { ...content };
  for (const [variable, path] of Object.entries(names)) {
    const value = environment[variable];
    if (value !== undefined && value !== "") merged[path] = value;
  }
  return merged;
}

/** True for how the environment writes yes and no. */
function isSwitch(text: string): boolean {
  return text === "true" || text === "false";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
