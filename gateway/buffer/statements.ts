const reading = "probe.id AS probe, at, value, time";

/** Every statement that the buffer runs; its tables are in schema.ts. */
export const statements = {
  saveMeta:
    "UPDATE meta SET nextReading=?, nextSequence=?, backlogNext=?, backlogEnd=?, liveNext=?, held=? WHERE one=1",
  insertProbe: "INSERT INTO probe (id) VALUES (?)",
  insertReading: "INSERT INTO reading (id, probe, at, value, time) VALUES (?, ?, ?, ?, ?)",
  readings: `SELECT ${reading} FROM reading JOIN probe ON probe.number = reading.probe WHERE reading.id BETWEEN ? AND ? ORDER BY reading.id`,
  waitingIds: "SELECT id FROM reading WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
  entriesAfter: `SELECT reading.id AS id, ${reading} FROM reading JOIN probe ON probe.number = reading.probe WHERE reading.id > ? ORDER BY reading.id LIMIT ?`,
  idsBetween: "SELECT id FROM reading WHERE id BETWEEN ? AND ? ORDER BY id",
  countBetween: "SELECT count(*) AS count FROM reading WHERE id >= ? AND id < ?",
  stretch: `SELECT reading.id AS place, reading.probe AS number, ${reading} FROM reading JOIN probe ON probe.number = reading.probe WHERE reading.id >= ? AND reading.id < ? ORDER BY reading.id LIMIT ?`,
  pages:
    "SELECT page_count AS pages, freelist_count AS free, page_size AS size FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()",
  deleteReadings: "DELETE FROM reading WHERE id BETWEEN ? AND ?",
  openBatch: "SELECT * FROM batch WHERE lane = ? ORDER BY first LIMIT 1",
  findBatch: "SELECT * FROM batch WHERE sequence = ?",
  insertBatch: "INSERT INTO batch (sequence, lane, first, last, held) VALUES (?, ?, ?, ?, ?)",
  deleteBatch: "DELETE FROM batch WHERE sequence = ?",
  renumber: "UPDATE batch SET sequence = ? WHERE sequence = ?",
  copyRefused:
    "INSERT INTO refused (probe, at, value, time, code, refusedAt) SELECT probe, at, value, time, ?, ? FROM reading WHERE id BETWEEN ? AND ? ORDER BY id",
  insertRefused: "INSERT INTO refused (probe, at, value, time, code, refusedAt) VALUES (?, ?, ?, ?, ?, ?)",
  refused: `SELECT refused.id AS id, ${reading}, code, refusedAt FROM refused JOIN probe ON probe.number = refused.probe ORDER BY refused.id`,
  countRefused: "SELECT count(*) AS count FROM refused",
  deleteRefused: "DELETE FROM refused WHERE id = ?",
  saveLedger:
    "INSERT INTO ledger (device, boot, source, lastHeardAt, kept, lost, anchors) VALUES (?, ?, ?, ?, ?, ?, ?) " +
    "ON CONFLICT (device, boot) DO UPDATE SET source=excluded.source, lastHeardAt=excluded.lastHeardAt, kept=excluded.kept, lost=excluded.lost, anchors=excluded.anchors",
  saveSignal:
    "INSERT INTO signal (channel, active, at) VALUES (?, ?, ?) ON CONFLICT (channel) DO UPDATE SET active=excluded.active, at=excluded.at",
  signals: "SELECT * FROM signal",
  forgetLedger: "DELETE FROM ledger WHERE device = ? AND boot = ?",
  ledgers: "SELECT * FROM ledger",
  insertEvidence: "INSERT INTO evidence (at, source, code, excerpt) VALUES (?, ?, ?, ?)",
  trimEvidence: "DELETE FROM evidence WHERE id <= (SELECT max(id) FROM evidence) - ?",
  evidence: "SELECT * FROM (SELECT * FROM evidence ORDER BY id DESC LIMIT ?) ORDER BY id",
} as const;
