import { readFileSync } from "node:fs";

/** All processes below one, as Linux lists them: process ids with their command lines. */
export function processesBelow(pid: number): { readonly pid: number; readonly command: string }[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean).map(Number);
  const own = children.map((child) => ({
    pid: child,
    command: read(`/proc/${child}/cmdline`).replaceAll("\0", " "),
  }));
  return own.concat(children.flatMap(processesBelow));
}

/** True while a process is there and has not ended. */
export function isAlive(pid: number): boolean {
  const state = /^\d+ \(.*\) (\w)/s.exec(read(`/proc/${pid}/stat`))?.[1];
  return state !== undefined && state !== "Z";
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
