/**
 * Puts mistakes into the engine, one at a time in a copy of the repository, and demands that the tests see each: `npm run mutations`. Not part of every run, because each
 * mistake costs a run of the tests that should catch it.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

interface Mutation {
  readonly mistake: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const mutations: readonly Mutation[] = [
  {
    mistake: "exactly on a limit counts as out of range",
    file: "core/engine/judge.ts",
    from: "if (value > limits.limit) {",
    to: "if (value >= limits.limit) {",
  },
  {
    mistake: "exactly on a limit is not proven good",
    file: "core/engine/judge.ts",
    from: "(profile.high === null || celsius <= profile.high)",
    to: "(profile.high === null || celsius < profile.high)",
  },
  {
    mistake: "the deadband is dropped",
    file: "core/engine/out-of-range.ts",
    from: "return { side, sign: 1, limit, shrunk: limit - profile.deadband, critical };",
    to: "return { side, sign: 1, limit, shrunk: limit, critical };",
  },
  {
    mistake: "a gap counts as measured",
    file: "core/engine/parts.ts",
    from: "return distanceMs <= profile.maxGap;",
    to: "return distanceMs <= profile.maxGap * 2;",
  },
  {
    mistake: "a gap of exactly maxGap counts as unknown",
    file: "core/engine/parts.ts",
    from: "return distanceMs <= profile.maxGap;",
    to: "return distanceMs < profile.maxGap;",
  },
  {
    mistake: "unknown time does not break a recovery",
    file: "core/engine/out-of-range.ts",
    from: "if (!episode.recovered) episode.stretchFrom = null;",
    to: "",
  },
  {
    mistake: "recovery a millisecond too early",
    file: "core/engine/out-of-range.ts",
    from: "stretchTo - stretchFrom >= recoverAfter;",
    to: "stretchTo - stretchFrom >= recoverAfter - 1;",
  },
  {
    mistake: "qualification a millisecond too late",
    file: "core/engine/excursion.ts",
    from: "figures.outMs + figures.unknownMs >= profile.excursionAfter",
    to: "figures.outMs + figures.unknownMs > profile.excursionAfter",
  },
  {
    mistake: "a reading beyond critical does not qualify",
    file: "core/engine/excursion.ts",
    from: "return figures.critical || ",
    to: "return ",
  },
  {
    mistake: "unmonitored time qualifies when it is just as long as allowed",
    file: "core/engine/excursion.ts",
    from: "figures.unknownMs > profile.unmonitoredAfter",
    to: "figures.unknownMs >= profile.unmonitoredAfter",
  },
  {
    mistake: "the held interval forgets unknown time before the start",
    file: "core/engine/out-of-range.ts",
    from: "unknownMs: before.provenGood === null ? 0 : before.unknownSinceGoodMs,",
    to: "unknownMs: 0,",
  },
  {
    mistake: "a second value at a proven-good instant does not take the proof back",
    file: "core/engine/judge.ts",
    from: "else if (!good) takeProofBack(state);",
    to: "",
  },
  {
    mistake: "judging anew stops at the first checkpoint",
    file: "core/engine/rejudge.ts",
    from: "JSON.stringify(known.state) === JSON.stringify(state)",
    to: "true",
  },
  {
    mistake: "a withdrawal is lost",
    file: "core/engine/reconcile.ts",
    from: "if (!claims.has(each.id)) revisions.push(withdrawal(each, computed, claims));",
    to: "",
  },
  {
    mistake: "a shortened excursion is no revision",
    file: "core/engine/reconcile.ts",
    from: 'if ((later || shorter) && !earlier && !longer) return "shortened";',
    to: "if ((later || shorter) && !earlier && !longer) return null;",
  },
  {
    mistake: "coverage counts a gap as in range",
    file: "core/engine/measure.ts",
    from: "} else this.#unknown(part, to.fault ?? from.fault);",
    to: "}",
  },
  {
    mistake: "holds miss units that left before the excursion was known",
    file: "server/units/holds.ts",
    from: `WHERE appliance = ?3 AND "from" < ?5 AND ("to" IS NULL OR "to" > ?4)`,
    to: `WHERE appliance = ?3 AND "from" < ?5 AND "to" IS NULL AND ?4 IS NOT NULL`,
  },
];

const tests = ["core/engine", "core/engine-model", "server/judging", "server/app.test.ts"];

function copyRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-mutations-"));
  const files = spawnSync("git", ["ls-files", "-co", "--exclude-standard"], {
    encoding: "utf8",
  }).stdout.split("\n");
  for (const file of files.filter((each) => each !== "")) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    cpSync(file, join(folder, file));
  }
  linkModules(folder);
  return folder;
}

/** Packages are linked one by one, so that our own workspaces are those of the copy. */
function linkModules(folder: string): void {
  mkdirSync(join(folder, "node_modules", "@coldkeep"), { recursive: true });
  for (const name of readdirSync("node_modules")) {
    if (name !== "@coldkeep")
      symlinkSync(join(process.cwd(), "node_modules", name), join(folder, "node_modules", name));
  }
  for (const name of readdirSync(join("node_modules", "@coldkeep"))) {
    symlinkSync(join(folder, name), join(folder, "node_modules", "@coldkeep", name));
  }
}

function testsPass(folder: string): boolean {
  const vitest = join(folder, "node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", "--project", "unit", "--bail", "1", ...tests];
  return spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).status === 0;
}

const folder = copyRepository();
let missed = 0;
try {
  if (!testsPass(folder)) throw new RangeError("the tests fail without any mistake put in; mend that first");
  for (const { mistake, file, from, to } of mutations) {
    const original = readFileSync(join(folder, file), "utf8");
    if (!original.includes(from)) {
      console.log(`GONE    ${mistake}: ${file} has changed, look for its like there`);
      missed += 1;
      continue;
    }
    writeFileSync(join(folder, file), original.replace(from, to));
    const isCaught = !testsPass(folder);
    if (!isCaught) missed += 1;
    console.log(`${isCaught ? "caught " : "MISSED "} ${mistake}`);
    writeFileSync(join(folder, file), original);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${mutations.length - missed} of ${mutations.length} mistakes caught`);
process.exitCode = missed === 0 ? 0 : 1;
