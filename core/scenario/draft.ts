import type { Dated, Profile } from "../site/profile.ts";
import type { EpochMs } from "../time/millis.ts";
import type { LateDelivery, Residence, SentReading, Step } from "./scenario.ts";

/** A version of a profile as written: raw values by the site file's keys. */
export interface ProfileDraft {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly dated: readonly Dated<Profile>[];
}

/** A probe as far as its lines were read. */
export interface ProbeDraft {
  readonly id: string;
  readonly appliance: string;
  readonly profile: string;
}

/** A calibration offset as written; `probe` null: of the only probe. */
export interface OffsetDraft {
  readonly line: number;
  readonly probe: string | null;
  readonly offset: number;
  /** Null: always. */
  readonly from: EpochMs | null;
}

/** What was read of a scenario so far. Its parts are put together once all lines are known. */
export interface Draft {
  readonly file: string;
  title: string | null;
  start: EpochMs;
  zone: string | null;
  /** True once a statement has used a time, so that `start` and `zone` come too late. */
  hasTimes: boolean;
  readonly profiles: Map<string, ProfileDraft>;
  readonly probes: Map<string, ProbeDraft>;
  /** True once a `probe` line has named one: from then on all must be named. */
  hasNamedProbes: boolean;
  readonly offsets: OffsetDraft[];
  readonly sent: SentReading[];
  readonly residences: Residence[];
  readonly late: (LateDelivery & { readonly line: number })[];
  shuffleSeed: number | null;
  repeat: boolean;
  readonly steps: Step[];
}
