import * as z from "zod";

/** An error as every HTTP call answers it: RFC 9457 with a stable `code`, listed in docs/errors.md. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
});

/** An RFC 9457 problem. */
export type Problem = z.infer<typeof problemSchema>;

/** The media type of a problem. */
export const problemMediaType = "application/problem+json";
