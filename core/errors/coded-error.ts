/**
 * The base of every error that Coldkeep throws on purpose. `code` is stable and listed in `docs/errors.md`; the message says
 * what was wrong with what, and what to do.
 */
export class CodedError extends Error {
  readonly code: string;
  /** Facts for the log, such as ids and offsets; never secrets. */
  readonly context: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { context?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CodedError";
    this.code = code;
    this.context = options.context ?? {};
  }
}

/** Ends the program's present path because of our own mistake: a state that the code holds to be impossible. */
export function unreachable(what: string): never {
  throw new CodedError(
    "internal.impossible",
    `Impossible state: ${what}. This is a defect in Coldkeep; please report it.`,
  );
}
