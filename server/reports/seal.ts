import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** The key with which a server seals its reports: Ed25519, so that the same report has the same seal. */
export interface SealKey {
  readonly privateKey: KeyObject;
  /** The public half, 32 bytes as hex: what a reader compares. */
  readonly publicHex: string;
}

/** Reads a key from its PEM (PKCS #8). Throws what `node:crypto` throws where it is none. */
export function sealKeyOf(pem: string): SealKey {
  const privateKey = createPrivateKey(pem);
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return { privateKey, publicHex: Buffer.from(x, "base64url").toString("hex") };
}

const marker = "coldkeep-seal ed25519";
const digestDigits = 64;
const signatureDigits = 128;
const pattern = new RegExp(
  `${marker} ([0-9a-f]{64}) ([0-9a-f]{${digestDigits}}) ([0-9a-f]{${signatureDigits}})`,
  "g",
);

/** What stands in the file where the seal will be: its key, and room. */
export function sealRoom(publicHex: string): string {
  return `${marker} ${publicHex} ${"0".repeat(digestDigits)} ${"0".repeat(signatureDigits)}`;
}

/** Puts the seal into its room: the SHA-256 of all bytes with the room empty, and the signature over it. Throws `RangeError` where there is not exactly one room. */
export function seal(file: Uint8Array, key: SealKey): Uint8Array {
  const room = sealRoom(key.publicHex);
  const bytes = Buffer.from(file);
  const at = bytes.indexOf(room, 0, "latin1");
  if (at < 0 || bytes.indexOf(room, at + 1, "latin1") >= 0) throw new RangeError("not one room for a seal");
  const digest = createHash("sha256").update(bytes).digest();
  const signature = sign(null, digest, key.privateKey);
  const text = `${marker} ${key.publicHex} ${digest.toString("hex")} ${signature.toString("hex")}`;
  bytes.write(text, at, "latin1");
  return bytes;
}

/** What a file's seal says. */
export type SealCheck =
  | { readonly ok: true; readonly publicHex: string; readonly sha256: string }
  | { readonly ok: false; readonly why: string };

/** Checks a file against its own seal. Whose key it is, is for the reader to compare. */
export function checkSeal(file: Uint8Array): SealCheck {
  const bytes = Buffer.from(file);
  const [found, ...more] = bytes.toString("latin1").matchAll(pattern);
  if (found === undefined) return { ok: false, why: "it has no seal" };
  if (more.length > 0) return { ok: false, why: "it has more than one seal" };
  const [, publicHex = "", sha256 = "", signature = ""] = found;
  bytes.write(sealRoom(publicHex), found.index, "latin1");
  const digest = createHash("sha256").update(bytes).digest();
  if (digest.toString("hex") !== sha256)
    return { ok: false, why: "its content was changed after it was sealed" };
  const x = Buffer.from(publicHex, "hex").toString("base64url");
  const isSigned = verifies(x, digest, Buffer.from(signature, "hex"));
  return isSigned
    ? { ok: true, publicHex, sha256 }
    : { ok: false, why: "its seal was not made with the key that it names" };
}

function verifies(x: string, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, digest, key, signature);
  } catch {
    return false;
  }
}
