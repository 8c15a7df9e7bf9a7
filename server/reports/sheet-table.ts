import { ink, paper, printWidth, type Sheet, type TextStyle } from "./sheet.ts";

/** One column: its title, its share of the width in points, and what a row says in it. An empty text is a line to write on. */
export interface Column<Row> {
  readonly title: string;
  readonly width: number;
  readonly text: (row: Row) => string;
  readonly style?: (row: Row) => TextStyle;
}

const space = 4;

/** Prints rows under a header that is repeated on each new page. A row is never cut by the end of a page. */
export function table<Row>(sheet: Sheet, columns: readonly Column<Row>[], rows: readonly Row[]): void {
  header(sheet, columns);
  for (const row of rows) {
    const height = rowHeight(sheet, columns, row);
    if (sheet.room(height)) header(sheet, columns);
    printRow(sheet, columns, row, height);
  }
}

function header<Row>(sheet: Sheet, columns: readonly Column<Row>[]): void {
  const style = (column: Column<Row>): TextStyle => ({
    size: 7.5,
    bold: true,
    colour: ink.muted,
    width: column.width - space,
  });
  const height = Math.max(...columns.map((column) => sheet.measure(column.title, style(column)))) + 2 * space;
  sheet.room(height + 24);
  sheet.doc.rect(paper.left, sheet.y, printWidth, height).fill(ink.faint);
  let x: number = paper.left + space;
  for (const column of columns) {
    sheet.write(column.title, x, sheet.y + space, style(column));
    x += column.width;
  }
  sheet.y += height;
}

function cellStyle<Row>(column: Column<Row>, row: Row): TextStyle {
  return { size: 8.5, ...column.style?.(row), width: column.width - 2 * space };
}

function rowHeight<Row>(sheet: Sheet, columns: readonly Column<Row>[], row: Row): number {
  return (
    Math.max(...columns.map((column) => sheet.measure(column.text(row), cellStyle(column, row)))) + 2 * space
  );
}

function printRow<Row>(sheet: Sheet, columns: readonly Column<Row>[], row: Row, height: number): void {
  let x: number = paper.left + space;
  for (const column of columns) {
    const text = column.text(row);
    if (text === "") rule(sheet, x, sheet.y + height - space, column.width - 2 * space, ink.muted);
    else sheet.write(text, x, sheet.y + space, cellStyle(column, row));
    x += column.width;
  }
  sheet.y += height;
  rule(sheet, paper.left, sheet.y, printWidth, ink.rule);
}

/** Draws a thin horizontal line. */
export function rule(sheet: Sheet, x: number, y: number, width: number, colour: string): void {
  sheet.doc
    .moveTo(x, y)
    .lineTo(x + width, y)
    .lineWidth(0.5)
    .strokeColor(colour)
    .stroke();
}
