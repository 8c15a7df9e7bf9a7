import { type DestinationStream, type Logger, pino } from "pino";
import { redactFacts, redactText } from "./redact.ts";

/** The server's log: JSON lines, in which nothing that names itself or looks like a secret is told, whoever logs it. */
export function makeLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    name: "server",
    level,
    // Errors come here already told; pino's own form of them would look for what is no longer there.
    serializers: { err: (value: unknown) => value },
    formatters: { log: (facts: object) => redactFacts({ ...facts }) },
    hooks: {
      logMethod(this: Logger, args: [unknown, ...unknown[]], method: (...args: unknown[]) => void): void {
        // An error by itself would bring its message past all this.
        const [first, ...rest] = args;
        const told =
          first instanceof Error ? [{ err: first }, ...(rest.length > 0 ? rest : [first.message])] : args;
        method.apply(
          this,
          told.map((arg) => (typeof arg === "string" ? redactText(arg) : arg)),
        );
      },
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
