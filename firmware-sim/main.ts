/**
 * `node firmware-sim/main.ts [--config sim.yaml]`: a simulated hospital until SIGINT or SIGTERM. Prints one JSON line
 * `{"ready":true,...}` when everything is up, then a line for each event of the scenario.
 * Exit codes: 0 stopped, 1 failed, 2 wrong arguments or settings.
 */
import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { simulator } from "./app.ts";
import { loadSettings, type SimulatorSettings } from "./load.ts";

function settings(): SimulatorSettings {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  return loadSettings(values.config ?? null, process.env);
}

function fail(error: unknown, exitCode: number): never {
  const text = error instanceof CodedError ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

let app: ReturnType<typeof simulator>;
try {
  app = simulator(settings(), {
    clock: systemClock,
    say: (line) => void process.stdout.write(`${line}\n`),
    timeZone: Temporal.Now.timeZoneId(),
  });
} catch (error) {
  fail(error, 2);
}

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  app.stop().then(
    () => process.exit(0),
    (error: unknown) => fail(error, 1),
  );
}
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
process.stdout.on("error", stop);

app.start().catch(async (error: unknown) => {
  await app.stop().catch(() => undefined);
  fail(error, 1);
});
