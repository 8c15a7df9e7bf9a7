import type { FastifyReply, FastifyRequest } from "fastify";
import "@fastify/cookie";

/** How the session's cookie is called and sent. */
export interface SessionCookie {
  readonly name: string;
  readonly isSecure: boolean;
}

/** The cookie for a server that browsers reach over TLS, or not (server/security). */
export function sessionCookieFor(isSecure: boolean): SessionCookie {
  return { name: isSecure ? "__Host-coldkeep" : "coldkeep", isSecure };
}

/** The session token that a request carries; undefined where there is none. */
export function sessionTokenOf(request: FastifyRequest, { name }: SessionCookie): string | undefined {
  return request.cookies[name];
}

/**
 * Gives the browser the token. Other sites' links carry it, so that one in a mail opens its page; what changes anything is taken from our own pages only
 * (server/access/origin.ts), and no `GET` changes anything. It ends with the browser's session; the server ends it sooner. */
export function setSessionCookie(reply: FastifyReply, cookie: SessionCookie, token: string): void {
  void reply.setCookie(cookie.name, token, attributes(cookie));
}

/** Takes the token away from the browser. */
export function clearSessionCookie(reply: FastifyReply, cookie: SessionCookie): void {
  void reply.clearCookie(cookie.name, attributes(cookie));
}

function attributes({ isSecure }: SessionCookie) {
  return { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure } as const;
}
