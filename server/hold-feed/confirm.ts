import type { HoldConfirmation } from "@coldkeep/core/contract/hold-feed.ts";
import type { Services } from "../http/services.ts";

/** Who the journal and the trail say has confirmed. */
const source = "blood-bank";

/** Records what the blood-bank system confirmed. What has changed again since it was told stays owed; what it was never owed is passed over. Returns how many stood. */
export function confirmHolds(
  { database, committer }: Pick<Services, "database" | "committer">,
  confirmed: HoldConfirmation,
): number {
  if (confirmed.length === 0) return 0;
  const body = new TextEncoder().encode(JSON.stringify({ confirmed }));
  return committer.commit({ kind: "hold-confirmation", source, encoding: "identity", body }, (commit) => {
    const confirm = database.prepare(
      `UPDATE hold_feed SET confirmed_seq = changed_seq, confirmed_at = ?1
       WHERE unit = (SELECT number FROM units WHERE din = ?2 AND product_code = ?3) AND changed_seq = ?4 AND confirmed_seq IS NULL`,
    );
    const stood = confirmed.filter(
      ({ din, productCode, sequence }) => confirm.run(commit.at, din, productCode, sequence) > 0,
    );
    const units = stood.map(({ din, productCode, sequence }) => `${din} ${productCode} ${sequence}`);
    commit.audit({
      actor: source,
      action: "holds.confirmed",
      subject: "units",
      detail: { why: null, units },
    });
    return stood.length;
  });
}
