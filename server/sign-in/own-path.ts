/** Longest address to come back to, characters. */
const toLengthMax = 500;

/**
 * The address within this server to go to after signing in; `/` for whatever is none, so that no link can lead from the sign-in page to
 * somebody else's.
 */
export function ownPath(asked: unknown): string {
  if (typeof asked !== "string" || asked.length > toLengthMax || !/^\/(?![/\\])[\x21-\x7e]*$/.test(asked))
    return "/";
  const url = URL.parse(asked, "http://own.invalid");
  if (url === null || url.host !== "own.invalid" || url.pathname.startsWith("//")) return "/";
  return isWayIn(url.pathname) ? "/" : url.pathname + url.search;
}

/** An address of ours that is told where to go afterwards. */
export function withTo(path: string, to: string): string {
  return to === "/" ? path : `${path}?to=${encodeURIComponent(to)}`;
}

/** Signing in does not lead to signing in or out again, nor to what is no page. */
function isWayIn(path: string): boolean {
  return /^\/(sign-in|sign-out|invitation|first-administrator|live)(\/|$)/.test(path);
}
