import { timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { StatusCall } from "../health/status-server.ts";

const bodySchema = z.strictObject({
  /** Who takes it on. */
  by: z.string().trim().min(1).max(100),
  /** Which alarm; none: all that wait for somebody. */
  alarm: z.string().max(200).optional(),
});

/**
 * `POST /watch/acknowledge` on the status page: a person takes on alarms of the time alone. From this machine it needs nothing; from elsewhere the gateway's token.
 */
export function acknowledgeCall(
  token: string | undefined,
  acknowledge: (id: string | null, by: string) => number,
): StatusCall {
  return {
    path: "/watch/acknowledge",
    answer: ({ body, authorization, isLocal }) => {
      if (!isLocal && !isToken(authorization, token)) return { status: 401, body: { code: "auth.unknown" } };
      const parsed = bodySchema.safeParse(body);
      if (!parsed.success) return { status: 400, body: { code: "request.invalid" } };
      const { alarm = null, by } = parsed.data;
      return { status: 200, body: { acknowledged: acknowledge(alarm, by) } };
    },
  };
}

function isToken(authorization: string | undefined, token: string | undefined): boolean {
  if (authorization === undefined || token === undefined) return false;
  const [given, expected] = [Buffer.from(authorization), Buffer.from(`Bearer ${token}`)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
