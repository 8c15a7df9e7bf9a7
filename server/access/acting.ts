import { actorOf } from "@coldkeep/core/people/principal.ts";
import type { FastifyRequest } from "fastify";
import { principalOf } from "./guard.ts";

/** Who does something to an alarm, as the trail and as people read it. */
export interface Acting {
  /** The trail's actor. */
  readonly actor: string;
  /** The name that pages and reports show. */
  readonly name: string;
  /** The role of the person that is signed in; null for a machine. */
  readonly role: string | null;
}

/**
 * Who acts: the person that is signed in, whatever the call says; for a machine, whom it says it speaks for (`by`), or itself where it
 * says nothing. Throws `auth.missing` through the guard before it comes to that.
 */
export function actingFor(request: FastifyRequest, by?: string): Acting {
  const principal = principalOf(request);
  if (principal.kind === "person")
    return { actor: actorOf(principal), name: principal.name, role: principal.role };
  const name = by ?? (principal.kind === "machine" ? principal.name : "nobody");
  return { actor: name, name, role: null };
}
