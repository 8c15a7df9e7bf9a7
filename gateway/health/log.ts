/** The log as the gateway needs it: a subset of pino's, so that tests can listen. Never handed a token. */
export interface Log {
  readonly info: (facts: Record<string, unknown>, message: string) => void;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
  readonly error: (facts: Record<string, unknown>, message: string) => void;
}

/** A log that says nothing. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
