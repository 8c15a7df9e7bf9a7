#!/usr/bin/env node
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { checkCommand, checkUsage } from "./check/check-command.ts";
import type { CommandIo } from "./command/command-io.ts";
import { discoverCommand } from "./discover/discover-command.ts";
import { discoverUsage } from "./discover/arguments.ts";
import { fail, runCommand, runUsage } from "./run-command.ts";

type Command = (args: readonly string[], io: CommandIo) => Promise<number>;

const commands: Readonly<Record<string, Command>> = { discover: discoverCommand, check: checkCommand };

const usages = [discoverUsage, checkUsage, `run ${runUsage}`];

/** Ends with 0 where all is well, 1 where not or after a failure, 2 where the arguments or settings are wrong. */
async function main(): Promise<void> {
  const [name = "", ...args] = process.argv.slice(2);
  if (name === "run") {
    await import("./lean-start.ts");
    await runCommand(args, Math.random);
    return;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const text = ["Usage:", ...usages.map((usage) => `  coldkeep-gateway ${usage}`)].join("\n");
    if (name === "--help" || name === "help") process.stdout.write(`${text}\n`);
    else throw new CodedError("arguments.invalid", text);
    return;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const code = await command(args, {
    print: (line) => process.stdout.write(`${line}\n`),
    progress: (line) => process.stderr.write(`${line}\n`),
    environment: process.env,
    clock: systemClock,
    random: Math.random,
    stop: stop.signal,
  });
  // A port or broker that hangs in closing must not keep the command.
  process.stdout.write("", () => process.exit(code));
}

main().catch(fail);
