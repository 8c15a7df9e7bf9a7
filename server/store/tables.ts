import type { Generated } from "kysely";
import type { ProposalTables } from "./proposal-tables.ts";
import type { PeopleTables } from "./people-tables.ts";
import type { SignatureTables } from "./signature-tables.ts";

/** The tables as the query builder knows them; `schema.ts` creates them. */
export interface Tables extends PeopleTables, ProposalTables, SignatureTables {
  journal: {
    seq: number;
    at: number;
    kind: string;
    source: string;
    encoding: string;
    body: Uint8Array;
    previous: string;
    hash: string;
  };
  batches: { gateway: string; sequence: number; journal_seq: number; content_hash: string; answer: string };
  gateways: { id: string; last_at: number; held_readings: number | null };
  refusals: { journal_seq: number; position: number; code: string; raw: string };
  probes: { number: Generated<number>; id: string };
  readings: {
    probe: number;
    at: number;
    value: number;
    fault: string | null;
    time_source: number | null;
    uncertainty_ms: number | null;
  };
  checkpoints: { probe: number; at: number; state: string };
  excursions: {
    id: string;
    probe: string;
    appliance: string;
    side: string;
    status: string;
    start: number;
    end: number | null;
    held_from: number;
    held_to: number | null;
    figures: string;
    revision: number;
  };
  revisions: {
    excursion: string;
    revision: number;
    known_at: number;
    journal_seq: number;
    change: string;
    reason: string;
    status: string;
    figures: string;
  };
  units: {
    number: Generated<number>;
    din: string;
    product_code: string;
    description: string | null;
    expires: string | null;
    registered_at: number;
  };
  movements: {
    number: Generated<number>;
    unit: number;
    at: number;
    appliance: string | null;
    reason: string;
    known_at: number;
    journal_seq: number;
  };
  unit_standing: { unit: number; status: string; appliance: string | null };
  residences: { unit: number; from: number; to: number | null; appliance: string };
  holds: { unit: number; excursion: string; since: number; exposed: number; released_at: number | null };
  dispositions: {
    number: Generated<number>;
    unit: number;
    decision: string;
    reason: string;
    decided_by: string;
    at: number;
    journal_seq: number;
  };
  alarms: { id: string; kind: string; subject: string; phase: string; raised_at: number; state: string };
  alarm_events: {
    number: Generated<number>;
    alarm: string;
    at: number;
    event: string;
    actor: string;
    note: string | null;
    journal_seq: number;
    phase: string | null;
    severity: string | null;
  };
  call_alarms: { alarm: string; call: string; number: number; about: string };
  notifications: {
    id: string;
    alarm: string;
    contact: string;
    address: string;
    subject: string;
    body: string;
    owed_at: number;
    next_try_at: number;
    attempts: number;
    sent_at: number | null;
    last_error: string | null;
  };
  sites: { number: Generated<number>; site: string; applied_at: number; content: string };
  audit: {
    seq: number;
    at: number;
    actor: string;
    action: string;
    subject: string;
    detail: string;
    journal_seq: number;
    previous: string;
    hash: string;
  };
}
