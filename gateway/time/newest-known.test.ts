import { expect, test } from "vitest";
import type { TimeSource } from "@coldkeep/core/readings/stamp.ts";
import type { BufferEntry } from "../buffer/buffer.ts";
import { memoryBuffer } from "../buffer/memory-buffer.ts";
import { newestKnown } from "./newest-known.ts";

const reading = (at: number, source: TimeSource): BufferEntry => ({
  probe: "p",
  at,
  celsius: 4,
  time: { source, uncertaintyMs: 0 },
});

test("time cannot lie before what the gateway itself has stamped, whatever devices say of the future", () => {
  const buffer = memoryBuffer(1_000);
  expect(newestKnown(buffer)).toBeNull();
  const rest = { setAside: [], signals: [], ledgers: [], forgotten: [], evidence: [] };
  buffer.append({
    ...rest,
    entries: [reading(5_000, "poll"), reading(4_000, "poll"), reading(9_000, "device")],
  });
  expect(newestKnown(buffer)).toBe(5_000);
  const ledger = { device: "d", boot: 1, source: "s", lastHeardAt: 7_000, kept: [], lost: [], anchors: [] };
  buffer.append({ ...rest, entries: [], ledgers: [ledger] });
  expect(newestKnown(buffer)).toBe(7_000);
});
