import { meaningWords, methodWords, type Signature } from "@coldkeep/core/signatures/signature.ts";
import { html } from "ghtml";
import { instant } from "./layout.ts";
import { roleWords } from "./navigation.ts";
import { siteTime } from "./site-time.ts";

/** A signature with whether it covers the present version of what was signed. */
export interface ShownSignature extends Signature {
  readonly stands: boolean;
}

/** First digits of a content's hash that are shown: enough to compare two prints by eye. */
export const hashDigitsShown = 16;

/** What is said of a signature whose record has changed since. */
export const notPresentWords = "Does not cover the present version";

/** A signature as a print writes it, one line after the other: printed name and role, meaning, time with zone, reason, how it was proven, and the hash of what was signed. */
export function signatureLines(signature: ShownSignature, timeZone: string): readonly string[] {
  const time = siteTime(timeZone);
  const { name, login, role, meaning, at, reason, method, contentHash } = signature;
  return [
    `${name} (${login}), ${roleWords[role]}`,
    `${meaningWords[meaning]} on ${time.full(at)} ${time.zone(at)}`,
    `Reason: ${reason}`,
    `Proven by ${methodWords[method]}; content SHA-256 ${contentHash.slice(0, hashDigitsShown)}`,
    ...(signature.stands ? [] : [`${notPresentWords} of this record: it has changed since.`]),
  ];
}

/** The signatures of a record on a page. */
export function signatureBlock(signatures: readonly ShownSignature[], timeZone: string): string {
  return html`<ul class="signatures">
    !${signatures.map((signature) => signatureItem(signature, timeZone))}
  </ul>`;
}

function signatureItem(signature: ShownSignature, timeZone: string): string {
  const time = siteTime(timeZone);
  const { name, login, role, meaning, at, reason, method, contentHash } = signature;
  return html`<li data-stands="${signature.stands ? "yes" : "no"}">
    <p>
      <b>${meaningWords[meaning]}</b> by <b>${name}</b>
      <span class="note">${login}, ${roleWords[role]}</span>
    </p>
    <p>!${instant(at, `${time.full(at)}, ${time.zone(at)}`)}</p>
    <p>${reason}</p>
    <p class="note">
      Proven by ${methodWords[method]}; content SHA-256
      <code>${contentHash.slice(0, hashDigitsShown)}</code>
    </p>
    !${signature.stands ? "" : html`<p class="not-present"><b>${notPresentWords}</b>: the record has changed since.</p>`}
  </li>`;
}
