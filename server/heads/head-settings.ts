import * as z from "zod";

/** Most addresses that heads are mailed to. */
export const mailToMax = 20;

/** Where the chains' daily heads go besides the records (docs/records.md, "Heads kept elsewhere"). */
export const headSettingsSchema = z.strictObject({
  /** Addresses that each is mailed to. */
  mailTo: z.array(z.email()).max(mailToMax).default([]),
  /** A file, or a folder that is there, to which each is appended. */
  file: z.string().min(1).optional(),
});

/** Where the chains' daily heads go besides the records. */
export type HeadSettings = z.output<typeof headSettingsSchema>;
