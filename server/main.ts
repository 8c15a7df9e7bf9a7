import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { makeServer } from "./app.ts";
import { makeLog } from "./security/log.ts";
import { readYaml } from "./settings/read-yaml.ts";
import { readServerSettings, type ServerSettings } from "./settings/server-settings.ts";

const { values } = parseArgs({ options: { config: { type: "string" } } });

function settings(): ServerSettings {
  if (values.config === undefined) return readServerSettings({}, "the environment", process.env);
  let text: string;
  try {
    text = readFileSync(values.config, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError(
      "settings.unreadable",
      `The settings file ${values.config} cannot be read: ${reason}`,
      { cause },
    );
  }
  return readServerSettings(readYaml(text, values.config), values.config, process.env);
}

async function run(): Promise<void> {
  const checked = settings();
  const logger = makeLog(checked.logLevel);
  const server = await makeServer(checked, {
    clock: systemClock,
    logger,
    random: Math.random,
    isThreaded: true,
    tell: (text) => console.log(text),
  });
  let stopping: Promise<void> | undefined;
  const stop = (why: string): void => {
    stopping ??= server.stop().then(
      () => {
        logger.info({ why }, "stopped");
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, "could not stop cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGHUP", () => server.reload());
  process.on("disconnect", () => stop("the process that started it has gone"));
  const address = await server.start();
  logger.info({ address, data: checked.data }, "listening");
}

run().catch((error: unknown) => {
  const text = error instanceof CodedError ? `${error.message} [${error.code}]` : error;
  console.error(text);
  process.exit(1);
});
