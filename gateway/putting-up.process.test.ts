import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freePort, mosquittoMissing, startMosquitto } from "./rig/processes.ts";

const page = readFileSync("docs/gateway.md", "utf8");

/** The page's commands by the name of their step. */
const steps: ReadonlyMap<string, string> = new Map(
  [...page.matchAll(/<!-- step: (\w+) -->\n```\w+\n([^]*?)```/g)].map((match) => [
    match[1] ?? "",
    match[2] ?? "",
  ]),
);

const folder = mkdtempSync(join(tmpdir(), "coldkeep-tryout-"));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const { pid } of started) {
    try {
      if (pid !== undefined) process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A refrigerator's tile on the board with a temperature on it. */
const warmOrCold = (appliance: string): RegExp =>
  new RegExp(`id="tile-${appliance}"(?:(?!id="tile-)[^])*?class="temperature">\\s*\\d+[.,]?\\d*<small>`);

/** Runs a step as a person would paste it; resolves with its exit code and words, or as soon as it says what is waited for. */
function perform(text: string, until?: RegExp): Promise<{ code: number | null; said: string }> {
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("COLDKEEP_"));
  const child = spawn("bash", ["-e", "-c", text], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: Object.fromEntries(environment),
  });
  started.push(child);
  let said = "";
  return new Promise((resolve) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (until?.test(said) === true) resolve({ code: null, said });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => resolve({ code, said }));
  });
}

/** What a page shows once it shows it; asked for again and again, as the person does who looks at it. */
function shown(url: string, what: readonly RegExp[]): Promise<string> {
  const text = (): Promise<string> =>
    fetch(url).then(
      (response) => response.text(),
      () => "",
    );
  return new Promise((resolve) => {
    const once = async (): Promise<void> => {
      const now = await text();
      if (!what.every((pattern) => pattern.test(now))) return;
      clearInterval(look);
      resolve(now);
    };
    const look = setInterval(() => void once(), 500);
  });
}

/**
 * Goal: docs/gateway.md alone takes a new user from nothing to two sensors' readings on the board.
 * Method: the page's own commands, in the page's order, with other ports and another folder; the one edit is the page's own block.
 */
test.skipIf(mosquittoMissing() !== null)("the page's commands put a gateway up", async () => {
  const [server, status, broker] = [await freePort(), await freePort(), await freePort()];
  const mosquitto = await startMosquitto(folder, broker);
  const step = (name: string): string =>
    (steps.get(name) ?? `echo "the page has no step ${name}"; exit 9`)
      .replaceAll("data/tryout", folder)
      .replaceAll(":8080", `:${server}`)
      .replaceAll(":8090", `:${status}`)
      .replaceAll(":1883", `:${broker}`);

  expect((await perform(step("site"))).code).toBe(0);
  expect((await perform(step("server"), /listening/)).code).toBe(null);
  expect((await perform(step("sensors"), /"ready":true/)).code).toBe(null);

  const discovered = await perform(step("discover"));
  expect(discovered.said).toMatch(/Modbus, 9600 none +modbus-7\/product +\d/);
  expect(discovered.said).toMatch(/zigbee2mqtt +fridge-2\/temperature +\d/);
  expect(discovered.code).toBe(0);

  const file = join(folder, "gateway.yaml");
  const text = readFileSync(file, "utf8");
  const edited = text.replace(/^probes:\n(?: .*\n)*/m, step("probes"));
  expect(edited).not.toBe(text);
  writeFileSync(file, edited);

  const checked = await perform(step("check"));
  expect(checked.said).toContain("All is well.");
  expect(checked.code).toBe(0);

  const board = `http://127.0.0.1:${server}/`;
  const readings = [warmOrCold("fridge-1"), warmOrCold("fridge-2")];
  const empty = await (await fetch(board)).text();
  expect(empty).toContain('id="tile-fridge-1"');
  for (const reading of readings) expect(empty).not.toMatch(reading);
  expect((await perform(step("run"), /Gateway tryout-1 runs\./)).code).toBe(null);
  await shown(board, readings);
  await shown(`http://127.0.0.1:${status}/`, [/All is well/, /modbus-7\/product/, /fridge-2-product/]);
  await mosquitto.end("SIGTERM");
});
