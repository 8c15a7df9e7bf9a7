import type { Permission } from "@coldkeep/core/people/roles.ts";
import type { FastifyContextConfig } from "fastify";

/** Who may call a route: `public` for anybody, else whoever has the permission. */
export type Access = "public" | Permission;

/** The `config` of a route that says who may call it. Every route has one; a route without is refused when the server starts. */
export function access(who: Access): FastifyContextConfig & { readonly access: Access } {
  return { access: who };
}

/** What a route's config says of who may call it; undefined where it says nothing. */
export function declaredAccess(config: unknown): Access | undefined {
  return typeof config === "object" && config !== null && "access" in config
    ? (config.access as Access)
    : undefined;
}
