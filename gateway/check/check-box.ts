import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, statfsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { GatewaySettings } from "../settings/settings.ts";
import { synchronizedAt } from "../time/time-server.ts";
import type { Finding } from "./findings.ts";

/** Looks at the machine itself: whether the data folder can be written and has room, and whether a time server sets the clock. */
export function checkBox(
  settings: Pick<GatewaySettings, "data" | "bufferBytesMax" | "diskFreeMin">,
  synchronized: () => boolean = () => synchronizedAt() !== null,
): Finding[] {
  return [
    ...checkFolder(settings),
    synchronized()
      ? { grade: "well", what: "time server", says: "it has set this machine's clock" }
      : {
          grade: "note",
          what: "time server",
          says: "none has told that it set this machine's clock; until the server has, times count as uncertain (docs/gateway.md)",
        },
  ];
}

function checkFolder({
  data,
  bufferBytesMax,
  diskFreeMin,
}: Pick<GatewaySettings, "data" | "bufferBytesMax" | "diskFreeMin">): Finding[] {
  const folder = resolve(data);
  const there = existsSync(folder);
  const existing = nearestExisting(folder);
  try {
    accessSync(existing, constants.W_OK);
    // What a mount option or a full disk forbids shows only in trying.
    rmdirSync(mkdtempSync(join(existing, ".coldkeep-check-")));
  } catch (error) {
    return [
      {
        grade: "trouble",
        what: "data folder",
        says: `${existing} cannot be written (${codeOf(error)}): give it to the gateway's user (docs/gateway.md)`,
      },
    ];
  }
  const { bavail, bsize } = statfsSync(existing);
  const free = bavail * bsize;
  const needed = bufferBytesMax + diskFreeMin;
  const says = `${folder} ${there ? "can be written" : "can be made"}, ${gigabytes(free)} free`;
  if (free < diskFreeMin)
    return [{ grade: "trouble", what: "data folder", says: `${says}: the disk is full` }];
  return free < needed
    ? [
        {
          grade: "note",
          what: "data folder",
          says: `${says}; a full buffer and what stays free take ${gigabytes(needed)}, so it will hold less than it could`,
        },
      ]
    : [{ grade: "well", what: "data folder", says }];
}

function nearestExisting(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}

const codeOf = (error: unknown): string =>
  (error as { readonly code?: unknown } | null)?.code === undefined
    ? String(error)
    : String((error as { readonly code?: unknown }).code);

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
