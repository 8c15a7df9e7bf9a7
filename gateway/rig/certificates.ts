import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programMissing } from "./processes.ts";

/** Where Debian puts OpenSSL. */
const opensslPath = "/usr/bin/openssl";

/** Why tests with certificates are skipped, or null. With CI=true its absence is a failure, not a skip. */
export function opensslMissing(): string | null {
  return programMissing(opensslPath);
}

/** A certificate and its key, as paths of PEM files. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** What a broker with TLS and its clients need, for tests: made anew in each, readable for the broker's own user. */
export interface Certificates {
  /** The authority that signed all but the stranger's. */
  readonly ca: string;
  /** For 127.0.0.1. */
  readonly broker: KeyPair;
  readonly expiredBroker: KeyPair;
  readonly client: KeyPair;
  readonly expiredClient: KeyPair;
  /** From an authority that nobody knows; its certificate is the authority's own. */
  readonly stranger: KeyPair;
}

/** Makes all of them in a folder. */
export function makeCertificates(folder: string): Certificates {
  chmodSync(folder, 0o755);
  const authority = selfSigned(folder, "authority");
  const signed = (name: string, days: number): KeyPair => sign(folder, authority, name, days);
  return {
    ca: authority.cert,
    broker: signed("broker", 2),
    expiredBroker: signed("expired-broker", -1),
    client: signed("client", 2),
    expiredClient: signed("expired-client", -1),
    stranger: selfSigned(folder, "stranger"),
  };
}

const ecKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function pathsOf(folder: string, name: string): KeyPair {
  return { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

function selfSigned(folder: string, name: string): KeyPair {
  const pair = pathsOf(folder, name);
  openssl([
    "req",
    "-x509",
    ...ecKey,
    "-keyout",
    pair.key,
    "-out",
    pair.cert,
    "-subj",
    `/CN=${name}`,
    "-days",
    "2",
  ]);
  chmodSync(pair.key, 0o644);
  return pair;
}

function sign(folder: string, authority: KeyPair, name: string, days: number): KeyPair {
  const pair = pathsOf(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(extensions, "subjectAltName=IP:127.0.0.1\n");
  openssl(["req", ...ecKey, "-keyout", pair.key, "-out", request, "-subj", `/CN=${name}`]);
  const signing = ["-CA", authority.cert, "-CAkey", authority.key, "-CAcreateserial", "-extfile", extensions];
  openssl(["x509", "-req", "-in", request, "-out", pair.cert, "-days", String(days), ...signing]);
  chmodSync(pair.key, 0o644);
  return pair;
}

const openssl = (words: readonly string[]): void =>
  void execFileSync(opensslPath, words, { stdio: ["ignore", "ignore", "ignore"] });
