import type { DurationMs } from "../time/millis.ts";
import type { ExposureKind } from "./exposure.ts";

/** Kinds of components that rules are written for. */
export const components = ["red-cells", "platelets", "plasma", "source-plasma"] as const;

/** A kind of component. */
export type Component = (typeof components)[number];

/**
 * One thing that a rule demands, as data. Times are compared in the worst case: with all unknown time taken as out. All limits are inclusive, but
 * where `isStrict`.
 */
export type Requirement =
  /** No stretch of these kinds is out for longer; without agitation, what touches is one stretch. */
  | { readonly figure: "longest"; readonly kinds: readonly ExposureKind[]; readonly atMostMs: DurationMs }
  /** All stretches of these kinds together. */
  | { readonly figure: "total"; readonly kinds: readonly ExposureKind[]; readonly atMostMs: DurationMs }
  /** No stretch of these kinds lasts longer, in range or not; what touches is one stretch. */
  | { readonly figure: "lasting"; readonly kinds: readonly ExposureKind[]; readonly atMostMs: DurationMs }
  /** How many stretches of these kinds there are, in range or not; what touches is one stretch. */
  | { readonly figure: "times"; readonly kinds: readonly ExposureKind[]; readonly atMost: number }
  /** How many stretches of these kinds are out for longer than `longerThanMs`. */
  | {
      readonly figure: "count";
      readonly kinds: readonly ExposureKind[];
      readonly longerThanMs: DurationMs;
      readonly atMost: number;
    }
  /** After each stretch longer than `longerThanMs`, at least `restMs` in storage before the next, and before now. */
  | {
      readonly figure: "rest";
      readonly kinds: readonly ExposureKind[];
      readonly longerThanMs: DurationMs;
      readonly restMs: DurationMs;
    }
  | {
      readonly figure: "warmest";
      readonly kinds: readonly ExposureKind[];
      readonly atMostCelsius: number;
      readonly isStrict: boolean;
    }
  | { readonly figure: "coldest"; readonly kinds: readonly ExposureKind[]; readonly atLeastCelsius: number }
  /** All time warmer than `celsius`. */
  | {
      readonly figure: "time-warmer";
      readonly kinds: readonly ExposureKind[];
      readonly celsius: number;
      readonly atMostMs: DurationMs;
    }
  /** How many stretches were warmer than `celsius`. */
  | {
      readonly figure: "times-warmer";
      readonly kinds: readonly ExposureKind[];
      readonly celsius: number;
      readonly atMost: number;
    };

/** A rule that is held against what a unit went through. It advises; people decide. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  /** Where it is written, and which edition was read. */
  readonly source: string;
  readonly edition: string;
  /** False where a user must say that it applies to them: most of these are one country's. */
  readonly isDefault: boolean;
  /** Components, and storage profiles by name, that it is for; a unit needs one of either. */
  readonly appliesTo: { readonly components: readonly Component[]; readonly profiles: readonly string[] };
  /** All must hold. */
  readonly requirements: readonly Requirement[];
}
