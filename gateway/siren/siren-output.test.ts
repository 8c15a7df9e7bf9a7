import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import type { CallOutcome } from "../calls/call-output.ts";
import { counters as makeCounters } from "../health/counters.ts";
import { silentLog } from "../health/log.ts";
import { wakeBell } from "../rig/wake-bell.ts";
import { fileButton, fileContact } from "./file-contact.ts";
import { sirenOutput } from "./siren-output.ts";

let ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
});

test("a siren on files like those of sysfs sounds until its button is pressed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-siren-"));
  ending.push(() => rmSync(folder, { recursive: true }));
  const [contact, button] = [join(folder, "contact"), join(folder, "button")];
  writeFileSync(contact, "0");
  writeFileSync(button, "0\n");
  const bell = wakeBell();
  const siren = sirenOutput({
    id: "siren",
    rules: { pulse: null, soundMaxMs: 60_000 },
    contact: fileContact(contact, false),
    button: fileButton(button, "1"),
    clock: systemClock,
    counters: makeCounters(),
    log: silentLog,
  });
  siren.start();
  ending.push(siren.stop);
  const heard: CallOutcome["kind"][] = [];
  const call = { id: "fridge-1", text: "too warm", to: [], expiresAfter: 60_000 };
  siren.call(call, ({ kind }) => {
    heard.push(kind);
    bell.ring();
  });
  await bell.until(() => heard.includes("sent"));
  expect(readFileSync(contact, "latin1")).toBe("1");
  writeFileSync(button, "1\n");
  await bell.until(() => heard.includes("delivered"));
  await siren.stop();
  expect(readFileSync(contact, "latin1")).toBe("0");
  expect(heard).toEqual(["sent", "delivered"]);
});

test("a contact that is not there is said, and is no trouble to anybody else", async () => {
  const bell = wakeBell();
  const siren = sirenOutput({
    id: "siren",
    rules: { pulse: null, soundMaxMs: 60_000 },
    contact: fileContact("/coldkeep-there-is-no-such-file", false),
    button: null,
    clock: systemClock,
    counters: makeCounters(),
    log: { ...silentLog, error: bell.ring },
  });
  siren.call({ id: "a", text: "", to: [], expiresAfter: 60_000 }, () => {});
  await bell.until(() => siren.status().details["contactTrouble"] !== null || !siren.status().ready);
  await new Promise(setImmediate);
  expect(siren.status()).toMatchObject({ ready: false, trouble: "siren.contact-failed", waiting: 1 });
  await siren.stop();
  expect(siren.status().waiting).toBe(0);
});
