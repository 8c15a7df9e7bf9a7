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

const nameSchema = z.string().min(1).max(100);
/** Secrets by which a gateway is known are compared whole: short ones could be tried out. */
const secretSchema = z.string().min(16);

/** How a gateway that calls us shows that it is the one. */
export const inboundAuthSchema = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("header"), name: nameSchema, secret: secretSchema }),
  z.strictObject({ by: z.literal("query"), name: nameSchema, secret: secretSchema }),
  z.strictObject({ by: z.literal("basic"), user: nameSchema, secret: secretSchema }),
  z.strictObject({
    /** Signed by the HMAC of the body; of a GET by that of all that follows the `?`. */
    by: z.literal("hmac"),
    header: nameSchema,
    secret: secretSchema,
    hash: z.enum(["sha1", "sha256", "sha512"]).default("sha256"),
    encoding: z.enum(["hex", "base64"]).default("hex"),
  }),
]);

/** What of a call by a gateway says what. Fields of forms and queries are named by pointers, too: `/status`. */
export const inboundSchema = z
  .strictObject({
    auth: inboundAuthSchema,
    /** Where several come in one call: the list of them. */
    items: pointerSchema.optional(),
    /** What it is answered where all is taken. */
    answer: z.string().max(200).default("OK"),
    report: z
      .strictObject({
        reference: pointerSchema,
        status: pointerSchema,
        delivered: valuesSchema,
        failed: valuesSchema,
        /** Says no more than that it is under way. */
        pending: valuesSchema.optional(),
      })
      .optional(),
    reply: z
      .strictObject({
        from: pointerSchema,
        text: pointerSchema,
        /** The gateway's name for it, so that it is taken once. */
        reference: pointerSchema.optional(),
        at: pointerSchema.optional(),
      })
      .optional(),
  })
  .refine(
    ({ report, reply }) => report !== undefined || reply !== undefined,
    "expected report, reply or both",
  );

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
    /** What it tells by itself, at `/v1/channels/<id>/inbound`. */
    inbound: inboundSchema.optional(),
  })
  .refine(
    ({ inbound, reference }) => inbound?.report === undefined || reference !== undefined,
    "inbound.report needs reference",
  )
  .refine(({ json, form }) => json === undefined || form === undefined, "give json or form, not both")
  .refine(
    ({ status, reference }) => status === undefined || reference !== undefined,
    "status needs reference",
  );

/** What a gateway tells by itself, checked. */
export type InboundSettings = z.output<typeof inboundSchema>;

/** Settings of a gateway for text messages, checked. */
export type SmsGatewaySettings = z.output<typeof smsGatewaySchema>;
