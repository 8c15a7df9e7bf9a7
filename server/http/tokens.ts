import { timingSafeEqual } from "node:crypto";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Machine } from "@coldkeep/core/people/principal.ts";
import type { MachineRole } from "@coldkeep/core/people/roles.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { ServerSettings } from "../settings/server-settings.ts";

/** Finds the machine behind an `Authorization` header. Throws `auth.missing` or `auth.unknown`. */
export type Authenticate = (header: string) => Machine;

/** Makes the check over the configured tokens. Only hashes are compared, in constant time. */
export function makeAuthenticate(settings: ServerSettings): Authenticate {
  const known = [
    ...settings.tokens.map(({ name, role, sha256 }) => ({
      name,
      role: role as MachineRole,
      hash: Buffer.from(sha256, "hex"),
    })),
    ...settings.environmentTokens.map(({ name, role, token }) => ({
      name,
      role,
      hash: Buffer.from(sha256Hex(token), "hex"),
    })),
  ];
  return (header) => {
    const token = /^Bearer (\S+)$/i.exec(header)?.[1];
    if (token === undefined) {
      throw new CodedError(
        "auth.missing",
        'Send a token as "Authorization: Bearer ..."; tokens are declared in the server\'s settings.',
      );
    }
    const hash = Buffer.from(sha256Hex(token), "hex");
    const machine = known.find((each) => timingSafeEqual(each.hash, hash));
    if (machine === undefined) throw new CodedError("auth.unknown", "This token is not known here.");
    return { kind: "machine", name: machine.name, role: machine.role };
  };
}
