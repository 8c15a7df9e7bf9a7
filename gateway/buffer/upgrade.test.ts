import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { batchBody } from "../uplink/batch-body.ts";
import type { BufferEntry } from "./buffer.ts";
import { schemaSql, schemaVersion, upgrades } from "./schema.ts";
import { bufferFileName, openSqliteBuffer } from "./sqlite-buffer.ts";

const createdAt = 1_795_000_000_000;
const folder = mkdtempSync(join(tmpdir(), "coldkeep-upgrade-"));

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file as a gateway of the first format left it: a batch of three readings under way, one that waits, one set aside. */
function firstFormat(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode=WAL; ${schemaSql}
    INSERT INTO meta VALUES (1, 6, ${createdAt + 2}, 1, 1, 4, 5);
    INSERT INTO probe (number, id) VALUES (1, 'fridge-1-product'), (2, 'fridge-1-air');
    INSERT INTO reading VALUES (1, 1, ${createdAt}, 4.12), (2, 2, ${createdAt}, 'open'), (3, 1, ${createdAt + 60_000}, 4),
      (4, 1, ${createdAt + 120_000}, 4.5);
    INSERT INTO batch VALUES (${createdAt + 1}, 'live', 1, 3, 2);
    INSERT INTO refused VALUES (1, 2, ${createdAt - 60_000}, 5.5, 'batch.shape-invalid', ${createdAt});
    INSERT INTO ledger VALUES ('d', 3, 'line', ${createdAt}, '[[0,7]]', '[]', '[{"fromSequence":0,"zeroAt":5}]');
    INSERT INTO evidence (at, source, code, excerpt) VALUES (9, 's', 'serial.crc-wrong', x'24');
    PRAGMA user_version=1;`);
  db.close();
}

test("a file of the first format is brought to the present one, and its open batch is sent byte for byte as before", () => {
  expect(schemaVersion).toBe(upgrades.length + 1);
  firstFormat(join(folder, bufferFileName));
  const { buffer, damagedFile } = openSqliteBuffer(folder, createdAt + 99);
  expect(damagedFile).toBeNull();
  const batch = buffer.nextBatch("live", 100);
  expect(batch === null ? null : batchBody("mechelen-1", batch)).toBe(
    '{"gateway":"mechelen-1","sequence":1795000000001,"heldReadings":2,"readings":[' +
      '{"probe":"fridge-1-product","at":"2026-11-18T11:06:40.000Z","celsius":4.12},' +
      '{"probe":"fridge-1-air","at":"2026-11-18T11:06:40.000Z","fault":"open"},' +
      '{"probe":"fridge-1-product","at":"2026-11-18T11:07:40.000Z","celsius":4}]}',
  );
  expect(buffer.heldReadings()).toBe(5);
  expect(buffer.refused().map(({ entry }) => entry)).toEqual([
    { probe: "fridge-1-air", at: createdAt - 60_000, celsius: 5.5 },
  ]);
  expect(buffer.ledgers()).toMatchObject([{ device: "d", boot: 3, kept: [[0, 7]] }]);
  expect(buffer.signals()).toEqual([]);
  const fresh: BufferEntry = {
    probe: "fridge-1-product",
    at: createdAt + 18e4,
    celsius: 4.25,
    time: {
      source: "poll",
      uncertaintyMs: 40,
    },
  };
  buffer.append({ entries: [fresh], setAside: [], signals: [], ledgers: [], forgotten: [], evidence: [] });
  buffer.complete(createdAt + 1, []);
  expect(buffer.nextBatch("live", 100)).toMatchObject({
    sequence: createdAt + 2,
    entries: [{ probe: "fridge-1-product", at: createdAt + 120_000, celsius: 4.5 }, fresh],
  });
  buffer.close();
  const again = openSqliteBuffer(folder, createdAt + 99);
  expect(again.buffer.heldReadings()).toBe(3);
  again.buffer.close();
});
