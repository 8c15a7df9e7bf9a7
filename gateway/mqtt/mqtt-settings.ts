import * as z from "zod";
import { sourceId } from "../settings/fields.ts";
import { brokerFields } from "./broker-settings.ts";

/** A broker with devices of the own dialect. */
export const mqttSchema = z.strictObject({ kind: z.literal("mqtt"), id: sourceId, ...brokerFields });
