import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { sleep, type Clock } from "@coldkeep/core/time/clock.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";

/** How often a question is asked again while the answer is no. */
const askEveryMs = 150;

/**
 * Asks until the answer is yes, for at most `withinMs`. Returns false when the signal ended it. Throws `demo.not-ready` when time is up.
 */
export async function untilReady(
  what: string,
  ask: () => Promise<boolean>,
  withinMs: DurationMs,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const startedAt = clock.monotonicMs();
  while (!signal.aborted) {
    if (await ask()) return true;
    if (clock.monotonicMs() - startedAt > withinMs) {
      throw new CodedError("demo.not-ready", `${what} was not ready within ${withinMs / 1_000} s.`);
    }
    await sleep(clock, askEveryMs, signal);
  }
  return false;
}

/** True if an address answers with 200. */
export async function answersOk(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
