import type { Committer } from "../journal/committer.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { Database } from "../store/database.ts";

/** What the journal keeps of a report that the server made by itself: which file, its hash, and whom it is owed to. */
export interface MadeReportOrder {
  readonly file: string;
  /** In words, such as `October 2026`. */
  readonly title: string;
  readonly site: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly mailTo: readonly string[];
  /** Where people find it; null where no public address is set. */
  readonly address: string | null;
  /** False where it is too large to go with a mail. */
  readonly isAttached: boolean;
}

const actor = "clock";
const action = "report.made";

/** What the outbox knows a report's mails by; the rest is the file's name. */
export const reportMailPrefix = "report:";

/** Notes in journal and trail that a report was made and owes it to whom it is mailed, in one transaction: it is owed once, however often the server stops. */
export function noteMadeReport(
  { outbox, committer }: { readonly outbox: Outbox; readonly committer: Committer },
  order: MadeReportOrder,
): void {
  const body = new TextEncoder().encode(JSON.stringify(order));
  committer.commit({ kind: "period-report", source: actor, encoding: "identity", body }, (commit) => {
    const { file, title, site, sha256, bytes, mailTo } = order;
    commit.audit({ actor, action, subject: file, detail: { sha256, bytes, mailTo } });
    for (const address of mailTo)
      outbox.owe(commit, {
        alarm: `${reportMailPrefix}${file}`,
        call: 0,
        contact: address,
        address,
        subject: `Period report of ${site}, ${title}`,
        body: mailText(order),
      });
  });
}

/** True where the server has made that report by itself. */
export function isMadeAlready(database: Database, file: string): boolean {
  const found = database
    .prepare("SELECT 1 FROM audit WHERE action = ? AND subject = ? AND actor = ? LIMIT 1")
    .get(action, file, actor);
  return found !== undefined;
}

/** The file that goes with an owed message; null where it is no report's. */
export function reportOfMessage(id: string): string | null {
  const found = /^report:(coldkeep-report-[A-Za-z0-9._-]+\.pdf)\.0\./.exec(id);
  return found?.[1] ?? null;
}

function mailText({ file, title, site, sha256, bytes, address, isAttached }: MadeReportOrder): string {
  return [
    `The report of ${title} of the site ${site} is made.`,
    "",
    isAttached
      ? `It goes with this mail as ${file}.`
      : `With ${(bytes / 1024 / 1024).toFixed(1)} MiB it is too large for a mail.`,
    ...(address === null ? [`On the server it is named ${file}.`] : [`It also lies at ${address}`]),
    "",
    `SHA-256 ${sha256}`,
    `npx coldkeep verify shows whether a file is as the server sealed it.`,
    "",
  ].join("\n");
}
