import { idSchema } from "@coldkeep/core/contract/batch.ts";
import * as z from "zod";
import { allowedTarget } from "./inside-address.ts";

/** Posts to the address of each contact, signed. */
export const webhookSchema = z.strictObject({
  id: idSchema,
  kind: z.literal("webhook"),
  /** Signs each post; a value that begins with `whsec_` is base64, as the Standard Webhooks have it. */
  secret: z.string().min(16),
  /** Hosts, addresses and networks inside the house that may be called: contacts name their addresses themselves. */
  allow: z
    .array(
      z
        .string()
        .refine(
          (entry) => allowedTarget(entry) !== null,
          "expected a host, an address or a network such as 10.1.0.0/16",
        ),
    )
    .max(100)
    .default([]),
});

/** A bot of Telegram. */
export const telegramSchema = z.strictObject({
  id: idSchema,
  kind: z.literal("telegram"),
  token: z.string().regex(/^\d+:[\w-]{20,}$/, "expected a bot's token, such as 123456:ABC-DEF"),
  baseUrl: z.url({ protocol: /^https?$/ }).default("https://api.telegram.org"),
  /** Listens to what people write to the bot. */
  replies: z.boolean().default(true),
});

/** An account on a Matrix homeserver. */
export const matrixSchema = z.strictObject({
  id: idSchema,
  kind: z.literal("matrix"),
  homeserver: z.url({ protocol: /^https?$/ }),
  token: z.string().min(8),
});

/** Settings of webhooks, checked. */
export type WebhookSettings = z.output<typeof webhookSchema>;

/** Settings of a bot of Telegram, checked. */
export type TelegramSettings = z.output<typeof telegramSchema>;

/** Settings of a Matrix account, checked. */
export type MatrixSettings = z.output<typeof matrixSchema>;
