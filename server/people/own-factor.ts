import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { tellOfAccounts } from "./account-news.ts";
import type { AccountRecords } from "./account-records.ts";
import type { Attempts } from "./attempts.ts";
import type { SecondFactors, Session } from "./people.ts";
import type { PeopleParts } from "./people-parts.ts";
import {
  drawRecoveryCodes,
  drawSecret,
  recoveryHash,
  seal,
  secretUri,
  stepOf,
  unseal,
} from "./second-factor.ts";
import type { SessionRecords } from "./session-records.ts";

/** What authenticator apps show the account under. */
const issuer = "Coldkeep";

/** Makes what people do with their own second factor. */
export function makeOwnFactor(
  { database, committer, clock, key }: PeopleParts,
  records: AccountRecords,
  sessions: SessionRecords,
  attempts: Attempts,
): SecondFactors {
  const putFresh = database.prepare(
    "INSERT INTO second_factors (login, sealed, confirmed_at, last_step, fresh) VALUES (?, NULL, NULL, 0, ?) ON CONFLICT (login) DO UPDATE SET fresh = excluded.fresh",
  );
  const getFresh = database.prepare("SELECT fresh FROM second_factors WHERE login = ? AND fresh IS NOT NULL");
  const confirm = database.prepare(
    "UPDATE second_factors SET sealed = fresh, fresh = NULL, confirmed_at = ?, last_step = ? WHERE login = ?",
  );
  const end = database.prepare("DELETE FROM second_factors WHERE login = ?");
  const endCodes = database.prepare("DELETE FROM recovery_codes WHERE login = ?");
  const addCode = database.prepare("INSERT INTO recovery_codes (hash, login) VALUES (?, ?)");

  const proveCode = (login: string, code: string): void => {
    if (!attempts.useCode(login, code)) attempts.fail(login, "present code");
  };
  const change = <Result>(
    { login, role }: Session,
    action: string,
    values: { from: unknown; to: unknown },
    work: (at: EpochMs) => Result,
  ): Result => {
    const news = { action, subject: `person:${login}`, detail: { why: "by the person", ...values, role } };
    const result = tellOfAccounts(committer, `person:${login}`, news, ({ at }) => ({ value: work(at) }));
    if (result === undefined) throw notBegun();
    return result.value;
  };
  const drawCodes = (login: string): readonly string[] => {
    const codes = drawRecoveryCodes();
    endCodes.run(login);
    for (const code of codes) addCode.run(recoveryHash(login, code), login);
    return codes;
  };
  return {
    begin: (given, presentCode) => {
      const { login } = sessions.current(given, ["enrol", "full"]);
      if (records.of(login).hasSecondFactor) proveCode(login, presentCode ?? "");
      const secret = drawSecret();
      putFresh.run(login, seal(key, login, secret));
      return { secret, uri: secretUri(secret, login, issuer) };
    },
    confirm: (given, code) => {
      const session = sessions.current(given, ["enrol", "full"]);
      const { login, stage } = session;
      const fresh = getFresh.get(login)?.["fresh"] as Uint8Array | undefined;
      const secret = fresh === undefined ? null : unseal(key, login, fresh);
      if (secret === null) throw notBegun();
      const step = stepOf(secret, code, clock.epochMs(), 0);
      if (step === null)
        throw new CodedError(
          "factor.code-wrong",
          "This is not the code of the new secret. Is the phone's clock right?",
        );
      const before = records.of(login).hasSecondFactor;
      const method = session.method === "oidc" ? "oidc" : "password+totp";
      const values = { from: { secondFactor: before, stage }, to: { secondFactor: true, stage: "full" } };
      const done = change(session, "account.second-factor-enrolled", values, (at) => {
        confirm.run(at, step, login);
        const recoveryCodes = drawCodes(login);
        sessions.endAll(login, at, session.id);
        return { recoveryCodes, ...sessions.advance(session, "full", method, at) };
      });
      attempts.succeeded(login);
      const now = sessions.byId(session.id);
      if (now === null) throw notBegun();
      return { begun: { token: done.token, session: now }, recoveryCodes: done.recoveryCodes };
    },
    renewRecoveryCodes: (given, code) => {
      const session = sessions.current(given, ["full"]);
      proveCode(session.login, code);
      const from = { recoveryCodes: records.of(session.login).recoveryCodesLeft };
      return change(session, "account.recovery-codes-renewed", { from, to: { recoveryCodes: 10 } }, () =>
        drawCodes(session.login),
      );
    },
    remove: (given, code) => {
      const session = sessions.current(given, ["full"]);
      const { login } = session;
      if (records.of(login).needsSecondFactor)
        throw new CodedError(
          "factor.required",
          `The role ${session.role} must have a second factor; replace it instead.`,
        );
      proveCode(login, code);
      const values = { from: { secondFactor: true }, to: { secondFactor: false } };
      change(session, "account.second-factor-removed", values, () => {
        end.run(login);
        endCodes.run(login);
      });
    },
  };
}

function notBegun(): CodedError {
  return new CodedError("factor.not-begun", "No new secret waits to be confirmed. Begin again.");
}
