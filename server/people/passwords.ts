import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

/** Cost of a hash: memory in KiB, passes, lanes. */
export interface HashCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** What fresh hashes cost: OWASP's recommendation for argon2id. Stronger ones here make each hash stronger at the account's next sign-in. */
export const hashCost: HashCost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

/** Hashes worked on at the same time; each takes its memory and a thread of the pool. */
export const hashesAtOnceMax = 2;

/** Hashes that wait for that; one more is refused (`sign.busy`), because its answer would come too late to be of use. */
export const hashesWaitingMax = 64;

const saltBytes = 16;
const hashBytes = 32;

/** Hashes passwords with argon2id, off the event loop. */
export interface Passwords {
  /** The hash in PHC form, with its cost. Throws `sign.busy`. */
  readonly hash: (password: string) => Promise<string>;
  /** True where the password is the one of the hash; null as hash costs the same time and is never right. Throws `sign.busy`. */
  readonly verify: (hash: string | null, password: string) => Promise<boolean>;
  /** True for a hash of another cost than fresh ones have. */
  readonly isOutdated: (hash: string) => boolean;
}

/** Makes the hasher. */
export function makePasswords(cost: HashCost = hashCost): Passwords {
  const gate = makeGate();
  const work = (password: string, salt: Uint8Array, spent: HashCost): Promise<Buffer> =>
    gate(() => derive(password, salt, spent));
  const nobodySalt = randomBytes(saltBytes);
  return {
    hash: async (password) => {
      const salt = randomBytes(saltBytes);
      return encode(cost, salt, await work(password, salt, cost));
    },
    verify: async (hash, password) => {
      const known = hash === null ? null : decode(hash);
      if (known === null) {
        await work(password, nobodySalt, cost);
        return false;
      }
      return timingSafeEqual(await work(password, known.salt, known.cost), known.hash);
    },
    isOutdated: (hash) => !hash.startsWith(prefixOf(cost)),
  };
}

function derive(password: string, salt: Uint8Array, cost: HashCost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parameters = {
    message: password.normalize("NFC"),
    nonce: salt,
    memory: cost.memoryKiB,
    passes: cost.passes,
    parallelism: cost.lanes,
    tagLength: hashBytes,
  };
  argon2("argon2id", parameters, (error, hash) => (error === null ? resolve(hash) : reject(error)));
  return promise;
}

/** Lets so many works run at once and so many wait. */
function makeGate(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= hashesAtOnceMax) {
      if (waiting.length >= hashesWaitingMax) throw busy();
      await new Promise<void>((resolve) => void waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** The refusal of a sign-in that would have to wait too long. */
export function busy(): CodedError {
  return new CodedError("sign.busy", "Too many people are signing in at this moment. Try again shortly.");
}

function prefixOf({ memoryKiB, passes, lanes }: HashCost): string {
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$`;
}

function encode(cost: HashCost, salt: Buffer, hash: Buffer): string {
  const bare = (bytes: Buffer): string => bytes.toString("base64").replaceAll("=", "");
  return `${prefixOf(cost)}${bare(salt)}$${bare(hash)}`;
}

function decode(text: string): { cost: HashCost; salt: Buffer; hash: Buffer } | null {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(text);
  if (parts === null) return null;
  const [, memory, passes, lanes, salt = "", hash = ""] = parts;
  const bytes = Buffer.from(hash, "base64");
  if (bytes.length !== hashBytes) return null;
  return {
    cost: { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, "base64"),
    hash: bytes,
  };
}
