import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { RawCall } from "./inbound.ts";
import type { InboundSettings } from "./sms-gateway-settings.ts";

/** Checks that a call comes from the gateway of the settings, in a time that tells nothing of the secret. Throws `channel.signature`. */
export function demandGateway(auth: InboundSettings["auth"], call: RawCall): void {
  if (isSame(givenBy(auth, call), expectedOf(auth, call))) return;
  throw new CodedError(
    "channel.signature",
    "This call does not show that it comes from the channel's provider.",
  );
}

function givenBy(auth: InboundSettings["auth"], { headers, search }: RawCall): string {
  switch (auth.by) {
    case "query":
      return new URLSearchParams(search).get(auth.name) ?? "";
    case "header":
      return headerOf(headers, auth.name);
    case "basic":
      return headerOf(headers, "authorization");
    case "hmac": {
      const given = headerOf(headers, auth.header).replace(/^(?:sha1|sha256|sha512)=/u, "");
      return auth.encoding === "hex" ? given.toLowerCase() : given;
    }
  }
}

function expectedOf(auth: InboundSettings["auth"], { body, search }: RawCall): string {
  switch (auth.by) {
    case "query":
    case "header":
      return auth.secret;
    case "basic":
      return `Basic ${Buffer.from(`${auth.user}:${auth.secret}`).toString("base64")}`;
    case "hmac":
      return createHmac(auth.hash, auth.secret)
        .update(body ?? search.slice(1))
        .digest(auth.encoding);
  }
}

function headerOf(headers: RawCall["headers"], name: string): string {
  const value = headers[name.toLowerCase()];
  return typeof value === "string" ? value : "";
}

/** Texts of any length, compared by their hashes. */
function isSame(given: string, expected: string): boolean {
  const [left, right] = [given, expected].map((text) => createHash("sha256").update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
