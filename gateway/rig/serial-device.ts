import type { ChannelValue, DeviceSample } from "@coldkeep/core/readings/sample.ts";
import { formatLine, parseLine } from "@coldkeep/core/serial/frame.ts";
import { lineSplitter } from "@coldkeep/core/serial/line-splitter.ts";
import { type PtyLine, ptyLine } from "./pty-line.ts";

/** A device for tests on a pseudo-terminal: keeps all its samples, resends what is asked for, and notes what is acknowledged. */
export interface SerialDevice {
  readonly line: PtyLine;
  /** Takes the next sample and sends it; with `send` false it only keeps it. */
  readonly sample: (channels: Record<string, ChannelValue>, send?: boolean) => DeviceSample;
  readonly samples: readonly DeviceSample[];
  /** The highest sequence acknowledged, or -1. */
  readonly acknowledged: () => number;
  readonly requests: readonly { readonly first: number; readonly last: number }[];
}

/** Makes a device. `changed` is called after each line that the gateway sent. `uptimeMs` is its clock. */
export function serialDevice(
  device: string,
  uptimeMs: () => number,
  changed: () => void = () => {},
): SerialDevice {
  const samples: DeviceSample[] = [];
  const requests: { first: number; last: number }[] = [];
  const splitter = lineSplitter();
  let acknowledged = -1;
  const send = (sample: DeviceSample): boolean => line.write(`${formatLine({ kind: "sample", sample })}\r\n`);
  const line = ptyLine((chunk) => {
    for (const text of splitter.push(chunk).lines) {
      const parsed = parseLine(text);
      if (!parsed.ok || parsed.frame.kind === "sample" || parsed.frame.device !== device) continue;
      if (parsed.frame.kind === "acknowledge") acknowledged = Math.max(acknowledged, parsed.frame.sequence);
      else {
        const { first, last } = parsed.frame;
        requests.push({ first, last });
        for (const sample of samples.slice(first, last + 1)) send(sample);
      }
      changed();
    }
  });
  return {
    line,
    samples,
    requests,
    acknowledged: () => acknowledged,
    sample: (channels, sent = true) => {
      const sample = {
        device,
        boot: 1,
        sequence: samples.length,
        uptimeMs: Math.round(uptimeMs()),
        channels,
      };
      samples.push(sample);
      if (sent) send(sample);
      return sample;
    },
  };
}
