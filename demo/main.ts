import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { createDemo, type Demo } from "./app.ts";
import { readSite } from "./hospital/write-hospital.ts";
import { demoSettings } from "./settings.ts";

/** The terminal shows the time that the pages show: the site's. */
const time = new Intl.DateTimeFormat("en-GB", { timeZone: readSite().timeZone, timeStyle: "medium" });

function print(line: string): void {
  console.log(line.startsWith(" ") ? line : `${time.format(systemClock.epochMs())}  ${line}`);
}

/** Resolves at the first signal that asks to stop. Those after it change nothing: stopping takes seconds and is bounded. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

async function main(): Promise<void> {
  const asked = askedToStop();
  const demo: Demo = createDemo({
    settings: demoSettings(process.env, process.cwd()),
    env: process.env,
    clock: systemClock,
    print,
  });
  try {
    await Promise.race([demo.start().then(() => demo.broken), asked]);
    print("Stopping.");
  } finally {
    await demo.stop();
  }
  print("Stopped. A new start goes on from here.");
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error instanceof CodedError ? `${error.message} (${error.code})` : error);
  process.exit(1);
}
