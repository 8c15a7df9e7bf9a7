import type { Commit } from "../journal/committer.ts";
import { draftMap } from "../journal/draft-map.ts";
import type { Database } from "../store/database.ts";

/** Through which gateway each probe was last heard. */
export interface GatewayRegister {
  readonly learn: (commit: Commit, gateway: string, probes: Iterable<string>) => void;
  readonly of: (commit: Commit | null, probe: string) => string | null;
  /** The probes that were last heard through a gateway. */
  readonly behind: (commit: Commit | null, gateway: string) => readonly string[];
}

interface Entry {
  readonly probe: string;
  readonly gateway: string;
}

/** Opens the register on the records. */
export function openGatewayRegister(database: Database): GatewayRegister {
  const save = database.prepare(
    "INSERT INTO probe_gateways (probe, gateway) VALUES (?, ?) ON CONFLICT (probe) DO UPDATE SET gateway = excluded.gateway",
  );
  const rows = database.prepare("SELECT probe, gateway FROM probe_gateways").all() as unknown as Entry[];
  const known = draftMap<string, Entry>(rows.map((row) => [row.probe, row]));
  return {
    learn: (commit, gateway, probes) => {
      for (const probe of probes) {
        if (known.get(commit, probe)?.gateway === gateway) continue;
        save.run(probe, gateway);
        known.set(commit, probe, { probe, gateway });
      }
    },
    of: (commit, probe) => known.get(commit, probe)?.gateway ?? null,
    behind: (commit, gateway) =>
      [...known.values(commit)]
        .flatMap((entry) => (entry.gateway === gateway ? [entry.probe] : []))
        .toSorted(),
  };
}
