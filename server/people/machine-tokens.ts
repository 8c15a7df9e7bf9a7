import { timingSafeEqual } from "node:crypto";
import { canaryId } from "@coldkeep/core/canary/canary-section.ts";
import { idSchema } from "@coldkeep/core/contract/ids.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { MachineRole } from "@coldkeep/core/people/roles.ts";
import type { DurationMs } from "@coldkeep/core/time/millis.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { ServerSettings } from "../settings/server-settings.ts";
import { demandManager } from "./account-commands.ts";
import { tellOfAccounts } from "./account-news.ts";
import { drawToken } from "./one-time-token.ts";
import type { MachineToken, MachineTokens } from "./people.ts";
import type { PeopleParts } from "./people-parts.ts";
import type { SessionRecords } from "./session-records.ts";

/** How often a token's last use is written down at most, ms. */
const usedEveryMs: DurationMs = minuteMs;

/** Tokens on record, revoked ones among them, and gateways that one token may name. */
export const machineTokensMax = 1_000;
export const tokenGatewaysMax = 100;

/** Names that the records give to others than tokens. */
const reservedNames: ReadonlySet<string> = new Set([
  "system",
  "settings",
  "command",
  "pages",
  "server",
  "environment-gateway",
  "environment-api",
  canaryId,
]);

interface Row {
  readonly name: string;
  readonly role: string;
  readonly gateways: string | null;
  readonly created_at: number;
  readonly created_by: string;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

type Declared = Pick<ServerSettings, "tokens" | "environmentTokens">;

/** Joins the tokens of the records with those of the settings. Only hashes are compared. */
export function makeMachineTokens(
  { database, committer, clock }: PeopleParts,
  sessions: SessionRecords,
  settings: Declared,
): MachineTokens {
  const declared = declaredTokens(settings);
  const insert = database.prepare(
    "INSERT INTO machine_tokens (name, role, gateways, hash, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const all = database.prepare("SELECT * FROM machine_tokens ORDER BY name");
  const byHash = database.prepare("SELECT * FROM machine_tokens WHERE hash = ? AND revoked_at IS NULL");
  const used = database.prepare("UPDATE machine_tokens SET last_used_at = ? WHERE name = ?");
  const revoke = database.prepare("UPDATE machine_tokens SET revoked_at = ? WHERE name = ?");
  const rows = (): Row[] => all.all() as unknown as Row[];
  return {
    list: () => [...declared.map(({ token }) => token), ...rows().map(toToken)],
    create: (by, { name, role, gateways = null }, why) => {
      demandManager(sessions, by, why);
      const isId = (text: string): boolean => idSchema.safeParse(text).success;
      if (!isId(name) || (gateways !== null && (gateways.length === 0 || !gateways.every(isId))))
        throw new CodedError(
          "token.invalid",
          "Names of tokens and gateways are ids: letters, digits, dots, dashes.",
        );
      if ((gateways?.length ?? 0) > tokenGatewaysMax || rows().length >= machineTokensMax)
        throw new CodedError("token.invalid", "There are too many tokens, or gateways of one token.");
      if (gateways !== null && role !== "gateway")
        throw new CodedError("token.invalid", "Only a token of the role gateway speaks for gateways.");
      const taken = [...rows(), ...declared.map(({ token }) => token)].some((each) => each.name === name);
      if (taken || reservedNames.has(name))
        throw new CodedError("token.exists", `The name ${name} is taken; names are never given again.`);
      const token = `ck_${drawToken()}`;
      const detail = { why: why.trim(), from: null, to: { role, gateways }, role: by.role };
      const news = { action: "token.created", subject: `token:${name}`, detail };
      tellOfAccounts(committer, `person:${by.login}`, news, ({ at }) =>
        insert.run(
          name,
          role,
          gateways === null ? null : JSON.stringify(gateways),
          sha256Hex(token),
          at,
          by.login,
        ),
      );
      return token;
    },
    revoke: (by, name, why) => {
      demandManager(sessions, by, why);
      if (declared.some(({ token }) => token.name === name))
        throw new CodedError(
          "token.of-settings",
          `The token ${name} is declared in the settings; take it out there.`,
        );
      const row = rows().find((each) => each.name === name && each.revoked_at === null);
      if (row === undefined)
        throw new CodedError("token.unknown", `There is no token ${name.slice(0, 64)} in force.`);
      const detail = {
        why: why.trim(),
        from: { state: "in force" },
        to: { state: "revoked" },
        role: by.role,
      };
      const news = { action: "token.revoked", subject: `token:${name}`, detail };
      tellOfAccounts(committer, `person:${by.login}`, news, ({ at }) => revoke.run(at, name));
    },
    machine: (header) => {
      const token = /^Bearer (\S+)$/i.exec(header)?.[1];
      if (token === undefined)
        throw new CodedError(
          "auth.missing",
          'Send a token as "Authorization: Bearer ..."; administrators create them.',
        );
      const hash = sha256Hex(token);
      const bytes = Buffer.from(hash, "hex");
      const known = declared.find((each) => timingSafeEqual(each.hash, bytes));
      if (known !== undefined) {
        const { name, role, gateways } = known.token;
        return { kind: "machine", name, role, gateways };
      }
      const row = byHash.get(hash) as unknown as Row | undefined;
      if (row === undefined) throw new CodedError("auth.unknown", "This token is not known here.");
      const at = clock.epochMs();
      if (Math.abs(at - (row.last_used_at ?? 0)) >= usedEveryMs) used.run(at, row.name);
      const { name, role, gateways } = toToken(row);
      return { kind: "machine", name, role, gateways };
    },
  };
}

function toToken(row: Row): MachineToken {
  return {
    name: row.name,
    role: row.role as MachineRole,
    gateways: row.gateways === null ? null : (JSON.parse(row.gateways) as string[]),
    origin: "records",
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}

function declaredTokens({ tokens, environmentTokens }: Declared): { token: MachineToken; hash: Buffer }[] {
  const none = { createdAt: null, createdBy: null, lastUsedAt: null, revokedAt: null };
  return [
    ...tokens.map(({ name, role, gateways, sha256 }) => ({
      token: { name, role, gateways: gateways ?? null, origin: "settings" as const, ...none },
      hash: Buffer.from(sha256, "hex"),
    })),
    ...environmentTokens.map(({ name, role, token }) => ({
      token: { name, role, gateways: null, origin: "environment" as const, ...none },
      hash: Buffer.from(sha256Hex(token), "hex"),
    })),
  ];
}
