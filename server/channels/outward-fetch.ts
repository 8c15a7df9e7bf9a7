import { lookup as lookUp, type LookupAddress, type LookupOptions } from "node:dns";
import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { Readable } from "node:stream";
import { type AllowedTargets, isInside } from "./inside-address.ts";

/** A target that is inside the house and that the settings do not allow. */
export class InsideTarget extends Error {
  constructor(host: string) {
    super(
      `${host} is an address inside; name it under "allow" of the channel in the settings if it is to be called`,
    );
    this.name = "InsideTarget";
  }
}

/** Finds all addresses of a host, as `dns.lookup` does with `all`. */
export type FindAddresses = (
  host: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `fetch` that calls nothing inside but what is allowed, whatever name it hides behind: the addresses of a name are found once, what is inside is refused, and the connection goes to what was
 * looked at, so that no second answer of the name service leads elsewhere. Follows no redirects. A refused target rejects with `InsideTarget`.
 */
export function outwardFetch(allowed: AllowedTargets, find: FindAddresses = lookUp): typeof fetch {
  return async (input, { method = "GET", headers = {}, body, signal } = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const host = url.hostname.replace(/^\[|\]$/gu, "");
    const isFree = allowed.host(host);
    const mayCall = (address: string): boolean => isFree || allowed.address(address) || !isInside(address);
    // An address needs no name service, so nothing else would look at it.
    if (isIP(host) !== 0 && !mayCall(host)) throw new InsideTarget(host);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = url.protocol === "https:" ? requestSecure : requestPlain;
      const call = request(url, {
        method,
        headers: Object.fromEntries(new Headers(headers)),
        agent: false,
        lookup: lookupOf(mayCall, find),
        ...(signal === null || signal === undefined ? {} : { signal }),
      });
      call.on("response", resolve);
      call.on("error", reject);
      call.end(typeof body === "string" ? body : undefined);
    });
    const status = response.statusCode ?? 0;
    const isBare = status === 204 || status === 205 || status === 304;
    if (isBare) response.resume();
    const content = isBare ? null : (Readable.toWeb(response) as ReadableStream<Uint8Array>);
    const retryAfter = response.headers["retry-after"];
    return new Response(content, {
      status,
      ...(retryAfter === undefined ? {} : { headers: { "retry-after": retryAfter } }),
    });
  };
}

function lookupOf(mayCall: (address: string) => boolean, find: FindAddresses): LookupFunction {
  return (host, options, done) =>
    find(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        done(error, [], undefined);
        return;
      }
      const found = addresses.filter(({ address }) => mayCall(address));
      const [first] = found;
      if (first === undefined) done(new InsideTarget(host), [], undefined);
      else if (options.all === true) done(null, found);
      else done(null, first.address, first.family);
    });
}
