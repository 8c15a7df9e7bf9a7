import { systemClock } from "@coldkeep/core/time/system-clock.ts";

// Preloaded (`node --import`) into each process that the demo starts, so that none of them outlives the demo, even when the demo is killed
// in a way that it cannot answer: the channel between them closes, and the process ends itself as if asked to stop.

/** How long a process that lost its parent may take to stop by itself. */
const orphanGraceMs = 5_000;

process.once("disconnect", () => {
  process.kill(process.pid, "SIGTERM");
  systemClock.after(orphanGraceMs, () => process.kill(process.pid, "SIGKILL"));
});
// The channel alone is no reason for a process to live on.
process.channel?.unref();
