import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import type { Asker } from "./asker.ts";
import { type ProfileReading, recognise } from "./recognise.ts";

/** A device that answers. */
export interface FoundUnit {
  readonly unit: number;
  /** Profiles that give a likely temperature, the likeliest first; none where no known one does. */
  readonly readings: readonly ProfileReading[];
}

/** What asking for devices brought. */
export interface ModbusSearch {
  readonly found: readonly FoundUnit[];
  /** Answers that could not be read: another speed, two devices with one address, or another master. */
  readonly disturbed: number;
}

/** The timeout of the second try where answers came that could not be read is so many of the first. */
const secondTryTimeouts = 3;

/**
 * Asks each address for one register, holding registers first and input registers where nobody has any, and reads what answers as each known
 * profile says. Only reads; one question at a time.
 */
export async function searchModbus(
  asker: Asker,
  units: readonly number[],
  timeoutMs: DurationMs,
  stop: AbortSignal,
): Promise<ModbusSearch> {
  let disturbed = 0;
  const present: number[] = [];
  for (const [code, waitMs] of [
    [3, timeoutMs],
    [4, timeoutMs],
    [3, timeoutMs * secondTryTimeouts],
  ] as const) {
    if (present.length > 0 || (waitMs > timeoutMs && disturbed === 0)) break;
    for (const unit of units) {
      if (stop.aborted) break;
      const exchange = await asker.ask({ unit, function: code, address: 0, count: 1 }, waitMs);
      if (exchange === null) return { found: [], disturbed };
      if (exchange.ok) {
        if (answers(exchange.answer)) present.push(unit);
      } else if (exchange.code !== "modbus.timeout") disturbed += 1;
    }
  }
  const found: FoundUnit[] = [];
  for (const unit of present) {
    const readings = await recognise(async (request) => {
      if (stop.aborted) return null;
      const exchange = await asker.ask({ unit, ...request }, timeoutMs * secondTryTimeouts);
      return exchange?.ok === true ? exchange.answer : null;
    });
    found.push({ unit, readings });
  }
  return { found, disturbed };
}

/** A gateway to a line answers for devices that it does not reach with exceptions of its own: 10 and 11. */
function answers(answer: { readonly kind: string; readonly exception?: number }): boolean {
  return answer.exception !== 0x0a && answer.exception !== 0x0b;
}
