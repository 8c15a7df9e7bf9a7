import { personRoles } from "@coldkeep/core/people/roles.ts";
import * as z from "zod";

/** `people.oidc` in the server's settings (docs/people.md, single sign-on). */
export const oidcSettingsSchema = z.strictObject({
  /** The provider's issuer; `https`, or `http` on this machine. */
  issuer: z.url().refine(isSafe, "expected an https address, or http on this machine"),
  clientId: z.string().min(1),
  /** Left out for a public client, which proves itself by PKCE alone. */
  clientSecret: z.string().min(1).optional(),
  /** Text of the button on the sign-in page. */
  name: z.string().min(1).max(60).default("Sign in by single sign-on"),
  scopes: z.string().min(1).default("openid profile email"),
  /** Claim that names the login here; `preferred_username`, else a verified `email`, where left out. */
  loginClaim: z.string().min(1).optional(),
  /** Where the claim is an address: the part before `@` is the login for this domain alone. */
  loginDomain: z.string().min(1).optional(),
  /** Claim with the roles or groups of a person, a dot between nested ones, e.g. `realm_access.roles`. Without one, roles are given here. */
  roleClaim: z.string().min(1).optional(),
  /** What of that claim is which role here; the first entry that fits counts. */
  roleMap: z.record(z.string(), z.enum(personRoles)).default({}),
  /** Makes an account at a person's first sign-in, where `roleMap` gives them a role. */
  createAccounts: z.boolean().default(false),
  /** Values of the claim `amr` that say that the provider asked for a second factor. */
  secondFactorAmr: z.array(z.string().min(1)).default([]),
});

/** `people.oidc`, checked. */
export type OidcSettings = z.output<typeof oidcSettingsSchema>;

/** True for an issuer that what is told to it reaches unread. */
function isSafe(issuer: string): boolean {
  const url = URL.parse(issuer);
  return url !== null && (url.protocol === "https:" || isPlainLoopback(url));
}

/** True for a provider on this machine that speaks plain HTTP. */
export function isPlainLoopback(url: URL): boolean {
  return url.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
}
