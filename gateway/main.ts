import "./lean-start.ts";
import { parseArgs } from "node:util";
import pino from "pino";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { startGateway } from "./app.ts";
import { loadSettings } from "./settings/settings.ts";

const usage = "node gateway/main.ts --config gateway.yaml [--requeue-refused]";

const log = pino({
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }) },
});

/** Ends with 0 after SIGTERM or SIGINT, 1 after a failure, 2 where the arguments or settings are wrong. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: "string" },
      "requeue-refused": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  if (values.config === undefined) throw new CodedError("arguments.invalid", `Say which settings: ${usage}`);
  const settings = loadSettings(values.config, process.env);
  const gateway = await startGateway({
    settings,
    clock: systemClock,
    random: Math.random,
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

function fail(error: unknown): never {
  const code = error instanceof CodedError ? error.code : "internal.failure";
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${code}: ${message}\n`);
  process.exit(/^(settings|arguments)\./.test(code) ? 2 : 1);
}

main().catch(fail);
