import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { anchorErrorMs, deviceDriftPpm } from "./anchor.ts";
import type { BootLedger } from "./ledger.ts";

/** The instant of a boot's uptime zero, and how far it may lie from it on either side. */
export interface ZeroEstimate {
  readonly at: EpochMs;
  readonly errorMs: DurationMs;
}

/**
 * When a boot began that was never heard while it ran, and of which the device still had samples: after what was last judged of the boot
 * before, and early enough to run as long as its samples say before the next one began. Null where neither or only one of these two is
 * known, or where a device does not count its boots. `longestUptimeMs`: the greatest uptime among its samples.
 */
export function zeroOfUnheard(
  ledgers: readonly BootLedger[],
  device: string,
  boot: number,
  longestUptimeMs: DurationMs,
  driftMaxMs: DurationMs,
): ZeroEstimate | null {
  const ofDevice = ledgers.filter((one) => one.device === device).toSorted((a, b) => a.boot - b.boot);
  const before = ofDevice.findLast((one) => one.boot < boot)?.anchors.at(-1);
  const after = ofDevice.find((one) => one.boot > boot)?.anchors[0];
  if (before === undefined || after === undefined) return null;
  const [, heardMs] = before.judged ?? [0, 0];
  const earliest = before.zeroAt + heardMs - anchorErrorMs(before, heardMs, driftMaxMs);
  const ranMs = longestUptimeMs * (1 - deviceDriftPpm / 1_000_000);
  const latest = after.zeroAt + anchorErrorMs(after, 0, driftMaxMs) - ranMs;
  return { at: Math.round((earliest + latest) / 2), errorMs: Math.ceil(Math.abs(latest - earliest) / 2) };
}
