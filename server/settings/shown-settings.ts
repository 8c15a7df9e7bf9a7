import { sha256Hex } from "../journal/hash-chain.ts";
import type { ServerSettings } from "./server-settings.ts";

/** What stands in a secret's place. */
export const secretShown = "(secret)";

/** Names of entries that are, or may be, secret, whatever lies below them. */
const secretNames = /password|secret|token$|passphrase|^key$|privatekey|apikey|credential/i;

/** Settings as they may be shown to anybody: one value for each path, secrets masked. */
export type ShownSettings = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The settings by path, such as `mail.host`, in the order of paths. Of a secret it shows that there is one; of a token its name, role and a fingerprint, by which it is
 * seen that it was replaced, and nothing of it can be.
 */
export function shownSettings({
  tokens,
  environmentTokens,
  channels,
  ...rest
}: ServerSettings): ShownSettings {
  const shown = new Map<string, ShownSettings[string]>();
  collect(shown, "", rest);
  for (const [index, { id, ...channel }] of channels.entries()) {
    shown.set(`channels.${id}`, index + 1);
    const told = new Map<string, ShownSettings[string]>();
    collect(told, `channels.${id}`, channel);
    for (const [path, value] of told) shown.set(path, channelValue(path, value));
  }
  for (const { name, role, sha256 } of tokens) {
    const print = sha256Hex(`coldkeep token ${sha256}`).slice(0, 8);
    shown.set(`tokens.${name}`, `${role}, fingerprint ${print}`);
  }
  for (const { name, role } of environmentTokens) shown.set(`tokens.${name}`, `${role}, ${secretShown}`);
  return Object.fromEntries([...shown].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** Parts of a channel's settings in which a provider's key may stand under any name. */
const keyHolders = /^channels\.[^.]+\.(headers|json|form|pin|puk)(\.|$)/i;

/** A value of a channel's settings; of an address its query, in which keys are common, is not told. */
function channelValue(path: string, value: ShownSettings[string]): ShownSettings[string] {
  if (keyHolders.test(path)) return secretShown;
  return typeof value === "string" && URL.canParse(value) ? value.replace(/\?.*$/, `?${secretShown}`) : value;
}

/** Entries that are secrets although their names do not say so: whoever knows the heartbeat's address can feign that the server lives. */
const secretPaths: ReadonlySet<string> = new Set(["heartbeat.url"]);

function collect(shown: Map<string, ShownSettings[string]>, path: string, value: unknown): void {
  if (value === undefined) return;
  const name = path.slice(path.lastIndexOf(".") + 1);
  const isSecret = secretNames.test(name) || secretPaths.has(path);
  if (value !== null && isSecret && typeof value !== "boolean" && typeof value !== "number")
    shown.set(path, secretShown);
  else if (typeof value === "object" && value !== null)
    for (const [key, each] of Object.entries(value))
      collect(shown, path === "" ? key : `${path}.${key}`, each);
  else if (typeof value === "string")
    shown.set(path, value.replace(/(?<=:\/\/)[^/@\s]*@/, `${secretShown}@`));
  else if (typeof value === "number" || typeof value === "boolean" || value === null) shown.set(path, value);
}
