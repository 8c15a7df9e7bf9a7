import { timingSafeEqual } from "node:crypto";
import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import type { Machine } from "@coldkeep/core/people/principal.ts";
import type { Identities } from "../access/guard.ts";
import { sha256Hex } from "../journal/hash-chain.ts";

/** The canary as a machine: it may send what a gateway may, for itself alone. */
const canary: Machine = { kind: "machine", name: canaryId, role: "gateway", gateways: [canaryId] };

/** Knows the canary by a token that no record holds and that is drawn at each start, and everybody else as before. */
export function withCanary(token: string, identities: Identities): Identities {
  const own = Buffer.from(sha256Hex(`Bearer ${token}`), "hex");
  return {
    person: identities.person,
    machine: (header) =>
      timingSafeEqual(own, Buffer.from(sha256Hex(header), "hex")) ? canary : identities.machine(header),
  };
}
