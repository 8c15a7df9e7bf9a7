import * as z from "zod";
import { modemSchema } from "../modem/modem-settings.ts";
import { sirenSchema } from "../siren/siren-settings.ts";

/** How the gateway calls people by itself. */
export const outputsSchema = z.strictObject({
  siren: sirenSchema.optional(),
  modem: modemSchema.optional(),
});

/** The outputs' settings after checking. */
export type OutputSettings = z.output<typeof outputsSchema>;
