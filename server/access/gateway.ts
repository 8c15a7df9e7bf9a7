import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Principal } from "@coldkeep/core/people/principal.ts";

/** Throws `auth.gateway` where a token that is bound to gateways speaks for another one, or any but the canary for the canary. */
export function demandGateway(principal: Principal, gateway: string): void {
  if (principal.kind !== "machine") return;
  const { name, gateways = null } = principal;
  const isOwn = gateway !== canaryId || name === canaryId;
  if (isOwn && (gateways === null || gateways.includes(gateway))) return;
  throw new CodedError("auth.gateway", `The token "${name}" may not speak for the gateway ${gateway}.`);
}
