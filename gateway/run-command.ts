import { parseArgs } from "node:util";
import pino from "pino";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Random } from "@coldkeep/core/time/clock.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { startGateway } from "./app.ts";
import { loadSettings } from "./settings/settings.ts";

/** The arguments of a running gateway. */
export const runUsage = "--config gateway.yaml [--requeue-refused]";

const log = pino({
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }) },
});

/** Runs the gateway of this process until SIGTERM or SIGINT; then the process ends with 0. Throws where it cannot start. */
export async function runCommand(args: readonly string[], random: Random): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string" },
      "requeue-refused": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(`${runUsage}\n`);
    return;
  }
  if (values.config === undefined)
    throw new CodedError("arguments.invalid", `Say which settings: ${runUsage}`);
  const settings = loadSettings(values.config, process.env);
  const gateway = await startGateway({
    settings,
    clock: systemClock,
    random,
    log,
    requeueRefused: values["requeue-refused"] === true,
  });
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "The gateway stops.");
    gateway.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
}

/** Says what went wrong and ends the process: with 2 where the arguments or settings are wrong, else with 1. */
export function fail(error: unknown): never {
  const code = error instanceof CodedError ? error.code : argumentCode(error);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${code}: ${message}\n`);
  process.exit(/^(settings|arguments)\./.test(code) ? 2 : 1);
}

/** What the reading of arguments throws has codes of its own. */
function argumentCode(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" && code.startsWith("ERR_PARSE_ARGS")
    ? "arguments.invalid"
    : "internal.failure";
}
