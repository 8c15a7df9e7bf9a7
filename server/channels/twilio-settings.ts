import { idSchema } from "@coldkeep/core/contract/batch.ts";
import * as z from "zod";

const accountEntries = {
  id: idSchema,
  accountSid: z.string().regex(/^AC[0-9a-fA-F]{32}$/, "expected an account SID: AC and 32 hex digits"),
  authToken: z.string().min(8),
  /** Another region's address, or that of a test. */
  baseUrl: z.url({ protocol: /^https?$/ }).default("https://api.twilio.com"),
  /** A number of the account. */
  from: z.string().regex(/^\+[1-9]\d{5,14}$/, "expected a number such as +3215123456"),
};

/** Text messages by Twilio. */
export const twilioSmsSchema = z.strictObject({ kind: z.literal("twilio-sms"), ...accountEntries });

/** Spoken calls by Twilio. */
export const twilioVoiceSchema = z.strictObject({ kind: z.literal("twilio-voice"), ...accountEntries });

/** Settings of text messages by Twilio, checked. */
export type TwilioSmsSettings = z.output<typeof twilioSmsSchema>;

/** Settings of calls by Twilio, checked. */
export type TwilioVoiceSettings = z.output<typeof twilioVoiceSchema>;
