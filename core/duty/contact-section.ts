import * as z from "zod";
import { idSchema } from "../contract/batch.ts";
import { languages, media, type Medium } from "./media.ts";
import type { MediumAddress } from "./reach.ts";

/** A person whom alarms call, and by what (docs/alerts.md). */
export const contactSchema = z
  .strictObject({
    id: idSchema,
    name: z.string().min(1).max(100),
    email: z.email().optional(),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{5,14}$/, "expected a number such as +32470123456")
      .optional(),
    /** Called with a POST of each message. */
    webhook: z.url().max(500).optional(),
    /** A chat's number, and a room or a user. */
    telegram: z
      .string()
      .regex(/^-?\d{1,20}$/, "expected the chat's number")
      .optional(),
    matrix: z
      .string()
      .regex(/^[!#@][^\s:]{1,200}:[^\s]{1,200}$/, "expected a room such as !abc:example.org")
      .optional(),
    /** In which messages are written; the site's language where left out. */
    language: z.enum(languages).optional(),
    /** By what, in order of preference; where left out, by all that there is an address for. */
    by: z.array(z.enum(media)).min(1).max(media.length).optional(),
    /** Their account in the pages: its owner may change their own duty. */
    login: z.string().min(1).max(64).optional(),
  })
  .superRefine((contact, context) => {
    const addresses = addressesBy(contact);
    if (media.every((medium) => addresses[medium] === undefined))
      context.addIssue({
        code: "custom",
        path: ["email"],
        message: "expected an address: email, phone, webhook, telegram or matrix",
      });
    const by = contact.by ?? [];
    for (const [index, medium] of by.entries()) {
      const path = ["by", index];
      if (by.indexOf(medium) < index)
        context.addIssue({ code: "custom", path, message: `"${medium}" stands there twice` });
      else if (addresses[medium] === undefined)
        context.addIssue({ code: "custom", path, message: `no address to reach them by ${medium}` });
    }
  });

/** A person whom alarms call. */
export type Contact = z.output<typeof contactSchema>;

/** The addresses of a contact, in the person's order of preference. A telephone serves SMS and voice. */
export function addressesOf(contact: Contact): MediumAddress[] {
  const addresses = addressesBy(contact);
  return (contact.by ?? media).flatMap((medium) => {
    const address = addresses[medium];
    return address === undefined ? [] : [{ medium, address }];
  });
}

type Addresses = Readonly<
  Partial<Record<"phone" | "email" | "webhook" | "telegram" | "matrix", string | undefined>>
>;

function addressesBy({
  phone,
  email,
  webhook,
  telegram,
  matrix,
}: Addresses): Record<Medium, string | undefined> {
  return { sms: phone, email, voice: phone, webhook, telegram, matrix };
}
