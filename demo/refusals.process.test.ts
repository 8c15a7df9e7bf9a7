import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeServer, listen } from "./processes/listening.ts";
import { startDemo } from "./testing/demo-process.ts";

// What a person sees at the terminal when the demo cannot start.

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldkeep-demo-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each(["COLDKEEP_LISTEN", "COLDKEEP_MAILBOX_LISTEN"])(
  "a taken port is explained: %s",
  async (variable) => {
    const server = createServer();
    const taken = await listen(server, { host: "127.0.0.1", port: 0 }, null);
    const demo = startDemo({
      COLDKEEP_DEMO_DATA: folder,
      COLDKEEP_LISTEN: "127.0.0.1:0",
      COLDKEEP_MAILBOX_LISTEN: "127.0.0.1:0",
      [variable]: `127.0.0.1:${taken}`,
    });
    expect(await demo.ended).toBe(1);
    expect(demo.output()).toContain(`Port ${taken} is taken (127.0.0.1:${taken}).`);
    expect(demo.output()).toContain(`${variable}=127.0.0.1:`);
    expect(existsSync(join(folder, "logs", "server.log"))).toBe(false);
    await closeServer(server);
  },
);

test("a setting that cannot be used is named", async () => {
  const demo = startDemo({ COLDKEEP_DEMO_DATA: folder, COLDKEEP_LISTEN: "everywhere" });
  expect(await demo.ended).toBe(1);
  expect(demo.output()).toContain('COLDKEEP_LISTEN is "everywhere"');
});
