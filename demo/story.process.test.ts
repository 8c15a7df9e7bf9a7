import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "./processes/listening.ts";
import { startDemo, type DemoProcess } from "./testing/demo-process.ts";
import { isAlive, processesBelow } from "./testing/process-tree.ts";

// `npm start` as a newcomer meets it: the whole hospital in real processes, from the first line to Ctrl-C, and once more on its data.

/** The story needs some 60 s; a busy machine may need more. */
const patience = { timeout: 150_000, interval: 500 };
const free = { host: "127.0.0.1", port: 0 };
let folder = "";
let url = "";
let mailbox = "";
let env: Record<string, string> = {};
const running: DemoProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "coldkeep-story-"));
  const listen = `127.0.0.1:${await freePort(free, null)}`;
  const mailboxListen = `127.0.0.1:${await freePort(free, null)}`;
  url = `http://${listen}`;
  mailbox = `http://${mailboxListen}`;
  env = { COLDKEEP_DEMO_DATA: folder, COLDKEEP_LISTEN: listen, COLDKEEP_MAILBOX_LISTEN: mailboxListen };
});

afterAll(async () => {
  for (const demo of running) {
    demo.kill("SIGTERM");
    await demo.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(): DemoProcess {
  const demo = startDemo(env);
  running.push(demo);
  return demo;
}

async function api(path: string): Promise<Response> {
  const { api: token } = JSON.parse(readFileSync(join(folder, "tokens.json"), "utf8")) as { api: string };
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status, `${path}: ${response.status}`).toBe(200);
  return response;
}

interface Items<Item> {
  readonly items: readonly Item[];
}

async function items<Item>(path: string): Promise<readonly Item[]> {
  return ((await (await api(path)).json()) as Items<Item>).items;
}

const mails = async (): Promise<readonly { subject: string }[]> =>
  (await (await fetch(`${mailbox}/mails.json`)).json()) as { subject: string }[];

/** Waits for something while the demo runs; where it does not come, says what the demo told. */
async function eventually<Result>(demo: DemoProcess, look: () => Promise<Result>): Promise<Result> {
  const gone = demo.ended.then((how) => expect.unreachable(`the demo ended (${how}):\n${demo.output()}`));
  try {
    return await Promise.race([vi.waitFor(look, patience), gone]);
  } catch (cause) {
    throw new Error(`It did not come. The demo told:\n${demo.output()}`, { cause });
  }
}

let excursionId = "";

test("the story plays: board, alarm, mail, excursion with held units and a recall, report; Ctrl-C ends it all", async () => {
  const demo = start();
  await eventually(demo, async () => {
    const board = await fetch(`${url}/`);
    expect(board.status).toBe(200);
    expect(await board.text()).toContain("Red cells 1");
  });
  await eventually(demo, async () =>
    expect(await items("/v1/alarms")).toContainEqual(
      expect.objectContaining({ kind: "temperature-high", appliance: "fridge-1" }),
    ),
  );
  await eventually(demo, async () =>
    expect(await mails()).toContainEqual(
      expect.objectContaining({ subject: expect.stringMatching(/Red cells 1: .* above/) }),
    ),
  );
  await eventually(demo, async () => {
    const excursions = await items<{ id: string; side: string }>("/v1/excursions?appliance=fridge-1");
    excursionId =
      excursions.find(({ side }) => side === "high")?.id ?? expect.unreachable("no excursion yet");
    expect((await items("/v1/units?status=held")).length).toBeGreaterThan(30);
  });
  await eventually(demo, async () =>
    expect(demo.output()).toMatch(/\d+ units held, \d+ of them already gone: recall/),
  );
  const report = Buffer.from(await (await api(`/v1/excursions/${excursionId}/report.pdf`)).arrayBuffer());
  expect(report.subarray(0, 5).toString("latin1")).toBe("%PDF-");

  const processes = processesBelow(demo.pid);
  expect(processes.map(({ command }) => command).join("\n")).toMatch(/server\/main\.ts[^]*gateway\/main\.ts/);
  demo.kill("SIGINT");
  expect(await demo.ended, demo.output()).toBe(0);
  expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
  expect(readFileSync(join(folder, "logs", "server.log"), "utf8")).not.toContain(tokenOf(folder));
});

test("a second start goes on from the data, and a process that dies is told in plain words", async () => {
  const demo = start();
  await eventually(demo, async () => {
    const known = await items<{ id: string }>("/v1/excursions?appliance=fridge-1");
    expect(known.map(({ id }) => id)).toContain(excursionId);
    expect((await mails()).length).toBeGreaterThan(0);
    expect(demo.output()).toContain("units in stock");
  });
  expect(
    new Set((await items<{ din: string }>("/v1/units?limit=1000")).map(({ din }) => din)).size,
  ).toBeGreaterThan(200);

  const processes = processesBelow(demo.pid);
  const gateway = processes.find(({ command }) => command.includes("gateway/main.ts"));
  process.kill(gateway?.pid ?? expect.unreachable("no gateway"), "SIGKILL");
  expect(await demo.ended).toBe(1);
  expect(demo.output()).toContain("The gateway ended unexpectedly (signal SIGKILL)");
  await vi.waitFor(() => expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]), patience);
});

function tokenOf(data: string): string {
  return (JSON.parse(readFileSync(join(data, "tokens.json"), "utf8")) as { api: string }).api;
}
