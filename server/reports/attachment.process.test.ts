import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { attach } from "./attachment.ts";
import { openSheet } from "./sheet.ts";

const pdfdetach = "/usr/bin/pdfdetach";
const missing = !existsSync(pdfdetach) && process.env["CI"] !== "true";

it.skipIf(missing)(
  "a file put into a report comes out again, byte for byte, by another program (skipped where pdfdetach is not installed)",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "coldkeep-attachment-"));
    const content = Uint8Array.from({ length: 10_000 }, (_, index) => (index * 7919) % 256);
    const { doc } = openSheet({ Title: "Test" });
    const at = 1_795_305_600_000;
    const described = { description: "Readings", relationship: "Data" as const };
    attach(doc, { name: "readings.csv", mediaType: "text/csv", content, at, ...described });
    const chunks: Uint8Array[] = [];
    doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    await new Promise<void>((resolve) => {
      doc.on("end", () => resolve());
      doc.end();
    });
    const file = join(folder, "test.pdf");
    writeFileSync(file, Buffer.concat(chunks));
    expect(execFileSync(pdfdetach, ["-list", file], { encoding: "utf8" })).toContain("readings.csv");
    execFileSync(pdfdetach, ["-save", "1", "-o", join(folder, "out.csv"), file]);
    const out = readFileSync(join(folder, "out.csv"));
    rmSync(folder, { recursive: true });
    expect(out.equals(content)).toBe(true);
    expect(Buffer.concat(chunks).toString("latin1")).toContain("/AFRelationship /Data");
  },
);
