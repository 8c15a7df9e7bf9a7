import type { MachineRole, PersonRole, Role } from "./roles.ts";

/** A person who is signed in. */
export interface Person {
  readonly kind: "person";
  /** The name that the person signs in with; never given to another one. */
  readonly login: string;
  /** The printed name, as signatures and records show it. */
  readonly name: string;
  readonly role: PersonRole;
  /** The public id of the session. */
  readonly session: string;
}

/** A machine that showed its token. */
export interface Machine {
  readonly kind: "machine";
  readonly name: string;
  readonly role: MachineRole;
  /** The gateways that it may speak for; without it, or null, for any. */
  readonly gateways?: readonly string[] | null;
}

/** Who is behind a request. */
export type Principal = Person | Machine | { readonly kind: "nobody" };

/** Before a login in the records, so that no machine's name can be taken for a person's. */
const personPrefix = "person:";

/** How the records name whoever acted: `person:<login>`, or a machine's token name. */
export function actorOf(principal: Person | Machine): string {
  return principal.kind === "person" ? `${personPrefix}${principal.login}` : principal.name;
}

/** The login of a recorded actor; null where it is no person. */
export function loginOf(actor: string): string | null {
  return actor.startsWith(personPrefix) ? actor.slice(personPrefix.length) : null;
}

/** The role of a principal; null for nobody. */
export function roleOf(principal: Principal): Role | null {
  return principal.kind === "nobody" ? null : principal.role;
}
