import { readFile, writeFile } from "node:fs/promises";
import type { Contact, ReadButton } from "./contact.ts";

/** A contact that is a file in the way of /sys/class/gpio: `1` and `0`; `activeLow` turns them round. */
export function fileContact(path: string, activeLow: boolean): Contact {
  let wanted: { on: boolean; done: (trouble: string | null) => void } | null = null;
  let writing: Promise<void> | null = null;
  const write = async (): Promise<void> => {
    while (wanted !== null) {
      const { on, done } = wanted;
      wanted = null;
      const trouble = await writeLevel(path, on !== activeLow);
      done(trouble);
    }
    writing = null;
  };
  const set: Contact["set"] = (on, done) => {
    wanted?.done("overtaken");
    wanted = { on, done };
    writing ??= write();
  };
  return {
    set,
    start: () => set(false, () => {}),
    stop: () => new Promise((resolve) => set(false, () => resolve())),
  };
}

/** A button that is a file in the way of /sys/class/gpio; pressed while it holds `pressed`. */
export const fileButton =
  (path: string, pressed: "0" | "1"): ReadButton =>
  async () => {
    try {
      return (await readFile(path, "latin1")).trim() === pressed;
    } catch {
      return null;
    }
  };

async function writeLevel(path: string, high: boolean): Promise<string | null> {
  try {
    await writeFile(path, high ? "1" : "0", { flag: "r+" });
    return null;
  } catch (error) {
    return String(error);
  }
}
