/** What a field of a point holds. */
export type FieldType = "float" | "integer" | "string" | "boolean";

/** A measurement of the history: its tags, which come from bounded sets, and its fields with their types. */
export interface Measurement {
  readonly tags: readonly string[];
  readonly fields: Readonly<Record<string, FieldType>>;
}

/**
 * The history in InfluxDB: what the projection writes and the dashboards ask for. docs/influx.md says what each field means; a test holds the two
 * together.
 */
export const influxSchema = {
  readings: {
    tags: ["site", "appliance", "probe", "channel"],
    fields: {
      celsius: "float",
      offset: "float",
      fault: "string",
      uncertainty_ms: "integer",
      time_source: "string",
    },
  },
  coverage: {
    tags: ["site", "appliance", "probe"],
    fields: {
      in_ms: "integer",
      low_ms: "integer",
      high_ms: "integer",
      unknown_ms: "integer",
      revision: "integer",
    },
  },
  limits: {
    tags: ["site", "appliance", "probe"],
    fields: { low: "float", high: "float", critical_low: "float", critical_high: "float" },
  },
  states: {
    tags: ["site", "appliance", "probe"],
    fields: {
      state: "string",
      alarm: "string",
      open_excursions: "integer",
      held_units: "integer",
      celsius: "float",
      since_ms: "integer",
      urgency: "integer",
    },
  },
  excursions: {
    tags: ["site", "appliance", "probe", "side"],
    fields: {
      id: "string",
      revision: "integer",
      status: "string",
      change: "string",
      start_ms: "integer",
      end_ms: "integer",
      out_ms: "integer",
      unknown_ms: "integer",
      extreme_celsius: "float",
      degree_minutes: "float",
      critical: "boolean",
      units_held: "integer",
    },
  },
  holds: {
    tags: ["site", "appliance"],
    fields: { excursion: "string", held: "integer", event: "string" },
  },
  alarms: {
    tags: ["site", "appliance", "kind", "severity"],
    fields: {
      id: "string",
      subject: "string",
      probe: "string",
      event: "string",
      phase: "string",
      actor: "string",
      note: "string",
      since_raised_ms: "integer",
    },
  },
  calls: {
    tags: ["site", "appliance", "kind"],
    fields: { alarm: "string", channel: "string", outcome: "string", number: "integer" },
  },
  equipment: {
    tags: ["site", "appliance", "subject", "kind"],
    fields: { active: "integer" },
  },
  gateways: {
    tags: ["site", "gateway"],
    fields: { held_readings: "integer", late_ms: "integer" },
  },
  platform: {
    tags: ["site"],
    fields: {
      journal_seq: "integer",
      projection_lag_entries: "integer",
      projection_lag_ms: "integer",
      readings_total: "integer",
      decision_p99_ms: "float",
      disk_free_bytes: "integer",
      records_bytes: "integer",
    },
  },
} as const satisfies Readonly<Record<string, Measurement>>;

/** The name of a measurement. */
export type MeasurementName = keyof typeof influxSchema;
