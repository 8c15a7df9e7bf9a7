/** A real pseudo-terminal, opened at the gateway's end like any serial device. */
import * as fs from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { type LineEnd, openPty } from "./pty.ts";

const { O_RDWR, O_NOCTTY, O_NONBLOCK } = fs.constants;
const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

function pty(): LineEnd {
  const end = openPty();
  opened.push(end.close);
  return end;
}

function openOther(end: LineEnd): number {
  const other = fs.openSync(end.path, O_RDWR | O_NOCTTY | O_NONBLOCK);
  opened.push(() => fs.closeSync(other));
  return other;
}

const allBytes = Uint8Array.from({ length: 256 }, (_, index) => index);

describe("a pseudo-terminal", () => {
  it("tells whether anybody has the other end open", () => {
    const end = pty();
    expect(end.read()).toBe("unheard");
    const other = fs.openSync(end.path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    expect(end.read()).toHaveLength(0);
    fs.closeSync(other);
    expect(end.read()).toBe("unheard");
  });

  it("passes every byte unaltered both ways and echoes none", () => {
    const end = pty();
    const other = openOther(end);
    const chunk = Buffer.alloc(1_024);
    expect(end.write(allBytes)).toBe(256);
    expect(chunk.subarray(0, fs.readSync(other, chunk))).toEqual(Buffer.from(allBytes));
    expect(end.read()).toHaveLength(0);
    fs.writeSync(other, allBytes);
    expect(end.read()).toEqual(Buffer.from(allBytes));
    expect(() => fs.readSync(other, chunk)).toThrow("EAGAIN");
  });

  it("never waits for a reader, and forgets on request what was not read", () => {
    const end = pty();
    const full = openOther(end);
    let accepted = 0;
    for (let written = end.write(allBytes); written > 0; written = end.write(allBytes)) accepted += written;
    expect(accepted).toBeGreaterThan(1_000);
    expect(accepted).toBeLessThan(1_000_000);
    end.flush();
    expect(() => fs.readSync(full, Buffer.alloc(10))).toThrow("EAGAIN");
  });
});
