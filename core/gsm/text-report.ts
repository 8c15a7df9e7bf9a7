import { deliveryOf, type Incoming } from "./incoming.ts";

/**
 * A status report as text mode tells it, `+CDS: <first octet>,<reference>,"<number>",<type>,"<time>","<time>",<status>` (3GPP TS 27.005,
 * 3.1), or in an answer to `AT+CMGR`, with the state in front. Null where the line is none.
 */
export function textReport(
  name: string,
  fields: readonly string[],
): Extract<Incoming, { kind: "report" }> | null {
  const own = name === "+CMGR" ? fields.slice(1) : fields;
  if (own.length < 7) return null;
  const [, referenceText = "", to = ""] = own;
  const statusText = own.at(-1) ?? "";
  if (!/^\d{1,3}$/.test(referenceText) || !/^\d{1,3}$/.test(statusText)) return null;
  const [reference, status] = [Number(referenceText), Number(statusText)];
  if (reference > 255 || status > 255 || !/^\+?\d{1,20}$/.test(to)) return null;
  return {
    kind: "report",
    reference,
    to,
    takenAt: null,
    endedAt: null,
    status,
    delivery: deliveryOf(status),
  };
}
