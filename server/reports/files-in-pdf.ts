import { PDFDocument } from "@cantoo/pdf-lib";

/** Most files that are looked at in one document: the report of an excursion has three, that of a period thirteen. */
const filesMax = 20;

/** The files inside a PDF by name; null where it cannot be read. Never throws. */
export async function filesIn(pdf: Uint8Array): Promise<ReadonlyMap<string, Uint8Array> | null> {
  try {
    const document = await PDFDocument.load(pdf, { updateMetadata: false });
    return new Map(
      document
        .getAttachments()
        .slice(0, filesMax)
        .map(({ name, data }) => [name, data]),
    );
  } catch {
    return null;
  }
}
