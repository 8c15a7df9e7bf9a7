/** Longest line in characters that is kept; a status report in hexadecimal digits is far shorter. */
export const atLineCharactersMax = 1_024;

/** What a modem says: a line without its end, or the prompt after which it takes a message. */
export type AtToken = { readonly kind: "line"; readonly text: string } | { readonly kind: "prompt" };

/** Cuts what a modem says into tokens, whatever the chunks. Keeps at most one longest line in memory. */
export interface AtSplitter {
  readonly push: (chunk: Uint8Array) => {
    readonly tokens: readonly AtToken[];
    /** Lines that were dropped because they were too long. */
    readonly overlong: number;
  };
}

/**
 * Makes a splitter. Lines end at CR or LF; empty ones are passed over. A `>` at the beginning of a line is the prompt: it has no end of
 * line, and the blank behind it belongs to it. Control characters are dropped, bytes beyond ASCII become `?`.
 */
export function atSplitter(): AtSplitter {
  let partial = "";
  let skipping = false;
  let afterPrompt = false;
  return {
    push: (chunk) => {
      const tokens: AtToken[] = [];
      let overlong = 0;
      for (const byte of chunk) {
        const blank = afterPrompt && byte === 0x20;
        afterPrompt = false;
        if (blank) continue;
        if (byte === 0x0d || byte === 0x0a) {
          const text = partial.trim();
          if (!skipping && text !== "") tokens.push({ kind: "line", text });
          partial = "";
          skipping = false;
        } else if (byte === 0x3e && partial === "" && !skipping) {
          tokens.push({ kind: "prompt" });
          afterPrompt = true;
        } else if (byte >= 0x20 && !skipping) {
          partial += byte < 0x7f ? String.fromCharCode(byte) : "?";
          if (partial.length > atLineCharactersMax) {
            skipping = true;
            partial = "";
            overlong += 1;
          }
        }
      }
      return { tokens, overlong };
    },
  };
}
