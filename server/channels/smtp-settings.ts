import { idSchema } from "@coldkeep/core/contract/batch.ts";
import * as z from "zod";
import { mailboxSchema } from "../mailbox/mailbox-settings.ts";

/** How a mail server is reached: what `mail:` and channels of the kind `smtp` have in common. */
export const smtpEntries = {
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(587),
  from: z.string().min(3),
  user: z.string().optional(),
  password: z.string().optional(),
  /** `none` sends in the clear: for a relay on the same machine only. */
  security: z.enum(["starttls", "tls", "none"]).default("starttls"),
  /** The mailbox of the address `from`, to which mails come back that cannot be delivered. */
  bounces: mailboxSchema.optional(),
};

/** A mail server as a channel. */
export const smtpChannelSchema = z.strictObject({ id: idSchema, kind: z.literal("smtp"), ...smtpEntries });

/** How a mail server is reached, checked. */
export type SmtpSettings = Omit<z.output<typeof smtpChannelSchema>, "id" | "kind">;
