import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const opensslPath = "/usr/bin/openssl";

/** True where OpenSSL is not installed: tests with certificates are skipped. With CI=true its absence is a failure. */
export function isOpensslMissing(): boolean {
  if (existsSync(opensslPath)) return false;
  if (process.env["CI"] === "true") throw new RangeError(`${opensslPath} is not there`);
  return true;
}

/** A certificate and its key, as paths of PEM files. */
export interface TestPair {
  readonly cert: string;
  readonly key: string;
}

const ecKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Makes an authority of its own in a folder. */
export function makeAuthority(folder: string, name = "authority"): TestPair {
  const pair = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  openssl(
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
  );
  return pair;
}

/** A certificate for 127.0.0.1 from an authority; `days` below zero makes one that has ended. */
export function makePair(folder: string, authority: TestPair, name: string, days = 2): TestPair {
  const pair = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(extensions, "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  openssl("req", ...ecKey, "-keyout", pair.key, "-out", request, "-subj", `/CN=${name}`);
  const signer = ["-CA", authority.cert, "-CAkey", authority.key, "-CAcreateserial", "-extfile", extensions];
  openssl("x509", "-req", "-in", request, ...signer, "-days", String(days), "-out", pair.cert);
  return pair;
}

function openssl(...args: string[]): void {
  execFileSync(opensslPath, args, { stdio: ["ignore", "ignore", "pipe"] });
}
