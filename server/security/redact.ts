/** What stands in the place of a secret. */
export const hidden = "[hidden]";

/** How deep facts of a log are looked into; what lies deeper is not told at all. */
const depthMax = 6;

/** Names whose values are never told, whatever their case and what comes before or after. */
const secretName = /authorization|cookie|passw|token|secret|credential|private.?key|api.?key|otp|grant/i;
/** `code` is a one-time code where it is all digits, and an error's name elsewhere. */
const oneTimeCode = /^\d{6,10}$/;

/** Secrets inside texts: parameters of addresses, one-time links, headers, accounts in addresses, keys as PEM. */
const inTexts: readonly (readonly [RegExp, string])[] = [
  [/([?&;](?:code|state|token|[a-z]+_token|grant|password|secret)=)[^&\s"'#]+/gi, `$1${hidden}`],
  [/(\/(?:invitation|first-administrator)\/)[A-Za-z0-9_-]+/g, `$1${hidden}`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${hidden}`],
  [/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']{1,200}@/gi, `$1${hidden}@`],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g, hidden],
];

/** A text without the secrets that can be told by their looks. */
export function redactText(text: string): string {
  return inTexts.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text);
}

/** Facts for a log without what names itself, or looks like, a secret. */
export function redactFacts(facts: Record<string, unknown>, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, redactNamed(name, value, depth)]),
  );
}

function redactNamed(name: string, value: unknown, depth: number): unknown {
  if (secretName.test(name) && (typeof value === "string" || typeof value === "object")) return hidden;
  if (name === "code" && oneTimeCode.test(String(value))) return hidden;
  return redactValue(value, depth + 1);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > depthMax) return "[deeper]";
  if (value instanceof Error) return redactError(value, depth);
  if (ArrayBuffer.isView(value)) return "[bytes]";
  if (Array.isArray(value)) return value.map((each) => redactValue(each, depth + 1));
  return redactFacts(value as Record<string, unknown>, depth);
}

/** What an error tells, as the log's own form of it, with its causes. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause, ...rest } = error as Error & Record<string, unknown>;
  return {
    ...redactFacts(rest, depth),
    type: name,
    message: redactText(message),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...(cause === undefined ? {} : { cause: redactValue(cause, depth + 1) }),
  };
}
