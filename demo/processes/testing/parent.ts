// Starts an obedient child and says its process id.
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { startChild } from "../child.ts";

const [logPath = ""] = process.argv.slice(2);
const script = new URL("obedient.ts", import.meta.url);
const child = startChild({ name: "the child", script, args: [], env: process.env, logPath }, systemClock);
process.stdout.write(`${child.pid}\n`);
