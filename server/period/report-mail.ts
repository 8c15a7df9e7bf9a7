import type { MailAttachment } from "../notify/dispatcher.ts";
import { reportOfMessage } from "./made-report.ts";
import { readReport } from "./period-folder.ts";
import { attachedBytesMax } from "./period-reports.ts";

/** The report that goes with an owed message; none for other messages, and where it is too large or not there any more. */
export function reportAttachments(folder: string, id: string): MailAttachment[] {
  const name = reportOfMessage(id);
  const content = name === null ? null : readReport(folder, name);
  if (name === null || content === null || content.length > attachedBytesMax) return [];
  return [{ name, mediaType: "application/pdf", content }];
}
