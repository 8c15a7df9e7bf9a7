import { existsSync, rmSync, writeFileSync } from "node:fs";

/** Size of the spare room. Bytes: what the log holds at most before it is carried over. */
export const spareBytes = 4 * 1024 * 1024;

/**
 * A file that holds some room on the disk, so that a buffer on a disk that others filled up can still be drained: deleting needs room too.
 * Given up when it is needed, made again once the disk has room.
 */
export interface Spare {
  /** Makes the file where the buffer has become so large that it is worth it and the disk has room. */
  readonly keep: (usedBytes: number, diskFreeBytes: number) => void;
  /** Gives the room back to the disk; false where there was none to give. */
  readonly giveUp: () => boolean;
}

/** Makes the spare room beside the buffer's file. */
export function spareRoom(bufferPath: string): Spare {
  const path = `${bufferPath}.spare`;
  let exists = existsSync(path);
  return {
    keep: (usedBytes, diskFreeBytes) => {
      if (exists || usedBytes < spareBytes || diskFreeBytes < 2 * spareBytes) return;
      try {
        writeFileSync(path, new Uint8Array(spareBytes));
        exists = true;
      } catch {
        rmSync(path, { force: true });
      }
    },
    giveUp: () => {
      if (!exists) return false;
      rmSync(path, { force: true });
      exists = false;
      return true;
    },
  };
}
