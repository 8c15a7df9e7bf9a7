import * as z from "zod";

/** How a mailbox is reached. */
export const mailboxSchema = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(993),
  /** `none` reads in the clear: for a mail server on the same machine only. */
  security: z.enum(["tls", "starttls", "none"]).default("tls"),
  user: z.string().min(1),
  password: z.string().min(1),
  folder: z.string().min(1).default("INBOX"),
  /** Path of a PEM file with the authority of the mail server's certificate, where it is none of the usual ones. */
  ca: z.string().min(1).optional(),
});

/** How a mailbox is reached, checked. */
export type MailboxSettings = z.output<typeof mailboxSchema>;
