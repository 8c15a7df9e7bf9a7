import { statSync } from "node:fs";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** What systemd-timesyncd touches each time that it has set the clock; chrony's users can have the same file touched. */
export const synchronizedMark = "/run/systemd/timesync/synchronized";

/** When a time server last set the machine's clock, by that clock; null where the operating system does not say so. */
export const synchronizedAt = (): EpochMs | null =>
  statSync(synchronizedMark, { throwIfNoEntry: false })?.mtimeMs ?? null;
