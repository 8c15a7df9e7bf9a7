import * as z from "zod";
import { mailboxSchema } from "../mailbox/mailbox-settings.ts";

/** Where the mails of the canary are read again (docs/alerts.md); everything else of it stands in the site file. */
export const canarySettingsSchema = z.strictObject({ mailbox: mailboxSchema });
