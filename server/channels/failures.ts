import type { SendResult } from "./channel.ts";

/** Why a message was not handed over. The codes are explained in docs/errors.md. */
export type ChannelCode =
  | "channel.address"
  | "channel.refused"
  | "channel.login"
  | "channel.not-now"
  | "channel.unreachable"
  | "channel.timed-out"
  | "channel.broken-off"
  | "channel.unreadable"
  | "channel.stopped";

/** A message that was not handed over. */
export type Failed = Extract<SendResult, { ok: false }> & {
  readonly code: ChannelCode;
  /** How long the provider asks not to be asked, in ms. */
  readonly holdMs?: number;
};

/** Longest reason kept, in characters. */
export const reasonCharactersMax = 300;

/** Makes a failure that another try may mend. */
export const failedForNow = (code: ChannelCode, reason: string, holdMs?: number): Failed => ({
  ok: false,
  isPermanent: false,
  code,
  reason: reason.slice(0, reasonCharactersMax),
  ...(holdMs === undefined ? {} : { holdMs }),
});

/** Makes a failure that no other try through this channel mends. */
export const failedForGood = (code: ChannelCode, reason: string): Failed => ({
  ...failedForNow(code, reason),
  isPermanent: true,
});

/** What to do about each, for whoever looks after the server; null where it says nothing about the channel as a whole. */
export const advice: Readonly<Record<ChannelCode, string | null>> = {
  "channel.address": null,
  "channel.refused": null,
  "channel.login":
    "The provider does not accept how we sign in. Check user, password, token or key in the settings.",
  "channel.not-now":
    "The provider takes nothing for the moment. It is asked again by itself; look at its own status page and at the account's limits.",
  "channel.unreachable":
    "The provider cannot be reached. Check host name, port, certificate and the way out of this network.",
  "channel.timed-out": "The provider does not answer in time.",
  "channel.broken-off": "The provider breaks off in the middle of its answers.",
  "channel.unreadable":
    "The provider's answers are not what was agreed. Is this its address, and is a proxy in between?",
  "channel.stopped": null,
};
