import { createHash } from "node:crypto";
import type { SiteEngine } from "../judging/site-engine.ts";
import type { Database } from "../store/database.ts";

/**
 * What of the records follows from the journal, table by table, in an order of its own. Left out are the checkpoints, which only say where judging may be taken up,
 * and which message is in hand at the moment.
 */
const tables: Readonly<Record<string, string>> = {
  readings:
    "SELECT id, at, value, fault FROM readings JOIN probes ON probes.number = readings.probe ORDER BY id, at, value",
  reading_times:
    "SELECT id, at, value, time_source, uncertainty_ms FROM readings JOIN probes ON probes.number = readings.probe WHERE time_source IS NOT NULL ORDER BY id, at, value",
  batches: "SELECT * FROM batches ORDER BY gateway, sequence",
  gateways: "SELECT * FROM gateways ORDER BY id",
  refusals: "SELECT * FROM refusals ORDER BY journal_seq, position",
  excursions: "SELECT * FROM excursions ORDER BY id",
  revisions: "SELECT * FROM revisions ORDER BY excursion, revision",
  units: "SELECT * FROM units ORDER BY number",
  movements: "SELECT * FROM movements ORDER BY number",
  residences: `SELECT * FROM residences ORDER BY unit, "from"`,
  decisions: "SELECT * FROM decisions ORDER BY number",
  second_opinions: "SELECT * FROM second_opinions ORDER BY decision",
  choice_lists: "SELECT * FROM choice_lists ORDER BY journal_seq",
  corrective_actions: "SELECT * FROM corrective_actions ORDER BY number",
  corrective_ends: "SELECT * FROM corrective_ends ORDER BY action",
  hold_feed: "SELECT * FROM hold_feed ORDER BY unit",
  unit_standing: "SELECT * FROM unit_standing ORDER BY unit",
  holds: "SELECT * FROM holds ORDER BY excursion, unit",
  dispositions: "SELECT * FROM dispositions ORDER BY number",
  alarms: "SELECT * FROM alarms ORDER BY id",
  alarm_events: "SELECT number, alarm, at, event, actor, note, journal_seq FROM alarm_events ORDER BY number",
  notifications: "SELECT * FROM notifications ORDER BY id",
  summonses: "SELECT * FROM summonses ORDER BY id",
  summons_alarms: "SELECT * FROM summons_alarms ORDER BY alarm, summons",
  deliveries: "SELECT * FROM deliveries ORDER BY id",
  delivery_events: "SELECT * FROM delivery_events ORDER BY number",
  delivery_references: "SELECT * FROM delivery_references ORDER BY channel, reference",
  returned_addresses: "SELECT * FROM returned_addresses ORDER BY contact, address",
  channel_failures: "SELECT * FROM channel_failures ORDER BY channel",
  drills: "SELECT * FROM drills ORDER BY number",
  drill_events: "SELECT * FROM drill_events ORDER BY number",
  drill_alarms: "SELECT * FROM drill_alarms ORDER BY id",
  drill_gathering: "SELECT * FROM drill_gathering",
  replies: "SELECT * FROM replies ORDER BY channel, reference",
  canary_state: "SELECT * FROM canary_state",
  canary_runs: "SELECT * FROM canary_runs ORDER BY number",
  canary_receipts: "SELECT * FROM canary_receipts ORDER BY run, medium",
  digest_items: "SELECT * FROM digest_items ORDER BY policy, alarm, number",
  calls: "SELECT * FROM calls ORDER BY id",
  call_alarms: "SELECT * FROM call_alarms ORDER BY alarm, call, number",
  call_state: "SELECT * FROM call_state",
  probe_gateways: "SELECT * FROM probe_gateways ORDER BY probe",
  equipment_events: "SELECT * FROM equipment_events ORDER BY subject, kind, at, active",
  equipment: "SELECT * FROM equipment ORDER BY subject, kind",
  out_of_service: "SELECT * FROM out_of_service ORDER BY appliance",
  edge_alarms: "SELECT * FROM edge_alarms ORDER BY gateway, id",
  disagreements: "SELECT * FROM disagreements ORDER BY probe",
  sites: "SELECT * FROM sites ORDER BY number",
  proposal_versions: "SELECT * FROM proposal_versions ORDER BY number",
  proposal_tests: "SELECT * FROM proposal_tests ORDER BY number",
  proposal_ends: "SELECT * FROM proposal_ends ORDER BY proposal",
  settings: "SELECT * FROM settings_history ORDER BY journal_seq",
  heads: "SELECT * FROM heads ORDER BY day",
  signatures: "SELECT * FROM signatures ORDER BY number",
  trail_reviews: "SELECT * FROM trail_reviews ORDER BY number",
  audit: "SELECT * FROM audit ORDER BY seq",
};

/** The hash of each part of the state, and of all of it. */
export interface StateHash {
  readonly whole: string;
  readonly parts: Readonly<Record<string, string>>;
}

/** Hashes what follows from the journal: the tables above and what the engine knows of each probe. The same journal gives the same hash on any machine. */
export function hashState(database: Database, engine: SiteEngine, probes: readonly string[]): StateHash {
  const parts: Record<string, string> = {};
  for (const [name, sql] of Object.entries(tables)) {
    const hash = createHash("sha256");
    for (const row of database.prepare(sql).iterate()) hash.update(`${JSON.stringify(Object.values(row))}\n`);
    parts[name] = hash.digest("hex");
  }
  const states = createHash("sha256");
  for (const probe of probes.toSorted())
    states.update(`${probe} ${JSON.stringify(engine.probe(probe)?.state)}\n`);
  parts["probe states"] = states.digest("hex");
  return { parts, whole: createHash("sha256").update(JSON.stringify(parts)).digest("hex") };
}
