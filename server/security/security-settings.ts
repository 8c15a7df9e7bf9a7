import * as z from "zod";

/** Most proxies that can be trusted, and longest name of a file. */
const trustedMax = 64;

/** TLS at the server: PEM files, read again when they change. */
export const tlsSettingsSchema = z.strictObject({
  /** File of the certificate, with those between it and the authority behind it. */
  cert: z.string().min(1),
  /** File of its private key. */
  key: z.string().min(1),
  minVersion: z.enum(["TLSv1.2", "TLSv1.3"]).default("TLSv1.2"),
});

/** TLS at the server. */
export type TlsSettings = z.output<typeof tlsSettingsSchema>;

const everybody = /\/0+$/;

const addressSchema = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
    error: "expected an IP address or a network, such as 192.0.2.7 or 192.0.2.0/24",
  })
  .refine((address) => !everybody.test(address), "a trusted proxy is never everybody");

/** Where TLS ends at a proxy in front: the addresses that it speaks from, whose X-Forwarded-* are believed. */
export const proxySettingsSchema = z.strictObject({ trust: z.array(addressSchema).min(1).max(trustedMax) });

const perMinute = (standard: number) => z.int().min(1).max(10_000_000).default(standard);

/** How many calls a minute are taken. */
export const rateLimitsSchema = z.strictObject({
  /** Of an address where somebody says who they are; a round of sign-in with a second factor is four. */
  signIn: perMinute(60),
  /** Of a person who signs. */
  signing: perMinute(60),
  /** Of a person, or of an address that nobody is known at. */
  person: perMinute(1_200),
  /** Of a token. */
  machine: perMinute(60_000),
});

/** How many calls a minute are taken. */
export type RateLimits = z.output<typeof rateLimitsSchema>;

/** True where browsers reach the pages over TLS, here or at a proxy, or come by an address that says so: cookies are then `Secure`, and named `__Host-...`. */
export function isSecure(settings: {
  readonly tls?: unknown;
  readonly behindProxy?: unknown;
  readonly publicUrl?: string | undefined;
}): boolean {
  if (settings.tls !== undefined || settings.behindProxy !== undefined) return true;
  return settings.publicUrl?.startsWith("https:") === true;
}
