import type { EpochMs } from "@coldkeep/core/time/millis.ts";

/** A file inside a report, as PDF/A-3 lets one stand there. */
export interface Attachment {
  readonly name: string;
  readonly mediaType: string;
  readonly description: string;
  /** What it is to the report: the data that it shows, what it was made from, or something more. */
  readonly relationship: "Data" | "Source" | "Supplement";
  readonly content: Uint8Array;
  /** When it was made: the same for the same report. */
  readonly at: EpochMs;
}

/** Puts a file into a document. */
export function attach(doc: PDFKit.PDFDocument, attachment: Attachment): void {
  const { name, mediaType, description, relationship, content } = attachment;
  const made = new Date(attachment.at);
  const options = {
    name,
    type: mediaType,
    description,
    relationship,
    creationDate: made,
    modifiedDate: made,
  };
  doc.file(Buffer.from(content), options);
}
