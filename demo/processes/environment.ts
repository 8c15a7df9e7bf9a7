/** The environment of a process: that of the demo without Coldkeep's own variables, which are the demo's alone, and with its own. */
export function environmentWith(
  env: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("COLDKEEP_"));
  return { ...Object.fromEntries(kept), ...own };
}
