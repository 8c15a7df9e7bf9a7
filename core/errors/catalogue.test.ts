import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readingRefusals } from "../contract/batch.ts";
import { edgeAlarmRefusals } from "../contract/edge.ts";
import { eventRefusals } from "../contract/events.ts";

const sources = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts"], { encoding: "utf8" })
  .split("\n")
  .filter((path) => path !== "" && !path.endsWith(".test.ts"));

/** Codes that the sources give to errors: in a CodedError's first argument, in a union of codes, or as a key with an HTTP status. */
function codesIn(text: string): string[] {
  const thrown = [...text.matchAll(/new CodedError\(\s*"([a-z-]+\.[a-z-]+)"/g)];
  const unions = [
    ...text.matchAll(
      /^ {2}\| "((?:serial|modbus|sms|channel|modem|siren|onewire|mqtt|sparkplug|buffer|uplink|demo|sim|settings|restore|isbt|numbering|units-csv|fhir|verify)\.[a-z-]+)"/gm,
    ),
  ];
  const problems = [...text.matchAll(/^ {2}"([a-z-]+\.[a-z-]+)": [45]\d\d,$/gm)];
  return [...thrown, ...unions, ...problems].map((match) => match[1] ?? "");
}

test("every error code of the sources is in docs/errors.md, and each is explained once", () => {
  const catalogue = readFileSync("docs/errors.md", "utf8");
  const explained = [...catalogue.matchAll(/^\| `([a-z-]+\.[a-z-]+)` \|/gm)].map((match) => match[1] ?? "");
  const used = new Set([
    ...sources.flatMap((path) => codesIn(readFileSync(path, "utf8"))),
    ...readingRefusals,
    ...eventRefusals,
    ...edgeAlarmRefusals,
  ]);
  expect(used.size).toBeGreaterThan(30);
  expect([...used].filter((code) => !explained.includes(code)).sort()).toEqual([]);
  expect(explained.filter((code, index) => explained.indexOf(code) !== index)).toEqual([]);
});

test("every dependency of every workspace is explained in docs/dependencies.md", () => {
  const page = readFileSync("docs/dependencies.md", "utf8");
  const workspaces = ["", "core/", "firmware-sim/", "gateway/", "server/", "demo/", "bench/"];
  const names = workspaces.flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(`${folder}package.json`, "utf8")) as Record<
      string,
      Record<string, string>
    >;
    return Object.keys({ ...manifest["dependencies"], ...manifest["devDependencies"] });
  });
  const missing = names.filter((name) => !name.startsWith("@coldkeep/") && !page.includes(`\`${name}\``));
  expect([...new Set(missing)]).toEqual([]);
});
