import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where Debian puts what stands in for devices and wires; `pymodbus.server` shows that python3-pymodbus is there. */
const programs = ["/usr/bin/python3", "/usr/bin/pymodbus.server", "/usr/bin/socat"];

/** Why tests with pymodbus are skipped, or null. With CI=true its absence is a failure, not a skip. */
export function modbusPeersMissing(): string | null {
  const absent = programs.filter((program) => !existsSync(program));
  return absent.length === 0 || process.env["CI"] === "true" ? null : `${absent.join(", ")} not installed`;
}

/** A program that a test started. */
export interface Peer {
  readonly end: () => Promise<void>;
}

/** The registers and bits of pymodbus' devices by unit, table and address. */
export type PeerUnits = Record<
  number,
  Partial<Record<"co" | "di" | "hr" | "ir", Record<number, number | boolean>>>
>;

/** Starts a device of pymodbus on a TCP port of loopback or on a serial line. */
export function pymodbusDevice(kind: "tcp" | "rtu", place: string, units: PeerUnits): Promise<Peer> {
  const script = new URL("../modbus/pymodbus-device.py", import.meta.url).pathname;
  return startedWhen("/usr/bin/python3", [script, kind, place, JSON.stringify(units)], "ready");
}

/** A cable: two pseudo-terminals that socat joins, for a device and for a gateway. */
export async function serialCable(
  folder: string,
): Promise<Peer & { readonly near: string; readonly far: string }> {
  const near = join(folder, "near");
  const far = join(folder, "far");
  const end = (link: string): string => `pty,raw,echo=0,link=${link}`;
  const peer = await startedWhen(
    "/usr/bin/socat",
    ["-d", "-d", end(near), end(far)],
    "starting data transfer",
  );
  return { ...peer, near, far };
}

function startedWhen(program: string, args: readonly string[], word: string): Promise<Peer> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise<void>((resolve) => {
    child.on("exit", () => resolve());
  });
  let text = "";
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text = (text + chunk.toString()).slice(-4_096);
      if (!text.includes(word)) return;
      resolve({
        end: () => {
          child.kill("SIGKILL");
          return exited;
        },
      });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("exit", (code) => reject(new RangeError(`${program} ended with ${code}: ${text}`)));
  });
}
