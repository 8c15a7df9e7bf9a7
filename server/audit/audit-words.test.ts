import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { permissions } from "@coldkeep/core/people/roles.ts";
import { busyServer } from "../testing/busy-server.ts";
import { actionText, groupOf, groupWords, knownActions } from "./audit-words.ts";

const sources = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "server/*.ts"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && !path.endsWith(".test.ts") && !path.includes("audit-words"))
  .map((path) => readFileSync(path, "utf8"))
  .filter((text) => /\baudit\(|account-news\.ts|\btell\(/.test(text));

const errors = new Set(
  [...readFileSync("docs/errors.md", "utf8").matchAll(/^\| `([a-z-]+\.[a-z-]+)` \|/gm)].map(
    (match) => match[1],
  ),
);

/** Actions that stand in the sources as texts: whatever is written like one and is neither a permission nor an error. */
function literals(text: string): string[] {
  return [...text.matchAll(/"([a-z-]+\.[a-z-]+)"/g)]
    .map((match) => match[1] ?? "")
    .filter(
      (each) => !(each in permissions) && !errors.has(each) && !/\.(ts|css|key|number|unit)$/.test(each),
    );
}

test("every action that the sources write has words, and every group too", () => {
  const written = new Set(sources.flatMap(literals));
  expect(written.size).toBeGreaterThan(25);
  expect([...written].filter((action) => actionText(action) === action)).toEqual([]);
  const groups = sources.flatMap((text) =>
    [...text.matchAll(/action: `([a-z-]+)\.\$\{/g)].map((match) => match[1]),
  );
  expect(new Set(groups)).toEqual(new Set(["alarm", "excursion", "proposal", "unit"]));
  expect([...new Set(knownActions.map(groupOf))].toSorted()).toEqual(Object.keys(groupWords).toSorted());
});

test("every entry of a busy day's trail reads in words", async () => {
  const server = await busyServer();
  const rows = server.server.services.database.prepare("SELECT DISTINCT action FROM audit").all();
  const actions = rows.map((row) => String(row["action"]));
  expect(actions.length).toBeGreaterThan(10);
  expect(actions.filter((action) => actionText(action) === action)).toEqual([]);
  await server.stop();
});
