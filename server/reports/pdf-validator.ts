import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const validatorLibraries = fileURLToPath(new URL("../../node_modules/.cache/verapdf", import.meta.url));
const checker = fileURLToPath(new URL("../../.ci/pdf-validator/CheckPdf.java", import.meta.url));

/** True where veraPDF was fetched, as `.ci/run` does. */
export const isValidatorThere = existsSync(validatorLibraries);

/** What the validator says of a file. */
export interface PdfVerdict {
  readonly isAccepted: boolean;
  /** How much was checked. */
  readonly assertions: number;
  /** What of ISO 19005-3 it breaks: clause, test and a sentence. */
  readonly broken: readonly string[];
}

/** Validates files against PDF/A-3b by veraPDF, all in one process. Throws where that cannot run. */
export function validatePdfA(files: readonly Uint8Array[]): PdfVerdict[] {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-pdfa-"));
  try {
    const paths = files.map((file, index) => {
      const path = join(folder, `${index}.pdf`);
      writeFileSync(path, file);
      return path;
    });
    const said = execFileSync("java", ["-cp", join(validatorLibraries, "*"), checker, ...paths], {
      encoding: "utf8",
    });
    return said
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [verdict = "", assertions = "", ...broken] = line.split("\t");
        return {
          isAccepted: verdict === "accepted",
          assertions: Number(assertions),
          broken: broken.filter((text) => text !== ""),
        };
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
