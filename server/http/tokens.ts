import { timingSafeEqual } from "node:crypto";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { ServerSettings, TokenRole } from "../settings/server-settings.ts";

/** A machine that showed a known token. */
export interface Machine {
  readonly name: string;
  readonly role: TokenRole;
}

/**
 * Finds the machine behind an `Authorization` header and checks that it may act as `role`. Throws `auth.missing`, `auth.unknown` or `auth.role`.
 */
export type Authenticate = (header: string | undefined, role: "gateway" | "api") => Machine;

/** Makes the check over the configured tokens. Only hashes are compared, in constant time. */
export function makeAuthenticate(settings: ServerSettings): Authenticate {
  const known = [
    ...settings.tokens.map(({ name, role, sha256 }) => ({
      name,
      role: role as TokenRole,
      hash: Buffer.from(sha256, "hex"),
    })),
    ...settings.environmentTokens.map(({ name, role, token }) => ({
      name,
      role,
      hash: Buffer.from(sha256Hex(token), "hex"),
    })),
  ];
  return (header, role) => {
    const token = /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
    if (token === undefined) {
      throw new CodedError(
        "auth.missing",
        'Send a token as "Authorization: Bearer ..."; tokens are declared in the server\'s settings.',
      );
    }
    const hash = Buffer.from(sha256Hex(token), "hex");
    const machine = known.find((each) => timingSafeEqual(each.hash, hash));
    if (machine === undefined) throw new CodedError("auth.unknown", "This token is not known here.");
    if (machine.role !== "all" && machine.role !== role) {
      throw new CodedError(
        "auth.role",
        `The token "${machine.name}" has the role ${machine.role}; this call needs ${role}.`,
      );
    }
    return { name: machine.name, role: machine.role };
  };
}
