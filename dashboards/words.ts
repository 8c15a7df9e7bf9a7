import { MappingType, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";

/** The colours of states, with a word beside each so that nothing is told by colour alone. */
export const stateColors = {
  in: "green",
  high: "red",
  low: "blue",
  unknown: "purple",
} as const;

/** What the state of a probe reads like. */
export const stateWords: ValueMapping = {
  type: MappingType.ValueToText,
  options: {
    in: { text: "in range", color: stateColors.in, index: 0 },
    high: { text: "ABOVE range", color: stateColors.high, index: 1 },
    low: { text: "BELOW range", color: stateColors.low, index: 2 },
    unknown: { text: "unknown", color: stateColors.unknown, index: 3 },
  },
};

/** What the phase of an alarm reads like (docs/alarms.md). */
export const phaseWords: ValueMapping = {
  type: MappingType.ValueToText,
  options: {
    normal: { text: "none", color: "text", index: 0 },
    unacknowledged: { text: "WAITS for somebody", color: "red", index: 1 },
    acknowledged: { text: "taken on", color: "orange", index: 2 },
    "returned-unacknowledged": { text: "over, not yet seen", color: "orange", index: 3 },
    "latched-unacknowledged": { text: "over, WAITS for somebody", color: "red", index: 4 },
    "latched-acknowledged": { text: "over, to be reset", color: "orange", index: 5 },
    shelved: { text: "shelved", color: "blue", index: 6 },
    suppressed: { text: "something else stands for it", color: "blue", index: 7 },
    "out-of-service": { text: "out of service", color: "purple", index: 8 },
  },
};

/** Whether a door stands open, from 0 and 1. */
export const doorWords: ValueMapping = {
  type: MappingType.ValueToText,
  options: {
    "0": { text: "closed", color: "green", index: 0 },
    "1": { text: "OPEN", color: "orange", index: 1 },
  },
};
