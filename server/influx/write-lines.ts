import type { Aside } from "./cursors.ts";
import type { InfluxFault } from "./fault.ts";
import type { InfluxPort } from "./influx-port.ts";
import { instantOfLine } from "./line.ts";

/** What became of lines: all are there but those set aside; or a fault, after which all of them are to be written again. */
export type Written =
  | { readonly ok: true; readonly asides: readonly Aside[] }
  | { readonly ok: false; readonly fault: InfluxFault };

/** Lines of one write that may be set aside at most. Where InfluxDB takes still fewer, it is not the lines that are wrong. */
export const asideAtOnceMax = 100;

/**
 * Writes lines, by halves where InfluxDB refuses what some of them say, until the refused ones are found one by one. What the halves repeat is written
 * identically, so it stays one point.
 */
export async function writeLines(
  port: Pick<InfluxPort, "write">,
  lines: readonly string[],
): Promise<Written> {
  const parts: (readonly string[])[] = [lines];
  const asides: Aside[] = [];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const outcome = await port.write(part);
    if (outcome.ok) continue;
    const { fault } = outcome;
    if (fault.kind !== "content") return outcome;
    const [only] = part;
    if (part.length > 1) {
      const half = part.length >> 1;
      parts.push(part.slice(half), part.slice(0, half));
    } else if (only !== undefined) {
      if (asides.length === asideAtOnceMax) return outcome;
      asides.push({ line: only, reason: fault.reason, readingAt: readingAtOf(only) });
    }
  }
  return { ok: true, asides };
}

function readingAtOf(line: string): number | null {
  return line.startsWith("readings,") ? instantOfLine(line) : null;
}
