import type { Mail } from "./mail.ts";

/** Where the hospital's test alarms go. */
export const canaryAddress = "canary@bloodbank.example";

/** How long the server may take to take an answer, in milliseconds. */
const answerTimeoutMs = 10_000;

/**
 * Answers a test alarm by the link in its mail, as an automation on a test phone would: so the server knows that it arrived. True where it was taken; false for any other mail, and where the
 * server did not take it, which it then says itself.
 */
export async function answerCanary({ to, text }: Mail, url: string): Promise<boolean> {
  const path = /\/a\/[0-9a-z]{1,11}\.[\w-]{20}/.exec(text)?.[0];
  if (!isOfCanary({ to }) || path === undefined) return false;
  try {
    const response = await fetch(new URL(path, url), {
      method: "POST",
      body: new URLSearchParams({ what: "The test alarm arrived", minutes: "10" }),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** True for the mail of a test alarm. */
export function isOfCanary({ to }: { readonly to: readonly string[] }): boolean {
  return to.includes(canaryAddress);
}
