import * as client from "openid-client";
import { isPlainLoopback, type OidcSettings } from "./oidc-settings.ts";

/** How long the provider may take to answer, in seconds. */
const providerSecondsMax = 10;

/** What has to come back unchanged from the provider. */
export interface Expected {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** True where the person has to have signed in at the provider just now. */
  readonly isAnew: boolean;
}

/** Claims that a provider signed and that were checked. */
export type CheckedClaims = Readonly<Record<string, unknown>> & {
  readonly iss: string;
  readonly sub: string;
};

/** The adapter to an OpenID Connect provider: authorization code flow with PKCE, state and nonce. */
export interface Provider {
  /** Where the browser signs in, and what has to come back. Throws where the provider does not answer. */
  readonly begin: (
    redirectUri: string,
    isAnew: boolean,
  ) => Promise<{ readonly url: string; readonly expected: Expected }>;
  /** Exchanges what the browser brought back. Throws for whatever does not fit. */
  readonly finish: (redirectUri: string, query: string, expected: Expected) => Promise<CheckedClaims>;
}

/** Makes it; the provider is asked about itself at the first sign-in, and again as long as it does not answer. */
export function openProvider(settings: OidcSettings): Provider {
  let known: Promise<client.Configuration> | null = null;
  const configuration = (): Promise<client.Configuration> => {
    known ??= discover(settings).catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
  return {
    begin: async (redirectUri, isAnew) => {
      const config = await configuration();
      const verifier = client.randomPKCECodeVerifier();
      const expected = { state: client.randomState(), nonce: client.randomNonce(), verifier, isAnew };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: expected.state,
        nonce: expected.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...(isAnew ? { prompt: "login", max_age: "0" } : {}),
      });
      return { url: url.href, expected };
    },
    finish: async (redirectUri, query, { state, nonce, verifier, isAnew }) => {
      const url = new URL(redirectUri);
      url.search = query;
      const tokens = await client.authorizationCodeGrant(await configuration(), url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
        ...(isAnew ? { maxAge: anewSecondsMax } : {}),
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new TypeError("the provider sent no ID token");
      return claims;
    },
  };
}

/** How long ago a sign-in at the provider counts as done just now, in seconds: the time to type and to come back. */
const anewSecondsMax = 120;

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  const url = new URL(issuer);
  return client.discovery(
    url,
    clientId,
    undefined,
    clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret),
    {
      timeout: providerSecondsMax,
      // oxlint-disable-next-line typescript/no-deprecated -- deprecated to be seen; only ever for a provider on this machine
      ...(isPlainLoopback(url) ? { execute: [client.allowInsecureRequests] } : {}),
    },
  );
}

/** What went wrong with a provider in one line, without a word of what was exchanged. */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  if (code === "Error" || code === "ClientError" || code === "TypeError")
    return error.cause instanceof Error ? faultOf(error.cause) : code;
  const said = "error" in error && typeof error.error === "string" ? ` (${error.error.slice(0, 60)})` : "";
  return `${code}${said}`;
}

/** True where the provider could not be reached or did not answer, and nothing was wrong with what was sent. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  if (error.name === "TimeoutError" || error.name === "AbortError" || awayCodes.has(code)) return true;
  return isAway(error.cause);
}

/** Codes of connections that did not come about, and of answers that are none of a provider, such as those of a proxy before it. */
const awayCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_SOCKET",
  "OAUTH_TIMEOUT",
  "OAUTH_ABORT",
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
  "OAUTH_RESPONSE_IS_NOT_JSON",
]);
