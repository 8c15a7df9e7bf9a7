import { resolve } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { parseListen, type Listen } from "./processes/listening.ts";

/** The variable that names the demo's data folder. */
export const dataVariable = "COLDKEEP_DEMO_DATA";

/** The variable that moves the server with its pages. */
export const listenVariable = "COLDKEEP_LISTEN";

/** The variable that moves the mailbox. */
export const mailboxVariable = "COLDKEEP_MAILBOX_LISTEN";

/** Where the demo keeps its data and listens. */
export interface DemoSettings {
  /** Absolute path. */
  readonly dataFolder: string;
  readonly listen: Listen;
  readonly mailboxListen: Listen;
}

/** Reads the settings from the environment. Throws `demo.settings-invalid` naming the variable. */
export function demoSettings(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): DemoSettings {
  return {
    dataFolder: resolve(folder, env[dataVariable] || "data"),
    listen: listenFrom(env, listenVariable, "127.0.0.1:8080"),
    mailboxListen: listenFrom(env, mailboxVariable, "127.0.0.1:8081"),
  };
}

function listenFrom(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  otherwise: string,
): Listen {
  const text = env[name] || otherwise;
  const listen = parseListen(text);
  if (listen !== null) return listen;
  throw new CodedError(
    "demo.settings-invalid",
    `${name} is "${text}"; expected a host and a port, such as ${otherwise}.`,
  );
}
