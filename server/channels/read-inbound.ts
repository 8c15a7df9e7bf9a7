import { type EpochMs, parseInstant, secondMs } from "@coldkeep/core/time/millis.ts";
import { atPointer, jsonOf, textAt } from "./http-call.ts";
import type { RawCall } from "./inbound.ts";
import type { InboundSettings } from "./sms-gateway-settings.ts";

/** Most things that one call may tell; what is beyond is refused with the last. */
export const inboundItemsMax = 1_000;

/** Longest name of a message and longest number, in characters. */
export const inboundNameCharactersMax = 200;

/** Most bytes of one call. */
export const inboundBytesMax: number = 256 * 1024;

/** One thing that a gateway tells. */
export type InboundItem =
  | {
      readonly kind: "report";
      readonly reference: string;
      readonly isDelivered: boolean;
      readonly status: string;
    }
  /** What it is about is still under way. */
  | { readonly kind: "pending" }
  | {
      readonly kind: "reply";
      readonly from: string;
      readonly text: string;
      readonly reference: string | null;
      readonly at: EpochMs | null;
    }
  | { readonly kind: "unreadable"; readonly reason: string; readonly raw: string };

/** Reads what a gateway tells, by the settings. Never throws, whatever comes; what cannot be read comes out as such, never as nothing. */
export function readInbound(settings: InboundSettings, call: RawCall): InboundItem[] {
  const whole = contentOf(settings, call);
  const raw = (call.body ?? queryOf(settings, call).toString()).slice(0, rawCharactersMax);
  if (whole === undefined)
    return [{ kind: "unreadable", reason: "the body is neither JSON nor a form", raw }];
  const found = settings.items === undefined ? whole : atPointer(whole, settings.items);
  const items: readonly unknown[] = Array.isArray(found) ? found : found === undefined ? [] : [found];
  if (items.length === 0) return [{ kind: "unreadable", reason: "there is nothing in it", raw }];
  const read = items.slice(0, inboundItemsMax).map((item) => readItem(settings, item));
  const beyond = items.length - read.length;
  return beyond === 0
    ? read
    : [...read, { kind: "unreadable", reason: `${beyond} more than ${inboundItemsMax}`, raw }];
}

/** Longest part of what cannot be read that is kept, in characters. */
const rawCharactersMax = 1_000;

function readItem({ report, reply }: InboundSettings, item: unknown): InboundItem {
  const text = (pointer: string | undefined): string | null =>
    pointer === undefined ? null : valueAt(item, pointer);
  const name = (pointer: string | undefined): string | null => {
    const found = text(pointer)?.trim() ?? "";
    return found === "" || found.length > inboundNameCharactersMax ? null : found;
  };
  const reference = name(report?.reference);
  const status = name(report?.status);
  const isReport = report !== undefined && reference !== null && status !== null;
  if (isReport) {
    const isOneOf = (values: readonly unknown[] = []): boolean =>
      values.some((value) => String(value) === status);
    if (isOneOf(report.delivered)) return { kind: "report", reference, isDelivered: true, status };
    if (isOneOf(report.failed)) return { kind: "report", reference, isDelivered: false, status };
    if (isOneOf(report.pending)) return { kind: "pending" };
  }
  const from = name(reply?.from);
  const said = text(reply?.text);
  if (from !== null && said !== null) {
    const at = instantOf(name(reply?.at));
    return { kind: "reply", from: numberOf(from), text: said, reference: name(reply?.reference), at };
  }
  const raw = (JSON.stringify(item) ?? "").slice(0, rawCharactersMax);
  const reason = isReport
    ? `the settings do not say what the status "${status.slice(0, 50)}" means`
    : "it is neither a report nor a reply by the settings";
  return { kind: "unreadable", reason, raw };
}

/** Booleans count as texts, too: `true` is `true`. */
function valueAt(item: unknown, pointer: string): string | null {
  const found = atPointer(item, pointer);
  return typeof found === "boolean" ? String(found) : textAt(item, pointer);
}

/** All but the secret. */
function queryOf({ auth }: InboundSettings, { search }: RawCall): URLSearchParams {
  const query = new URLSearchParams(search);
  if (auth.by === "query") query.delete(auth.name);
  return query;
}

function contentOf(settings: InboundSettings, call: RawCall): unknown {
  const { body, headers } = call;
  const query = Object.fromEntries(queryOf(settings, call));
  if (body === null || body.trim() === "") return Object.keys(query).length === 0 ? undefined : query;
  const type = typeof headers["content-type"] === "string" ? headers["content-type"] : "";
  const isForm = /^application\/x-www-form-urlencoded\b/iu.test(type);
  const content = isForm ? Object.fromEntries(new URLSearchParams(body)) : jsonOf(body);
  if (typeof content !== "object" || content === null) return undefined;
  return Array.isArray(content) ? content : { ...query, ...content };
}

/** Gateways leave the `+` of a whole number out, and queries turn it into a blank. */
function numberOf(number: string): string {
  return /^[1-9]\d{6,14}$/u.test(number) ? `+${number}` : number;
}

/** RFC 3339, or seconds or milliseconds since 1970. */
function instantOf(text: string | null): EpochMs | null {
  if (text === null) return null;
  if (!/^\d{9,13}$/u.test(text)) return parseInstant(text);
  return text.length > 10 ? Number(text) : Number(text) * secondMs;
}
