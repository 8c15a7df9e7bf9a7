import type { Clock, Random } from "@coldkeep/core/time/clock.ts";

/** What a command of `coldkeep-gateway` meets of the outside. */
export interface CommandIo {
  /** A line of the result. */
  readonly print: (line: string) => void;
  /** A line about how far it is; not part of the result. */
  readonly progress: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the command early, with what is known by then. */
  readonly stop: AbortSignal;
}

/** A name under which a command connects to a broker, other each time, so that no session of a gateway is disturbed. */
export function visitorId(command: string, random: Random): string {
  const suffix = Math.floor(random() * 36 ** 6)
    .toString(36)
    .padStart(6, "0");
  return `ck-${command}-${suffix}`;
}
