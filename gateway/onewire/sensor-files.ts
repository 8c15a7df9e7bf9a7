import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The kernel's folder of sensors: the port of the 1-Wire source. */
export interface SensorFiles {
  /** Names in the folder. Rejects where there is none. */
  readonly list: () => Promise<readonly string[]>;
  /** The bytes of a sensor's file, or null where there is none. Rejects where it cannot be read. Takes as long as a conversion. */
  readonly read: (sensor: string, file: "w1_slave" | "temperature") => Promise<Uint8Array | null>;
}

/** The real one. */
export const sensorFiles = (root: string): SensorFiles => ({
  list: () => readdir(root),
  read: async (sensor, file) => {
    try {
      return await readFile(join(root, sensor, file));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
  },
});
