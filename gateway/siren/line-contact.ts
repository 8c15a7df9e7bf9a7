import type { Cancel } from "@coldkeep/core/time/clock.ts";
import type { DrivenLine, OpenDrivenLine } from "../serial/serial-line.ts";
import { lineCheckMs, lineHangMaxMs } from "../serial/serial-source.ts";
import { keepOpen, type KeepOpenParts } from "../sources/keep-open.ts";
import type { Contact } from "./contact.ts";

/** What a contact on a control line is made of. */
export interface LineContactParts extends Omit<KeepOpenParts, "connect"> {
  readonly path: string;
  readonly line: "rts" | "dtr";
  /** On is the line at rest, off the driven one. */
  readonly inverted: boolean;
  readonly openLine: OpenDrivenLine;
}

/** Any rate will do: nothing is said on the line. */
const baudRate = 9_600;

/**
 * A contact that is a control line of a serial port. The port is kept open, for closing it lets the line go. Systems drive both lines for
 * a moment when they open a port, so a siren on it may click then.
 */
export function lineContact(parts: LineContactParts): Contact {
  const { clock } = parts;
  let on = false;
  let line: DrivenLine | null = null;
  const put = (done: (trouble: string | null) => void): void => {
    if (line === null) done("the line is not open");
    else line.set({ [parts.line]: on !== parts.inverted }, done);
  };
  const kept = keepOpen({
    ...parts,
    connect: (opened, closed) => {
      const sinceMs = clock.monotonicMs();
      let cancelCheck: Cancel | null = null;
      let ended = false;
      const own = parts.openLine(parts.path, baudRate, {
        opened: () => {
          line = own;
          put(() => {});
          opened();
          kept.useful();
        },
        data: () => {},
        closed: (reason) => {
          ended = true;
          if (line === own) line = null;
          cancelCheck?.();
          closed(reason);
        },
      });
      const watch = (): void => {
        if (ended) return;
        cancelCheck = clock.after(lineCheckMs, () => {
          if (line !== own && clock.monotonicMs() - sinceMs > lineHangMaxMs)
            own.close("opening the line hangs");
          else own.check();
          watch();
        });
      };
      watch();
      return { close: () => own.close("the gateway stops") };
    },
  });
  return {
    set: (wanted, done) => {
      on = wanted;
      put(done);
    },
    start: kept.start,
    stop: async () => {
      on = false;
      // Whatever the line says to that, closing it lets it go.
      put(() => {});
      await kept.stop();
    },
  };
}
