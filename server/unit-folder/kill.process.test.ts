/**
 * Goal: whatever instruction the server is killed at while it takes files from the watched folder, in the end each file lies in `taken` or `refused`, once, and what it says is on record exactly once. Method:
 * files are put there, a real server is killed again and again at random moments, and the last one works undisturbed until the folder is empty. The seed is printed; SEED=... replays the files and the
 * moments, KILLS=... makes more of them.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { startServerProcess } from "../testing/server-process.ts";
import { exampleSite } from "../testing/test-server.ts";

const seed = Number(process.env["SEED"] ?? fc.sample(fc.nat(), 1)[0]);
const kills = Number(process.env["KILLS"] ?? 5);
/** How often the server looks; it takes files from the second look on. */
const lookMs = 1_000;
const files = 6;
/** More than one slice of a file, so that a kill may hit between two. */
const linesPerFile = 4_500;
/** A refused line in each file. */
const refusedLine = 17;

const header = "din;product code;location;at;reason";
const at = new Date(Date.now() - 600 * minuteMs).toISOString();
const back = new Date(Date.now() - 300 * minuteMs).toISOString();
const dinOf = (file: number, serial: number): string =>
  `G1234${String(10 + file)}${String(serial).padStart(6, "0")}`;

/** Each unit goes in; every tenth comes out again in the next line. */
function linesOf(file: number): string[] {
  return Array.from({ length: linesPerFile }, (_, index) => {
    const isOut = index % 10 === 9;
    const unit = `${dinOf(file, isOut ? index - 1 : index)};E0336V00`;
    if (index === refusedLine) return `${unit};nowhere;${at};in`;
    return isOut ? `${unit};;${back};out` : `${unit};fridge-${1 + (index % 2)};${at};in`;
  });
}

const listed = (folder: string, place: string): string[] =>
  readdirSync(join(folder, place)).filter(
    (name) => name !== "taking" && name !== "taken" && name !== "refused",
  );

test(`killed ${kills} times while it takes files, the server has each line once and each file in its place (SEED=${seed})`, async () => {
  const home = mkdtempSync(join(tmpdir(), "coldkeep-folder-kill-"));
  const folder = join(home, "in");
  mkdirSync(folder);
  writeFileSync(join(home, "site.yaml"), exampleSite);
  const config = join(home, "server.yaml");
  writeFileSync(
    config,
    JSON.stringify({
      data: join(home, "data"),
      site: join(home, "site.yaml"),
      units: { folder: { path: folder, every: `${lookMs / 1_000}s` } },
    }),
  );
  const start = () => startServerProcess({ COLDKEEP_API_TOKEN: "token" }, config);
  const put = (name: string, text: string): void => {
    writeFileSync(join(home, name), text);
    renameSync(join(home, name), join(folder, name));
  };
  for (let file = 0; file < files; file += 1) put(`stock-${file}.csv`, [header, ...linesOf(file)].join("\n"));
  put("unreadable.csv", "x;y\n1;2\n");
  const left = (): string[] => [...listed(folder, "."), ...listed(folder, "taking")];

  const moments = fc.sample(fc.integer({ min: lookMs / 2, max: 2.5 * lookMs }), { seed, numRuns: kills });
  let killedAtWork = 0;
  for (const moment of moments) {
    const doomed = await start();
    await pause(moment);
    await doomed.kill();
    killedAtWork += Number(listed(folder, "taking").length > 0);
  }
  const last = await start();
  while (listed(folder, ".").includes("stock-0.csv")) await pause(100);
  // A name that was there before is another file.
  put("stock-0.csv", [header, `${dinOf(89, 1)};E0336V00;fridge-1;${at};in`].join("\n"));
  while (left().length > 0) await pause(100);
  expect(await last.stop()).toBe(0);

  const taken = listed(folder, "taken").filter((name) => !name.endsWith(".report.csv"));
  const names = Array.from({ length: files }, (_, file) => `stock-${file}.csv`);
  expect(taken.filter((name) => names.includes(name)).toSorted()).toEqual(names.toSorted());
  expect(taken).toHaveLength(files + 1);
  expect(listed(folder, "taken").filter((name) => name.endsWith(".report.csv"))).toHaveLength(files + 1);
  expect(listed(folder, "refused").toSorted()).toEqual(["unreadable.csv", "unreadable.csv.report.csv"]);
  for (const name of names)
    expect(readFileSync(join(folder, "taken", `${name}.report.csv`), "utf8")).toContain(
      `${refusedLine + 2},appliance,units-csv.appliance-unknown`,
    );

  const records = new DatabaseSync(join(home, "data", "records.sqlite"), { readOnly: true });
  const found = records
    .prepare(
      "SELECT din, at, appliance, count(*) AS times FROM movements JOIN units ON units.number = movements.unit GROUP BY din, at, appliance ORDER BY din, at",
    )
    .all()
    .map((row) => `${String(row["din"])} ${String(row["appliance"])} ${String(row["times"])}`);
  records.close();
  const expected = Array.from({ length: files }, (_, file) => file).flatMap((file) =>
    linesOf(file).flatMap((line, index) => {
      const [din, , place] = line.split(";");
      return index === refusedLine ? [] : [`${din} ${place === "" ? "null" : place} 1`];
    }),
  );
  expect(found.toSorted()).toEqual([...expected, `${dinOf(89, 1)} fridge-1 1`].toSorted());
  expect(killedAtWork).toBeGreaterThan(0);
  rmSync(home, { recursive: true, force: true });
});
