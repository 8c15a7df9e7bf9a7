import { type EpochMs, dayMs, type DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Cancel, Clock } from "@coldkeep/core/time/clock.ts";
import { type CheckedPair, type KeyPair, pairStamp, readKeyPair } from "./key-pair.ts";
import type { TlsSettings } from "./security-settings.ts";

/** How often the files are looked at. Unit ms. */
export const lookEveryMs: DurationMs = 10_000;
/** A certificate that ends within this is warned of. Unit ms. */
export const expiresSoonMs: DurationMs = 21 * dayMs;

/** What the keeper tells, for the log. */
export interface KeyKeeperLog {
  readonly info: (facts: object, message: string) => void;
  readonly warn: (facts: object, message: string) => void;
  readonly error: (facts: object, message: string) => void;
}

/** Keeps the key pair that TLS speaks with up to date. */
export interface KeyKeeper {
  /** The pair that the start found. */
  readonly first: KeyPair;
  /** When the certificate in use ends. */
  readonly expiresAt: () => EpochMs;
  /** Looks every `lookEveryMs` whether the files changed; `use` takes a new pair for new connections. */
  readonly start: (use: (pair: KeyPair) => void) => void;
  /** Reads the files now, changed or not. */
  readonly reload: () => void;
  readonly stop: () => void;
}

/** Reads the pair of the settings and keeps it. Throws `settings.tls-unusable` where the first is unusable; a later one that is leaves the one before in use. */
export function makeKeyKeeper(settings: TlsSettings, clock: Clock, log: KeyKeeperLog): KeyKeeper {
  let stamp = pairStamp(settings);
  const first = readKeyPair(settings);
  let { expiresAt } = first;
  let use: ((pair: KeyPair) => void) | undefined;
  let cancel: Cancel | undefined;
  const warnOfEnd = (): void => {
    if (expiresAt - clock.epochMs() > expiresSoonMs) return;
    const message = "The certificate of this server ends soon or has ended: put a new one in its place";
    log.warn({ cert: settings.cert, expiresAt }, message);
  };
  const take = (): void => {
    let found: CheckedPair;
    try {
      found = readKeyPair(settings);
    } catch (error) {
      log.error({ err: error }, "The new certificate cannot be used; the one before stays in use");
      return;
    }
    if (found.expiresAt <= clock.epochMs() && expiresAt > clock.epochMs()) {
      const facts = { cert: settings.cert, expiresAt: found.expiresAt };
      log.error(facts, "The new certificate has ended already; the one before stays in use");
      return;
    }
    ({ expiresAt } = found);
    use?.(found.pair);
    log.info({ cert: settings.cert, expiresAt }, "The certificate was read anew");
    warnOfEnd();
  };
  const look = (): void => {
    const now = pairStamp(settings);
    if (now !== stamp) {
      stamp = now;
      take();
    }
    cancel = clock.after(lookEveryMs, look);
  };
  return {
    first: first.pair,
    expiresAt: () => expiresAt,
    start: (given) => {
      use = given;
      warnOfEnd();
      cancel = clock.after(lookEveryMs, look);
    },
    reload: () => {
      stamp = pairStamp(settings);
      take();
    },
    stop: () => cancel?.(),
  };
}
