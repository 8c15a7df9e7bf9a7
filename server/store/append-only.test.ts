import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { busyServer } from "../testing/busy-server.ts";
import type { TestServer } from "../testing/test-server.ts";
import { appendOnlyTables } from "./append-only.ts";
import type { Value } from "./database.ts";

/** What changes or takes rows of a table, as SQL or through the query builder. */
const writes: readonly RegExp[] = [
  /\bUPDATE\s+(?!SET\b)(?:OR\s+\w+\s+)?["[`]?([\w$]+)/g,
  /\bDELETE\s+FROM\s+["[`]?([\w$]+)/g,
  /\bREPLACE\s+INTO\s+["[`]?([\w$]+)/g,
  /\bINSERT\s+INTO\s+["[`]?([\w$]+)[^;]*?\bDO\s+UPDATE\b/g,
  /\bALTER\s+TABLE\s+["[`]?([\w$]+)["\]`]?\s+(?:DROP|RENAME)/g,
  /\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?["[`]?([\w$]+)/g,
  /\.(?:updateTable|deleteFrom|replaceInto|mergeInto)\(\s*["'`]?([\w$]+)/g,
];

/** What would take the protection away from all of them. */
const disarming =
  /\bDROP\s+TRIGGER\b|recursive_triggers\s*=\s*(?:OFF|0)|writable_schema|ignore_check_constraints/i;

const sources = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "server/*.ts"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && !path.endsWith(".test.ts"));

const tables = new Set(appendOnlyTables.map(({ name }) => name));

/** The tables that a source writes to, piece of SQL by piece. */
function written(text: string): string[] {
  const sql = text.replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, "").replaceAll(/"\s*\)?;?\n/g, ";\n");
  return writes.flatMap((pattern) => [...sql.matchAll(pattern)].map((match) => match[1] ?? ""));
}

test("no SQL in the server changes or takes rows of an append-only table, and none names a table by a variable", () => {
  const all = sources.map((path) => ({ path, names: written(readFileSync(path, "utf8")) }));
  expect(all.flatMap(({ names }) => names).length).toBeGreaterThan(20);
  expect(
    all.flatMap(({ path, names }) =>
      names.filter((name) => tables.has(name)).map((name) => `${path}: ${name}`),
    ),
  ).toEqual([]);
  expect(
    all.flatMap(({ path, names }) => names.filter((name) => name.startsWith("$")).map(() => path)),
  ).toEqual([]);
  expect(sources.filter((path) => disarming.test(readFileSync(path, "utf8")))).toEqual([]);
});

test("what looks for such SQL finds it", () => {
  expect(
    [
      'prepare("UPDATE OR IGNORE audit SET at = 1")',
      "prepare(`DELETE FROM\n journal WHERE 1`)",
      'prepare("INSERT OR REPLACE INTO audit VALUES (1)")',
      "prepare(`INSERT INTO revisions (a) VALUES (1)\n ON CONFLICT (a) DO UPDATE SET a = 2`)",
      'query\n  .updateTable("sites")',
      "query.deleteFrom(table)",
    ].flatMap(written),
  ).toEqual(["audit", "journal", "audit", "revisions", "sites", "table"]);
});

/** Puts a row into a table that the day left empty. */
function fillEmpty(name: string): void {
  const { database } = server.server.services;
  if (database.prepare(`SELECT 1 FROM ${name}`).get() !== undefined) return;
  const columns = database.prepare(`SELECT name, type FROM pragma_table_info('${name}')`).all();
  const values = columns.map(({ type }): Value => (type === "INTEGER" ? 1 : "x"));
  database.prepare(`INSERT INTO ${name} VALUES (${columns.map(() => "?").join(", ")})`).run(...values);
}

let server: TestServer;
beforeAll(async () => {
  server = await busyServer();
});
afterAll(() => server.stop());

test.each(appendOnlyTables)(
  "$name refuses every change through the server's own connection",
  ({ name, key, says, isChain }) => {
    const { database } = server.server.services;
    fillEmpty(name);
    const row = database.prepare(`SELECT * FROM ${name} LIMIT 1`).get() as Record<string, Value> | undefined;
    expect(row).toBeDefined();
    const columns = Object.keys(row ?? {});
    const values = Object.values(row ?? {});
    const marks = columns.map(() => "?").join(", ");
    const count = () => database.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.["n"];
    const before = count();
    const [first = ""] = key;
    const refused: readonly (readonly [sql: string, ...values: Value[]])[] = [
      [`UPDATE ${name} SET ${columns[1] ?? ""} = ${columns[1] ?? ""}`],
      [`UPDATE OR REPLACE ${name} SET ${first} = ${first}`],
      [`DELETE FROM ${name}`],
      [`INSERT OR REPLACE INTO ${name} VALUES (${marks})`, ...values],
      [`REPLACE INTO ${name} VALUES (${marks})`, ...values],
      [`INSERT OR IGNORE INTO ${name} VALUES (${marks})`, ...values],
      [`INSERT INTO ${name} VALUES (${marks}) ON CONFLICT DO UPDATE SET ${first} = ${first}`, ...values],
    ];
    for (const [sql, ...given] of refused)
      expect(() => database.prepare(sql).run(...given), sql).toThrow(says);
    if (isChain === true) {
      const newest = database.prepare(`SELECT * FROM ${name} ORDER BY seq DESC LIMIT 1`).get() as Record<
        string,
        Value
      >;
      const as = (changes: Record<string, Value>) => Object.values({ ...newest, ...changes });
      const next = Number(newest["seq"]) + 1;
      for (const changes of [{ seq: next + 1, previous: newest["hash"] ?? "" }, { seq: next }, { seq: -1 }])
        expect(() => database.prepare(`INSERT INTO ${name} VALUES (${marks})`).run(...as(changes))).toThrow(
          says,
        );
    }
    expect(count()).toBe(before);
  },
);
