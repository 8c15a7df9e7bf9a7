import type { SourceSettings } from "./source-settings.ts";

/** How a source stands, for the status page. */
export interface SourceStatus {
  readonly id: string;
  readonly kind: SourceSettings["kind"];
  readonly state: "connecting" | "open" | "waiting" | "stopped";
  /** Why it is not open, or null. */
  readonly trouble: string | null;
  /** When it last gave bytes that could be read, epoch ms, or null. */
  readonly lastHeardAt: number | null;
  /** Whether devices are connected, where a broker tells it: by their last wills. Not a reading, and no proof of one. */
  readonly presence?: Readonly<Record<string, "online" | "offline">>;
  /** Where the source asks devices one by one: when each last gave a reading, epoch ms, and the code of what is wrong, or null. */
  readonly devices?: readonly {
    readonly device: string;
    readonly lastHeardAt: number | null;
    readonly trouble: string | null;
  }[];
}

/** Something that brings samples: a serial line or a broker. Each stands alone; none waits for another. */
export interface Source {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  readonly status: () => SourceStatus;
}
