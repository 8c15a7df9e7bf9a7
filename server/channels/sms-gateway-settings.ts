import { idSchema } from "@coldkeep/core/contract/batch.ts";
import * as z from "zod";

const pointerSchema = z
  .string()
  .max(200)
  .regex(/^(\/[^/]*)*$/, "expected a JSON pointer, such as /messages/0/id");
const valuesSchema = z
  .array(z.union([z.string(), z.number(), z.boolean()]))
  .min(1)
  .max(50);
const textsSchema = z.record(z.string().min(1).max(100), z.string().max(1_000));

/** A gateway for text messages that is spoken to by templates: `{to}`, `{text}` and `{id}` are filled in. */
export const smsGatewaySchema = z
  .strictObject({
    id: idSchema,
    kind: z.literal("sms-gateway"),
    method: z.enum(["GET", "POST", "PUT"]).default("POST"),
    url: z.url({ protocol: /^https?$/ }),
    headers: textsSchema.default({}),
    json: z.record(z.string(), z.unknown()).optional(),
    form: textsSchema.optional(),
    /** What of an answer says that the message was taken, beside a status of 200 to 299. */
    success: z.strictObject({ pointer: pointerSchema, values: valuesSchema }).optional(),
    /** Where its answer names the message. */
    reference: pointerSchema.optional(),
    /** Asked, with `{reference}`, until it says what became of a message. */
    status: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }),
        pointer: pointerSchema,
        delivered: valuesSchema,
        failed: valuesSchema,
      })
      .optional(),
  })
  .refine(({ json, form }) => json === undefined || form === undefined, "give json or form, not both")
  .refine(
    ({ status, reference }) => status === undefined || reference !== undefined,
    "status needs reference",
  );

/** Settings of a gateway for text messages, checked. */
export type SmsGatewaySettings = z.output<typeof smsGatewaySchema>;
