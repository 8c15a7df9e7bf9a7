/** Whatever is asked for, pages and exports give exactly the entries that are like that, each once, in order. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exceptionActions } from "../audit/audit-words.ts";
import { openAuditTrail } from "../audit/audit-trail.ts";
import { chainHash, chainStart } from "../journal/hash-chain.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { exportCsv, exportJsonLines } from "./trail-export.ts";
import { entryWords } from "./entry-words.ts";
import { openTrailReads, type TrailEntry, type TrailFilter } from "./trail-reads.ts";

const actors = ["person:anna", "person:ben", "person;", "system", "lis"];
const actions = ["unit.moved", "unit.release", "units.fed", "alarm.raised", "token.created", "odd"];
const subjects = ["fridge-1", "FRIDGE-2", "50%_off\\", "=1+1", "é"];

const entryArbitrary = fc.record({
  at: fc.integer({ min: 0, max: 50 }),
  actor: fc.constantFrom(...actors),
  action: fc.constantFrom(...actions),
  subject: fc.constantFrom(...subjects),
  detail: fc.dictionary(
    fc.constantFrom("why", "from", "to", "role", "differences", "reason", "more"),
    fc.oneof(fc.constantFrom("a_b", "A%B", "quality", '"'), fc.jsonValue({ maxDepth: 2 })),
    { maxKeys: 4 },
  ),
});

const filterArbitrary: fc.Arbitrary<TrailFilter> = fc.record(
  {
    actor: fc.constantFrom(...actors),
    group: fc.constantFrom("unit", "units", "alarm", "none", ""),
    action: fc.constantFrom(...actions),
    about: fc.constantFrom(...subjects),
    subject: fc.constantFrom("fridge", "%", "_", "\\", "é", "=1"),
    text: fc.constantFrom("a_b", "a%b", "quality", "why", "\\"),
    from: fc.integer({ min: -1, max: 52 }),
    to: fc.integer({ min: -1, max: 52 }),
    people: fc.boolean(),
    exceptions: fc.boolean(),
  },
  { requiredKeys: [] },
);

const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function isLike(entry: TrailEntry, filter: TrailFilter): boolean {
  const { actor, action, about, subject, text, from, to, people, exceptions } = filter;
  const point = entry.action.indexOf(".");
  return (
    (actor === undefined || entry.actor === actor) &&
    (filter.group === undefined || entry.action.slice(0, Math.max(0, point)) === filter.group) &&
    (action === undefined || entry.action === action) &&
    (about === undefined || entry.subject === about) &&
    (subject === undefined || lower(entry.subject).includes(lower(subject))) &&
    (text === undefined || lower(entry.detail).includes(lower(text))) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at <= to) &&
    (people !== true || entry.actor.startsWith("person:")) &&
    (exceptions !== true || exceptionActions.includes(entry.action))
  );
}

function filled(
  entries: readonly (typeof entryArbitrary extends fc.Arbitrary<infer Entry> ? Entry : never)[],
): Database {
  const database = openDatabase(":memory:");
  const trail = openAuditTrail(database);
  for (const entry of entries) trail.append({ ...entry, journalSeq: 1 });
  trail.settle();
  return database;
}

async function joined(lines: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const line of lines) text += line;
  return text;
}

test("pages and exports give what a plain look at every entry gives", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(entryArbitrary, { maxLength: 60 }),
      filterArbitrary,
      fc.integer({ min: 1, max: 20 }),
      async (entries, filter, limit) => {
        const database = filled(entries);
        const reads = openTrailReads(database);
        const all = reads.search({}, null, 1_000).entries;
        expect(all.map(({ seq }) => seq)).toEqual(entries.map((_, index) => entries.length - index));
        const wanted = all.filter((entry) => isLike(entry, filter));
        const paged: TrailEntry[] = [];
        let before: number | null = null;
        do {
          const found = reads.search(filter, before, limit);
          paged.push(...found.entries);
          ({ before } = found);
        } while (before !== null);
        expect(paged).toEqual(wanted);
        const lines = (await joined(exportJsonLines(reads, filter, { site: "s", at: 0 }))).trim().split("\n");
        const exported = lines.slice(1, -1).map((line) => JSON.parse(line) as TrailEntry & { kind: string });
        expect(exported.map(({ kind: _kind, ...entry }) => entry)).toEqual([...wanted].reverse());
        expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
          kind: "end",
          entries: wanted.length,
          complete: true,
        });
        for (const { seq, at, actor, action, subject, journalSeq, detail, previous, hash } of exported)
          expect(chainHash(previous, [seq, at, actor, action, subject, journalSeq], detail)).toBe(hash);
        expect((await joined(exportCsv(reads, filter))).trim().split(/\r\n(?=\d|$)/)).toHaveLength(
          wanted.length + 1,
        );
        for (const entry of all) expect(entryWords(entry, String).what).not.toBe("");
        database.close();
      },
    ),
    { numRuns: Number(process.env["RUNS"] ?? 150) },
  );
});

test("an export of everything is the whole chain", async () => {
  const database = filled(
    Array.from({ length: 2_500 }, (_, at) => ({
      at,
      actor: "system",
      action: "unit.moved",
      subject: "u",
      detail: {},
    })),
  );
  const text = await joined(exportJsonLines(openTrailReads(database), {}, { site: "s", at: 0 }));
  const [head, ...lines] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  let hash = chainStart;
  for (const entry of lines.slice(0, -1)) {
    expect(entry["previous"]).toBe(hash);
    hash = String(entry["hash"]);
  }
  expect(head).toMatchObject({ kind: "trail", head: { seq: 2_500, hash } });
  database.close();
});

test("nothing in a CSV export is taken for a formula", async () => {
  const entry = { at: 0, action: "odd", detail: {} };
  const database = filled(
    ["=1+1", "+1", "-1", "@x", "\tx"].map((each) => ({ ...entry, actor: each, subject: each })),
  );
  const csv = await joined(exportCsv(openTrailReads(database), {}));
  for (const cell of csv.split(/[,\r\n]+/)) expect(cell).not.toMatch(/^"?[=+\-@\t]/);
  database.close();
});
