import PdfDocument from "pdfkit";
import { fontFile, fontNames } from "./fonts.ts";
import { paperText } from "./paper-text.ts";

/** A4 in points, with room at the left for a file's holes and at the bottom for the footer. */
export const paper = { width: 595.28, height: 841.89, left: 56, right: 40, top: 44, bottom: 76 } as const;

/** Width of what is printed, in points. */
export const printWidth = paper.width - paper.left - paper.right;

/** Colours that also read when printed in grey. */
export const ink = {
  text: "#14202a",
  muted: "#51606c",
  rule: "#c4ccd2",
  faint: "#eef1f3",
  accent: "#0d5c70",
  alarm: "#b3261e",
  alarmGround: "#fdecea",
  excursion: "#f0b7b2",
  held: "#dfe5ec",
  heldBar: "#5a6f8a",
  beyond: "#faf0ef",
  unknown: "#a87a12",
} as const;

/** How a text looks. Size in points. */
export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly mono?: boolean;
  readonly colour?: string;
  readonly width?: number;
  readonly align?: "left" | "right" | "center";
}

/** A document that is filled from top to bottom; `y` is where the next thing goes. */
export interface Sheet {
  readonly doc: PDFKit.PDFDocument;
  y: number;
  /** Begins a new page where less than `height` is left; true where it did. */
  readonly room: (height: number) => boolean;
  /** Writes at a place without moving on; gives the height that it took. */
  readonly write: (text: string, x: number, y: number, style?: TextStyle) => number;
  /** Measures the height that a text will take. */
  readonly measure: (text: string, style?: TextStyle) => number;
  /** Writes a line or paragraph over the whole width and moves on. */
  readonly paragraph: (text: string, style?: TextStyle) => void;
  /** Begins a section with its heading, kept together with at least `height` of what follows. */
  readonly heading: (text: string, height: number) => void;
}

/** Opens a sheet: PDF/A-3b, so that it can be kept for decades and carry its data. `info` is what the file says about itself; its dates make the file's identity, so that the same report has the same bytes. */
export function openSheet(info: PDFKit.DocumentInfo): Sheet {
  const doc = new PdfDocument({
    size: [paper.width, paper.height],
    margin: 0,
    pdfVersion: "1.7",
    bufferPages: true,
    displayTitle: true,
    lang: "en",
    subset: "PDF/A-3b",
    // None by itself: the standard fonts are not embedded.
    font: "",
    info,
  });
  for (const name of fontNames) doc.registerFont(name, Buffer.from(fontFile(name)));
  const apply = (style: TextStyle): void => {
    doc.font(style.mono ? "mono" : style.bold ? "bold" : "text");
    doc.fontSize(style.size ?? 9);
    doc.fillColor(style.colour ?? ink.text);
  };
  const fits = (text: string, width: number): boolean => doc.widthOfString(text) <= width;
  const sheet: Sheet = {
    doc,
    y: paper.top,
    room: (height) => {
      if (sheet.y + height <= paper.height - paper.bottom) return false;
      doc.addPage();
      sheet.y = paper.top;
      return true;
    },
    write: (raw, x, y, style = {}) => {
      apply(style);
      const text = paperText(raw);
      const width = style.width ?? printWidth - (x - paper.left);
      const line = doc.currentLineHeight(true);
      if (fits(text, width)) {
        const spare = width - doc.widthOfString(text);
        const shift = style.align === "right" ? spare : style.align === "center" ? spare / 2 : 0;
        doc.text(text, x + shift, y, { lineBreak: false });
        return line;
      }
      doc.text(text, x, y, { width, align: style.align ?? "left" });
      return doc.y - y;
    },
    measure: (raw, style = {}) => {
      apply(style);
      const text = paperText(raw);
      const width = style.width ?? printWidth;
      return fits(text, width) ? doc.currentLineHeight(true) : doc.heightOfString(text, { width });
    },
    paragraph: (text, style = {}) => {
      sheet.room(sheet.measure(text, style));
      sheet.y += sheet.write(text, paper.left, sheet.y, style) + 3;
    },
    heading: (text, height) => {
      sheet.y += 16;
      sheet.room(height + 22);
      sheet.write(text, paper.left, sheet.y, { size: 12, bold: true });
      sheet.y += 20;
    },
  };
  return sheet;
}
