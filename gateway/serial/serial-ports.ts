import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { SerialPort } from "serialport";

/** Where Linux keeps names of serial adapters that follow them from socket to socket. */
const byIdFolder = "/dev/serial/by-id";

/** A serial port of this machine. */
export interface ListedPort {
  /** What to write into the settings: a name that follows the adapter, where it has one. */
  readonly path: string;
  /** Who made it, or what the system calls it. */
  readonly about: string;
}

/** The serial ports that the machine has; where the system does not tell, those with a lasting name. Never fails. */
export async function listSerialPorts(): Promise<ListedPort[]> {
  const lasting = lastingNames();
  const listed = await SerialPort.list().catch(() => []);
  const ports = listed.map(({ path, manufacturer, serialNumber }): ListedPort => {
    const about = [manufacturer, serialNumber].filter((part) => part !== undefined).join(" ");
    return {
      path: lasting.get(path) ?? path,
      about: lasting.has(path) ? `${about} (${path})`.trim() : about,
    };
  });
  const known = new Set(ports.map(({ path }) => path));
  const others = [...lasting].filter(([, name]) => !known.has(name));
  return [...ports, ...others.map(([target, name]) => ({ path: name, about: target }))];
}

/** Lasting names by the device files that they lead to now. */
function lastingNames(): ReadonlyMap<string, string> {
  if (!existsSync(byIdFolder)) return new Map();
  return new Map(
    readdirSync(byIdFolder).flatMap((name) => {
      const path = join(byIdFolder, name);
      try {
        return [[realpathSync(path), path] as const];
      } catch {
        return [];
      }
    }),
  );
}
