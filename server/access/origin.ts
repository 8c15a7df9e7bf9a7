import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { FastifyRequest } from "fastify";

const readOnly: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what another site's page makes a browser send in a person's name: a request that changes something must say that it comes from our own pages, by
 * `Sec-Fetch-Site` or, in browsers that do not have it, by `Origin`. Throws `auth.foreign-origin`.
 */
export function refuseForeignOrigin(request: FastifyRequest): void {
  if (readOnly.has(request.method) || isOwn(request)) return;
  throw new CodedError(
    "auth.foreign-origin",
    "This was not sent by one of this server's own pages, so it is not taken in a person's name. Open the page again and repeat it there.",
  );
}

function isOwn({ headers }: FastifyRequest): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  const { origin } = headers;
  return origin !== undefined && URL.parse(origin)?.host === headers.host;
}
