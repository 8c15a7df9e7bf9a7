/** Something that is on or off: the port of the siren and of a modem's power. */
export interface Contact {
  /** Puts it on or off; `done` gets null, or why it could not be. Never throws, never blocks; the last word counts. */
  readonly set: (on: boolean, done: (trouble: string | null) => void) => void;
  readonly start: () => void;
  /** Leaves it off. */
  readonly stop: () => Promise<void>;
}

/** Something that a person presses: the port of an acknowledging button. Never rejects; null where it cannot be read. */
export type ReadButton = () => Promise<boolean | null>;
