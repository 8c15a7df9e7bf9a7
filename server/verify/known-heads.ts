import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import * as z from "zod";
import { type ChainName, type Finding } from "./finding.ts";

/** A head that somebody wrote down elsewhere: the chain must have an entry of this number whose hash begins so. */
export interface KnownHead {
  readonly chain: ChainName;
  readonly sequence: number;
  /** All of the hash, or its beginning of at least `prefixMinDigits` hex digits. */
  readonly hash: string;
  /** Where it is from, in words. */
  readonly from: string;
}

/** Fewest hex digits of a hash that tell it from all others. */
export const prefixMinDigits = 16;

/** Most heads that are read from a file: daily ones of a thousand years. */
export const knownHeadsMax = 400_000;

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const pointSchema = z.object({ sequence: z.int().min(0), hash: hashSchema });

/** One line of a heads file, as the server writes it each day (docs/records.md, "Heads kept elsewhere"). */
export const headLineSchema = z.object({
  day: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  at: z.iso.datetime(),
  journal: pointSchema,
  audit: pointSchema,
});

/** Reads a heads file. Throws `arguments.invalid` naming the line that is none. */
export function readHeadLines(text: string, path: string): KnownHead[] {
  const lines = text.split("\n").map((line) => line.trim());
  const heads: KnownHead[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const parsed = headLineSchema.safeParse(jsonOf(line));
    if (!parsed.success)
      throw new CodedError("arguments.invalid", `Line ${index + 1} of ${path} is no head of the chains.`);
    const { day, journal, audit } = parsed.data;
    const from = `the head of ${day} in ${path}`;
    heads.push({ chain: "journal", ...journal, from }, { chain: "audit", ...audit, from });
    if (heads.length > knownHeadsMax)
      throw new CodedError("arguments.invalid", `${path} has more than ${knownHeadsMax / 2} lines.`);
  }
  return heads;
}

/** Reads a head as typed from a report: `journal:123:abcdef0123456789`. Throws `arguments.invalid`. */
export function readTypedHead(text: string): KnownHead {
  const match = /^(journal|audit):(\d{1,15}):([0-9a-fA-F]+)$/.exec(text.replaceAll(/\s/g, ""));
  const [, chain, sequence, digits = ""] = match ?? [];
  if (match === null || digits.length < prefixMinDigits || digits.length > 64)
    throw new CodedError(
      "arguments.invalid",
      `--head is journal:number:hash or audit:number:hash with at least ${prefixMinDigits} hex digits, not "${text}".`,
    );
  const hash = digits.toLowerCase();
  return { chain: chain as ChainName, sequence: Number(sequence), hash, from: `the head ${text}` };
}

/** Holds a chain against known heads while it goes by. */
export interface HeadWatch {
  /** Holds the heads of this number against the entry's hash. */
  readonly pass: (sequence: number, hash: string, at: number | null, kind: string | null) => Finding | null;
  /** The first head beyond the chain's end. */
  readonly end: (sequence: number) => Finding | null;
}

/** Watches one chain. */
export function watchHeads(chain: ChainName, known: readonly KnownHead[]): HeadWatch {
  const heads = known
    .filter((head) => head.chain === chain)
    .toSorted((left, right) => left.sequence - right.sequence);
  let next = 0;
  let agreed = 0;
  return {
    pass: (sequence, hash, at, kind) => {
      for (; next < heads.length; next += 1) {
        const head = heads[next];
        if (head === undefined || head.sequence > sequence) return null;
        if (head.sequence === sequence && hash.startsWith(head.hash)) agreed = sequence;
        else {
          const what = `its hash is ${hash}, but ${head.from} says ${head.hash}: the chain was made anew somewhere from entry ${agreed + 1} to this one`;
          return { code: "verify.head-differs", chain, sequence, at, kind, what };
        }
      }
      return null;
    },
    end: (sequence) => {
      const head = heads[next];
      if (head === undefined) return null;
      const what = `the ${nameOf(chain)} ends at entry ${sequence}, but ${head.from} knows entry ${head.sequence}: the end was cut off`;
      return { code: "verify.end-missing", chain, sequence: sequence + 1, at: null, kind: null, what };
    },
  };
}

/** What a chain is called in a sentence. */
export function nameOf(chain: ChainName): string {
  return chain === "journal" ? "journal" : "audit trail";
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
