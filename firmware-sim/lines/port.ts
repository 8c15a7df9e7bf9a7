import type { Clock } from "@coldkeep/core/time/clock.ts";
import { linkLine, unlinkLine } from "./link.ts";
import type { SerialLine } from "./line.ts";
import { openPty } from "./pty.ts";

/** A serial line with a stable name on the file system. */
export interface LinePort {
  readonly name: string;
  readonly line: Pick<SerialLine, "offer">;
  /** Opens the line under its name. */
  readonly plugIn: () => void;
  /** Closes it, as when the cable is pulled: who has it open sees it hang up. */
  readonly pull: () => void;
  readonly stop: () => void;
}

/** How often a line is looked at, ms: a frame waits at most so long. */
export const lineTickMs = 20;

/** Runs a line: opens its pseudo-terminal, links `<folder>/<name>` to it, moves it on by the clock. */
export function linePort(name: string, folder: string, line: SerialLine, clock: Clock): LinePort {
  let target: string | null = null;
  let lastMs = clock.monotonicMs();
  let cancel = clock.after(lineTickMs, tick);
  function tick(): void {
    const nowMs = clock.monotonicMs();
    line.tick(nowMs - lastMs);
    lastMs = nowMs;
    cancel = clock.after(lineTickMs, tick);
  }
  const pull = (): void => {
    if (target === null) return;
    unlinkLine(folder, name, target);
    line.plug(null);
    target = null;
  };
  return {
    name,
    line,
    plugIn: () => {
      if (target !== null) return;
      const end = openPty();
      line.plug(end);
      target = end.path;
      linkLine(folder, name, end.path);
    },
    pull,
    stop: () => {
      cancel();
      pull();
    },
  };
}
