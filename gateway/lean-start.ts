import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Imported first by main.ts: starts the process anew in its place (same id, same standard streams) with what keeps its memory small on a small box; docs/benchmarks.md has
 * the figures. Node and the C library take these at the start only. Does nothing where it is so already, or where a process cannot be
 * replaced.
 */
const flags = [
  // Young objects take 48 MB under load otherwise.
  "--max-semi-space-size=1",
  "--optimize-for-size",
  "--single-threaded-gc",
];

const { CACHE_DIRECTORY, XDG_CACHE_HOME } = process.env;
const cacheFolder = CACHE_DIRECTORY ?? XDG_CACHE_HOME ?? join(homedir(), ".cache");

const environment = {
  // Without compiled modules on disk the WebAssembly that strips types is loaded at each start and stays.
  NODE_COMPILE_CACHE: join(cacheFolder, "coldkeep-gateway"),
  // The bodies of batches go back to the system when they are done with, and threads share one heap.
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "65536",
  MALLOC_TRIM_THRESHOLD_: "131072",
};

if (process.execve !== undefined && !flags.every((flag) => process.execArgv.includes(flag)))
  process.execve(
    process.execPath,
    [process.execPath, ...process.execArgv, ...flags, ...process.argv.slice(1)],
    { ...environment, ...process.env },
  );
