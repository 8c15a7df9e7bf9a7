import { parse } from "yaml";

/** Environment variables whose name does not follow from their path. */
const shortNames: Readonly<Record<string, readonly string[]>> = {
  COLDKEEP_GATEWAY_TOKEN: ["server", "token"],
  COLDKEEP_SERVER_URL: ["server", "url"],
  COLDKEEP_HEALTH_LISTEN: ["health", "listen"],
  COLDKEEP_MODEM_PATH: ["outputs", "modem", "path"],
  COLDKEEP_MODEM_PIN: ["outputs", "modem", "pin"],
};

/** Values that stay text whatever they look like. */
const textNames: ReadonlySet<string> = new Set([
  "COLDKEEP_GATEWAY_TOKEN",
  "COLDKEEP_SERVER_URL",
  "COLDKEEP_HEALTH_LISTEN",
  "COLDKEEP_MODEM_PATH",
  "COLDKEEP_MODEM_PIN",
  "COLDKEEP_GATEWAY",
  "COLDKEEP_DATA",
]);

const plainNames = [
  "gateway",
  "data",
  "sources",
  "probes",
  "signals",
  "outputs",
  "bufferReadingsMax",
  "bufferBytesMax",
  "diskFreeMin",
  "batchReadingsMax",
  "commitWithin",
  "linger",
  "requestTimeout",
  "pauseMax",
  "compression",
  "resendTimeout",
  "resendAttempts",
  "silenceMax",
  "driftMax",
  "futureMax",
  "watch",
] as const;

/** The variable of a top-level setting: `batchReadingsMax` is COLDKEEP_BATCH_READINGS_MAX. */
const variableOf = (name: string): string =>
  `COLDKEEP_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** The variable of one field of a source: COLDKEEP_SOURCE_<ID>_<FIELD>, with `-` written as `_`. */
const sourceVariable = (id: string, field: string): string =>
  `${variableOf("source")}_${id.toUpperCase().replaceAll("-", "_")}_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

const sourceFields = [
  "path",
  "baudRate",
  "url",
  "username",
  "password",
  "clientId",
  "ca",
  "cert",
  "key",
] as const;

/** Lays the environment over the content of a settings file; `names` are the variables that were used. */
export function overridden(
  content: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): { content: unknown; names: readonly string[] } {
  const names: string[] = [];
  const root: Record<string, unknown> = isRecord(content) ? { ...content } : {};
  const take = (name: string): unknown => {
    const text = environment[name];
    if (text === undefined || text === "") return undefined;
    names.push(name);
    return textNames.has(name) ? text : parseValue(text);
  };
  for (const name of plainNames) {
    const value = take(variableOf(name));
    if (value !== undefined) root[name] = value;
  }
  for (const [name, path] of Object.entries(shortNames)) {
    const value = take(name);
    if (value !== undefined) Object.assign(root, withValue(root, path, value));
  }
  if (Array.isArray(root["sources"])) {
    root["sources"] = root["sources"].map((source: unknown) => {
      if (!isRecord(source) || typeof source["id"] !== "string") return source;
      const changed = { ...source };
      for (const field of sourceFields) {
        const text = environment[sourceVariable(source["id"], field)];
        if (text === undefined || text === "") continue;
        names.push(sourceVariable(source["id"], field));
        changed[field] = field === "baudRate" ? Number(text) : text;
      }
      return changed;
    });
  }
  return { content: names.length === 0 ? content : root, names };
}

function withValue(content: unknown, path: readonly string[], value: unknown): Record<string, unknown> {
  const own = isRecord(content) ? content : {};
  const [first = "", ...rest] = path;
  return { ...own, [first]: rest.length === 0 ? value : withValue(own[first], rest, value) };
}

function parseValue(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
