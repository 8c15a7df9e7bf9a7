import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

/** A real OpenID Connect provider for tests, on this machine. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs in next, and what the provider says of them. */
  next: { readonly subject: string; readonly claims: Readonly<Record<string, unknown>> };
  /** Times that somebody signed in there. */
  readonly logins: () => number;
  readonly stop: () => Promise<void>;
}

/** Starts one that knows one client. */
export async function startIdentityProvider(redirectUri: string): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clientId = "coldkeep";
  const clientSecret = "planted-client-secret-0123456789abcdef";
  let logins = 0;
  const self: { next: IdentityProvider["next"] } = { next: { subject: "sub-1", claims: {} } };
  const claims = new Map<string, Readonly<Record<string, unknown>>>();
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: {
      openid: ["sub"],
      profile: ["name", "preferred_username", "groups"],
      email: ["email", "email_verified"],
    },
    conformIdTokenClaims: false,
    cookies: { keys: ["test"] },
    features: { devInteractions: { enabled: false } },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    pkce: { required: () => true },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...claims.get(id) }),
    }),
  });
  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (prompt.name === "login") {
      logins += 1;
      claims.set(self.next.subject, self.next.claims);
      await provider.interactionFinished(request, response, { login: { accountId: self.next.subject } });
      return;
    }
    const grant = new provider.Grant({
      accountId: session?.accountId ?? "",
      clientId: String(params["client_id"]),
    });
    grant.addOIDCScope(String(params["scope"]));
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  };
  const callback = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith("/interaction/")) {
      interact(request, response).catch(() => response.destroy());
      return;
    }
    callback(request, response);
  });
  return Object.assign(self, {
    issuer,
    clientId,
    clientSecret,
    logins: () => logins,
    stop: () => closed(server),
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
}

/** Follows the provider's redirects as a browser does, with its cookies, until one leads back to `until`. */
export async function followTo(start: string, until: string, cookies: Map<string, string>): Promise<string> {
  let url = start;
  for (let step = 0; step < 12; step += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = line.split(";")[0]?.split("=") ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location === null) throw new RangeError(`${url} answered ${answer.status}: ${await answer.text()}`);
    url = new URL(location, url).href;
    if (url.startsWith(until)) return url;
  }
  throw new RangeError(`no way back to ${until}`);
}
