import { parseArgs } from "node:util";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { whyLengthMax } from "@coldkeep/core/people/account-rules.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { type CommandIo, recordsPath } from "../command-io.ts";
import { composeInside } from "../inside.ts";
import { openDatabase } from "../store/database.ts";
import { tellOfAccounts } from "./account-news.ts";
import { openAccountRecords } from "./account-records.ts";
import { openLinkRecords } from "./links.ts";

/** Usage, for whoever asks or errs. */
export const peopleUsage = 'coldkeep people reset login --why "..." [--second-factor] [--data folder]';

/**
 * `coldkeep people reset <login> --why "..."`: the way back for an administrator whom no other can help. Ends the password and all sessions, with `--second-factor` the second factor too, and
 * prints a one-time link. For whoever may write to the data folder; takes the records for itself alone, so the server must be stopped. Audited as done by `command`. Exit code 0; throws
 * `arguments.invalid`, `account.unknown`, `account.disabled`, `account.why-missing` and `records.in-use`.
 */
export function peopleCommand(args: readonly string[], io: CommandIo, clock: Clock = systemClock): number {
  const options = {
    why: { type: "string" },
    "second-factor": { type: "boolean" },
    data: { type: "string" },
  } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [act, login, ...more] = positionals;
  if (act !== "reset" || login === undefined || more.length > 0)
    throw new CodedError("arguments.invalid", `Say whose password: ${peopleUsage}`);
  const why = values.why?.trim() ?? "";
  if (why === "" || why.length > whyLengthMax)
    throw new CodedError(
      "account.why-missing",
      `Say why, in at most ${whyLengthMax} characters: --why "..."`,
    );
  const database = openDatabase(recordsPath(args, io), "exclusive");
  try {
    const { committer } = composeInside(database, clock);
    const records = openAccountRecords({ database, clock, policy: { secondFactor: { required: [] } } });
    const links = openLinkRecords({ database }, records);
    const { role, state, hasSecondFactor } = records.of(login);
    if (role !== "administrator")
      throw new CodedError(
        "arguments.invalid",
        `${login} is no administrator: an administrator resets that password in the pages.`,
      );
    if (state === "disabled")
      throw new CodedError(
        "account.disabled",
        `The account ${login} is disabled: another administrator enables it.`,
      );
    const endsFactor = values["second-factor"] === true && hasSecondFactor;
    const factor = (is: boolean) => (endsFactor ? { secondFactor: is } : {});
    const detail = {
      why,
      from: { state, ...factor(true) },
      to: { state: "invited", ...factor(false) },
      role: null,
    };
    const news = { action: "account.reset-by-command", subject: `person:${login}`, detail };
    const link = tellOfAccounts(committer, "command", news, ({ at }) => {
      database
        .prepare("UPDATE sessions SET ended_at = ? WHERE login = ? AND ended_at IS NULL")
        .run(at, login);
      if (endsFactor) {
        database.prepare("DELETE FROM second_factors WHERE login = ?").run(login);
        database.prepare("DELETE FROM recovery_codes WHERE login = ?").run(login);
      }
      records.endPassword(login);
      records.setState(login, "invited");
      return links.issue(login, at);
    });
    if (link === undefined) throw new CodedError("account.unchanged", `Nothing of ${login} was changed.`);
    const base = (io.environment["COLDKEEP_PUBLIC_URL"] ?? "").replace(/\/+$/, "");
    io.print(`Start the server and open this once, before ${formatInstant(link.expiresAt)}:`);
    io.print(`${base}${link.path}`);
    return 0;
  } finally {
    database.close();
  }
}
