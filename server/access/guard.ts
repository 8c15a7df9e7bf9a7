import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import {
  actorOf,
  type Machine,
  type Person,
  type Principal,
  roleOf,
} from "@coldkeep/core/people/principal.ts";
import { isAllowed, type Permission } from "@coldkeep/core/people/roles.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Access, declaredAccess } from "./access.ts";
import { refuseForeignOrigin } from "./origin.ts";

/** How the guard finds out who is there. */
export interface Identities {
  /** The machine of an `Authorization` header. Throws `auth.unknown`. */
  readonly machine: (header: string) => Machine;
  /** The person of a request's session cookie; null where there is none, or its session ended. */
  readonly person: (request: FastifyRequest) => Person | null;
}

/** A route as it was registered. */
export interface DeclaredRoute {
  readonly method: string;
  readonly path: string;
  readonly access: Access;
}

const declared = new WeakMap<FastifyInstance, DeclaredRoute[]>();

/** All routes that were registered behind the guard of an application, in their order. */
export function declaredRoutes(app: FastifyInstance): readonly DeclaredRoute[] {
  return declared.get(app) ?? [];
}

const principals = new WeakMap<FastifyRequest, Principal>();

/** Who is behind a request that passed the guard. */
export function principalOf(request: FastifyRequest): Principal {
  return principals.get(request) ?? { kind: "nobody" };
}

/** How the records name who is behind a request of a route that nobody unknown may call. */
export function requestActor(request: FastifyRequest): string {
  const principal = principalOf(request);
  if (principal.kind === "nobody") throw missing();
  return actorOf(principal);
}

/** The person behind a request of a route that only people may call. Throws `auth.person-needed` for a machine. */
export function personOf(request: FastifyRequest): Person {
  const principal = principalOf(request);
  if (principal.kind === "person") return principal;
  throw new CodedError("auth.person-needed", "Only a person who is signed in can do this.");
}

/**
 * Puts the guard before all routes that are registered after it: each says who may call it, and nobody else gets past. Throws `auth.missing`, `auth.unknown`,
 * `auth.role` or `auth.foreign-origin` into the request, and at the start for a route that does not say.
 */
export function registerGuard(app: FastifyInstance, identities: Identities): void {
  const routes: DeclaredRoute[] = [];
  declared.set(app, routes);
  app.addHook("onRoute", ({ method, url, config }) => {
    const needed = declaredAccess(config);
    if (needed === undefined)
      throw new TypeError(`The route ${String(method)} ${url} does not say who may call it (server/access).`);
    for (const each of [method].flat()) routes.push({ method: each, path: url, access: needed });
  });
  app.addHook("onRequest", async (request) => {
    const needed = declaredAccess(request.routeOptions.config);
    if (needed === undefined) return;
    const principal = identify(request, identities);
    principals.set(request, principal);
    if (principal.kind === "person") refuseForeignOrigin(request);
    if (needed !== "public") demand(principal, needed);
  });
}

function identify(request: FastifyRequest, identities: Identities): Principal {
  const header = request.headers.authorization;
  if (header !== undefined) return identities.machine(header);
  return identities.person(request) ?? { kind: "nobody" };
}

function demand(principal: Principal, permission: Permission): void {
  const role = roleOf(principal);
  if (principal.kind === "nobody" || role === null) throw missing();
  if (isAllowed(role, permission)) return;
  const who = principal.kind === "person" ? `${principal.name} has` : `The token "${principal.name}" has`;
  throw new CodedError("auth.role", `${who} the role ${role}, which may not do this (${permission}).`);
}

function missing(): CodedError {
  return new CodedError(
    "auth.missing",
    'Sign in, or send a token as "Authorization: Bearer ..."; tokens are declared in the server\'s settings.',
  );
}
