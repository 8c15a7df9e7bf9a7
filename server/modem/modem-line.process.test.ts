import { expect, test } from "vitest";
import { ptyLine } from "../testing/pty-line.ts";
import { openSerialLine, type SerialLine } from "./modem-line.ts";

const roundTrips = 10;

test("what comes is heard by itself, not with the next timer of the process", async () => {
  const far = ptyLine((chunk) => far.write(Buffer.from(chunk).toString("latin1")));
  // Without its own way to be heard each answer would wait for one of these.
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1_000);
  await new Promise<void>((resolve) => {
    let left = roundTrips;
    const line: SerialLine = openSerialLine(far.path, 9_600, {
      opened: () => line.write("a"),
      data: () => {
        left -= 1;
        if (left > 0) line.write("a");
        else line.close("done");
      },
      closed: () => resolve(),
    });
  });
  clearInterval(timer);
  far.close();
  expect(ticks).toBeLessThan(roundTrips / 2);
});
