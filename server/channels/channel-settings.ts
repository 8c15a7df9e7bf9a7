import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import * as z from "zod";
import { matrixSchema, telegramSchema, webhookSchema } from "./chat-settings.ts";
import { gsmModemSettingsSchema } from "../modem/gsm-modem-settings.ts";
import { smsGatewaySchema } from "./sms-gateway-settings.ts";
import { smtpChannelSchema } from "./smtp-settings.ts";
import { twilioSmsSchema, twilioVoiceSchema } from "./twilio-settings.ts";

/** Most channels that can be declared. */
export const channelsMax = 20;

/** One channel of the settings. */
export const channelSettingsSchema = z.discriminatedUnion("kind", [
  smtpChannelSchema,
  twilioSmsSchema,
  twilioVoiceSchema,
  smsGatewaySchema,
  webhookSchema,
  telegramSchema,
  matrixSchema,
  gsmModemSettingsSchema,
]);

/** All channels, in the order in which one stands in for another of the same medium (docs/channels.md). */
export const channelsSchema = z
  .array(channelSettingsSchema)
  .max(channelsMax)
  .refine(
    (channels) => new Set(channels.map(({ id }) => id)).size === channels.length,
    "each id can be used once",
  )
  .refine((channels) => channels.every(({ id }) => id !== "mail"), 'the id "mail" is that of mail:')
  .default([]);

/** The settings of one channel, checked. */
export type ChannelSettings = z.output<typeof channelSettingsSchema>;

/** Deepest nesting that is looked through for variables. */
const depthMax = 10;

/**
 * Puts the values of environment variables where the settings of channels name them (`{ env: NAME }`). Throws `settings.invalid` where one is not set.
 */
export function withVariables(
  content: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  path = "channels",
  depth = 0,
): unknown {
  if (typeof content !== "object" || content === null || depth > depthMax) return content;
  if (Array.isArray(content))
    return content.map((each, index) => withVariables(each, environment, `${path}[${index}]`, depth + 1));
  const entries = Object.entries(content);
  const [name, variable] = entries[0] ?? [];
  if (entries.length === 1 && name === "env" && typeof variable === "string") {
    const value = environment[variable];
    if (value !== undefined && value !== "") return value;
    throw new CodedError("settings.invalid", `${path} names an environment variable that is not set.`);
  }
  return Object.fromEntries(
    entries.map(([key, each]) => [key, withVariables(each, environment, `${path}.${key}`, depth + 1)]),
  );
}
