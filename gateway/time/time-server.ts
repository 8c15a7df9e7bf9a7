import { existsSync } from "node:fs";

/** What systemd-timesyncd leaves once it has set the clock; chrony's users can make the same file. */
export const synchronizedMark = "/run/systemd/timesync/synchronized";

/** True once the operating system says that a time server has set its clock. */
export const isSynchronized = (): boolean => existsSync(synchronizedMark);
