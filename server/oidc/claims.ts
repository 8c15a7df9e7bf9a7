import type { PersonRole } from "@coldkeep/core/people/roles.ts";
import type { OidcSettings } from "./oidc-settings.ts";

/** Whom a provider vouches for, as its claims say. */
export interface ClaimedPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  /** The role that the claims give; null where roles are given here. */
  readonly role: PersonRole | null;
  readonly secondFactor: boolean;
}

/** Why claims name nobody here: no login, an address of another domain, or no role. */
export type ClaimRefusal = "no-login" | "other-domain" | "no-role";

type Claims = Readonly<Record<string, unknown>>;

type Named = Pick<OidcSettings, "loginClaim" | "loginDomain" | "roleClaim" | "roleMap" | "secondFactorAmr">;

/** Reads checked claims by the settings. */
export function claimedPerson(
  claims: Claims & { readonly iss: string; readonly sub: string },
  settings: Named,
):
  | { readonly ok: true; readonly person: ClaimedPerson }
  | { readonly ok: false; readonly refusal: ClaimRefusal } {
  const named = loginOf(claims, settings.loginClaim);
  if (named === null) return { ok: false, refusal: "no-login" };
  const [login = "", domain] = named.toLowerCase().split("@");
  if (domain !== undefined && domain !== settings.loginDomain?.toLowerCase())
    return { ok: false, refusal: "other-domain" };
  const role = settings.roleClaim === undefined ? null : roleOf(claims, settings.roleClaim, settings.roleMap);
  if (settings.roleClaim !== undefined && role === null) return { ok: false, refusal: "no-role" };
  const methods = textsAt(claims, "amr");
  const person = {
    issuer: claims.iss,
    subject: claims.sub,
    login,
    name: textAt(claims, "name") ?? login,
    email: textAt(claims, "email") ?? "",
    role,
    secondFactor: settings.secondFactorAmr.some((method) => methods.includes(method)),
  };
  return { ok: true, person };
}

function loginOf(claims: Claims, claim: string | undefined): string | null {
  if (claim !== undefined) return textAt(claims, claim);
  const email = claims["email_verified"] === true ? textAt(claims, "email") : null;
  return textAt(claims, "preferred_username") ?? email;
}

/** Entries of the settings count in their order, so that who has several groups gets the role that stands first. */
function roleOf(claims: Claims, claim: string, map: Readonly<Record<string, PersonRole>>): PersonRole | null {
  const has = textsAt(claims, claim);
  return Object.entries(map).find(([value]) => has.includes(value))?.[1] ?? null;
}

function textAt(claims: Claims, path: string): string | null {
  const value = valueAt(claims, path);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

function textsAt(claims: Claims, path: string): readonly string[] {
  const value = valueAt(claims, path);
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** A claim may have dots in its name (as addresses do), or be nested; the whole name counts first. */
function valueAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Claims)[part];
  }
  return value;
}
