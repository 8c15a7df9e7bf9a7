import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { standardNumberings } from "../numbering/numbering.ts";
import { formatInstant, parseInstant } from "../time/millis.ts";
import { makeWallClock } from "../time/wall-time.ts";
import { type CsvItem, CsvRecords, lineLengthMax } from "./csv-records.ts";
import type { FeedSettings } from "./feed-line.ts";
import { type FeedItem, FeedReader } from "./feed-reader.ts";
import { PreviewSum, previewRefusalsMax } from "./preview.ts";

const settings: FeedSettings = {
  numberings: standardNumberings,
  clock: makeWallClock("Europe/Brussels"),
  dateOrder: "iso",
  now: parseInstant("2026-12-31T00:00:00Z") ?? 0,
  appliances: new Map([
    ["fridge-1", "fridge-1"],
    ["Red cells 1", "fridge-1"],
  ]),
};

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function readAll(text: string | Uint8Array, over: Partial<FeedSettings> = {}): FeedItem[] {
  const reader = new FeedReader({ ...settings, ...over });
  return [...reader.push(typeof text === "string" ? bytesOf(text) : text), ...reader.end()];
}

/** The bytes in pieces of the given lengths, over and over. */
function pieces(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    found.push(bytes.subarray(at, at + length));
    at += length;
  }
  return found;
}

const codes = (items: readonly FeedItem[]): string[] =>
  items.map((item) => ("code" in item ? `${item.line} ${item.code}` : `${item.line} ${item.kind}`));

describe("records", () => {
  const recordsOf = (
    parts: readonly Uint8Array[],
    limits?: { bytesMax: number; linesMax: number },
  ): CsvItem[] => {
    const records = new CsvRecords(limits);
    return [...parts.flatMap((part) => records.push(part)), ...records.end()];
  };
  const fieldsOf = (text: string) =>
    recordsOf([bytesOf(text)]).map((item) => (item.kind === "record" ? item.fields : item.code));

  test("have quotes, any line end, and a byte order mark before them", () => {
    expect(fieldsOf('\uFEFFa;b\r\n"x;""y""";z\n\n"";last\n')).toEqual([
      ["a", "b"],
      ['x;"y"', "z"],
      ["", "last"],
    ]);
    expect(fieldsOf("a\tb\n1\t2")).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
  });

  test("a quote that is never closed costs its line alone", () => {
    const text = `a,b\n"open,1\nx,2\n${"y,3\n".repeat(2_000)}`;
    const items = recordsOf([bytesOf(text)]);
    expect(items[1]).toMatchObject({ kind: "broken", line: 2, code: "units-csv.quote-open" });
    expect(items[2]).toEqual({ kind: "record", line: 3, fields: ["x", "2"] });
    expect(items).toHaveLength(2_003);
    expect(fieldsOf('a,b\nx"y,1\nz,2')).toEqual([["a", "b"], "units-csv.quote-wrong", ["z", "2"]]);
    expect(fieldsOf('a,b\n"x"y,1\nz,2')).toEqual([["a", "b"], "units-csv.quote-wrong", ["z", "2"]]);
    expect(fieldsOf('a,b\n"z,2')).toEqual([["a", "b"], "units-csv.quote-open"]);
  });

  test("a line is as long as it may be, and no longer", () => {
    expect(fieldsOf(`a\n${"x".repeat(lineLengthMax)}\nlast`)).toEqual([
      ["a"],
      ["x".repeat(lineLengthMax)],
      ["last"],
    ]);
    expect(fieldsOf(`a\n${"x".repeat(lineLengthMax + 1)}\nlast`)).toEqual([
      ["a"],
      "units-csv.line-too-long",
      ["last"],
    ]);
  });

  test("a quote never takes the lines behind it along", () => {
    expect(fieldsOf('a,b\n1,"open\n2,x\n3,"closed"\n')).toEqual([
      ["a", "b"],
      "units-csv.quote-open",
      ["2", "x"],
      ["3", "closed"],
    ]);
  });

  test("other encodings, too many bytes and too many lines end the file", () => {
    expect(recordsOf([Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x0a, 0)])).toMatchObject([
      { kind: "end", code: "units-csv.encoding-invalid" },
    ]);
    expect(recordsOf([Buffer.from("caf\u00e9,b\n1,2\n", "latin1")])).toMatchObject([
      { code: "units-csv.encoding-invalid" },
    ]);
    const limits = { bytesMax: 9, linesMax: 2 };
    expect(recordsOf([bytesOf("a\nbbb\nccccc")], limits)).toMatchObject([
      { line: 1 },
      { line: 2 },
      { line: 3, code: "units-csv.too-large" },
    ]);
    expect(recordsOf([bytesOf("a\nb\nc\n")], limits)).toMatchObject([
      { line: 1 },
      { line: 2 },
      { line: 3, code: "units-csv.too-many-lines" },
    ]);
  });

  test("what is written with quotes is read as it was, in any pieces", () => {
    const field = fc.string({
      unit: fc.constantFrom("a", "é", '"', ",", ";", " ", "€"),
      maxLength: 8,
    });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 2 }), { maxLength: 10 });
    fc.assert(
      fc.property(table, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (rows, lengths) => {
        const text = [
          "a,b",
          ...rows.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(",")),
        ].join("\r\n");
        const items = recordsOf(pieces(bytesOf(text), lengths));
        expect(items.map((item) => (item.kind === "record" ? item.fields : item.code))).toEqual([
          ["a", "b"],
          ...rows,
        ]);
      }),
      { numRuns: 300 },
    );
  });

  test("any bytes in any pieces give the same items", () => {
    const part = fc.constantFrom(
      "a",
      ",",
      ";",
      '"',
      "\n",
      "\r\n",
      "\r",
      "é",
      "x".repeat(1_500),
      '"'.repeat(3),
      "\n\n",
    );
    const texts = fc.array(part, { maxLength: 30 }).map((parts) => bytesOf(parts.join("")));
    const limits = { bytesMax: 6_000, linesMax: 20 };
    fc.assert(
      fc.property(
        fc.oneof(texts, fc.uint8Array({ maxLength: 100 })),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 }),
        (bytes, lengths) => {
          expect(recordsOf(pieces(bytes, lengths), limits)).toEqual(recordsOf([bytes], limits));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("files", () => {
  const header = "din;product code;description;expires;location;at;reason";

  test("come to units and movements", () => {
    const [head, line] = readAll(
      `${header};colour\nG1234 17 654321 [A];E0398V00;Red cells;2026-12-31;Red cells 1;2026-07-01 10:00;received;red\n`,
    );
    expect(head).toEqual({
      kind: "header",
      line: 1,
      delimiter: ";",
      columns: ["din", "productCode", "description", "expires", "appliance", "at", "reason"],
      ignored: ["colour"],
    });
    expect(line).toEqual({
      kind: "line",
      line: 2,
      unit: {
        din: "G123417654321",
        productCode: "E0398V00",
        description: "Red cells",
        expires: parseInstant("2026-12-31T22:59:00Z"),
      },
      movement: { at: parseInstant("2026-07-01T08:00:00Z"), appliance: "fridge-1", reason: "received" },
      isFirstOfUnit: true,
    });
  });

  test("scans stand in one column, and must fit what stands beside them", () => {
    const scan = "=G12341765432170=<E0398V00&>0263652359";
    expect(readAll(`scan,at\n${scan},2026-07-01T10:00:00Z\n`)[1]).toMatchObject({
      unit: { din: "G123417654321", productCode: "E0398V00", expires: parseInstant("2026-12-31T22:59:00Z") },
      movement: { appliance: null },
    });
    expect(
      codes(readAll(`scan,din\n${scan},G123417654321\n${scan},G123498654321\n=G12341765432170,\n`)),
    ).toEqual(["1 header", "2 line", "3 units-csv.labels-differ", "4 isbt.unit-incomplete"]);
  });

  test("the same line twice and lines that contradict one another are refused", () => {
    const line = (expires: string, where: string, at: string) =>
      `G123417654321;E0398V00;;${expires};${where};${at};`;
    const noon = "2026-07-01T12:00:00Z";
    const lines = [
      line("", "fridge-1", noon),
      line("", "fridge-1", noon),
      line("", "", noon),
      line("2026-12-31", "", "2026-07-01T13:00:00Z"),
      line("2026-12-30", "fridge-1", "2026-07-01T14:00:00Z"),
      line("", "", ""),
    ];
    expect(codes(readAll([header, ...lines].join("\n")))).toEqual([
      "1 header",
      "2 line",
      "3 units-csv.duplicate",
      "4 units-csv.conflict",
      "5 line",
      "6 units-csv.conflict",
      "7 units-csv.duplicate",
    ]);
  });

  test.each([
    ["", "1 units-csv.empty"],
    ["\n\n", "1 units-csv.empty"],
    ["name,colour\n", "1 units-csv.header-missing"],
    ["din,at\n", "1 units-csv.header-missing"],
    ["din,unit number,product\n", "1 units-csv.header-double"],
    ['"din,product\n', "1 units-csv.header-missing"],
  ])("%j is refused whole", (text, code) => {
    expect(codes(readAll(text))).toEqual([code]);
  });

  test("headings of the user's own are known, and dates with the day first where that is said", () => {
    const items = readAll("Beutel,product,at,wo\nG123417654321,E0398V00,1/7/2026 9:05,fridge-1\n", {
      headings: { din: "Beutel", appliance: "wo" },
      dateOrder: "day-first",
    });
    expect(items[1]).toMatchObject({
      movement: { at: parseInstant("2026-07-01T07:05:00Z"), appliance: "fridge-1" },
    });
  });

  test("any piece of any file in any pieces gives the same", () => {
    const values = fc.constantFrom(
      "G123417654321",
      "G123417654321A",
      "E0398V00",
      "=G12341765432170=<E0398V00",
      "2026-07-01 10:00",
      "2026-10-25 02:30",
      "fridge-1",
      '"a;b"',
      '"',
      "",
      "é",
    );
    const lines = fc.array(
      fc.array(values, { maxLength: 8 }).map((each) => each.join(";")),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (each, lengths) => {
        const bytes = bytesOf(["din;product;scan;appliance;at", ...each].join("\n"));
        const reader = new FeedReader(settings);
        const items = [...pieces(bytes, lengths).flatMap((piece) => reader.push(piece)), ...reader.end()];
        expect(items).toEqual(readAll(bytes));
        const numbers = items.map(({ line }) => line);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      }),
    );
  });
});

test("a preview counts all and lists some", () => {
  const lines = Array.from({ length: previewRefusalsMax + 5 }, () => "x,y");
  const sum = new PreviewSum();
  sum.add(
    readAll(
      [
        "din,product,at",
        "G123417654321,E0398V00,2026-07-01T10:00Z",
        "G123417654321,E0398V00,",
        ...lines,
      ].join("\n"),
    ),
  );
  const { refusals, ...rest } = sum.result();
  expect(rest).toMatchObject({
    lines: 1,
    movements: 0,
    units: 1,
    refused: previewRefusalsMax + 6,
    fileRefusal: null,
  });
  expect(rest.refusedByCode).toEqual({
    "units-csv.time-invalid": 1,
    "isbt.din-invalid": previewRefusalsMax + 5,
  });
  expect(refusals).toHaveLength(previewRefusalsMax);
});

describe("docs/units.md", () => {
  const page = readFileSync(new URL("../../docs/units.md", import.meta.url), "utf8");
  const block = (name: string): string =>
    new RegExp(`^\`\`\`${name}\\n([\\s\\S]*?)^\`\`\``, "m").exec(page)?.[1] ?? expect.fail(name);

  test.each(["csv taken", "csv scanned"])("the file %s is taken as it says", (name) => {
    const told = readAll(block(name)).flatMap((item) => {
      if (item.kind !== "line") return item.kind === "header" ? [] : [codes([item]).join()];
      const { unit, movement } = item;
      const where =
        movement === null ? "stays" : `${movement.appliance ?? "nowhere"} ${formatInstant(movement.at)}`;
      return [`${item.line} ${unit.din} ${unit.productCode} ${where}`];
    });
    expect(told.join("\n")).toBe(block(`text ${name}`).trim());
  });

  test("the file of refused lines is refused as it says, each with its column and its reason", () => {
    const items = readAll(block("csv refused")).filter((item) => item.kind === "refused");
    const told = items.map(({ line, column, code, why }) => `${line} ${column ?? "line"} ${code}: ${why}`);
    expect(told.join("\n")).toBe(block("text csv refused").trim());
  });

  test("every code is named", () => {
    const errors = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    const source = readFileSync(new URL("refusal.ts", import.meta.url), "utf8");
    const named = [...source.matchAll(/"(units-csv\.[a-z0-9-]+)"/g)].map(([, code]) => code ?? "");
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((code) => !errors.includes(`| \`${code}\` |`))).toEqual([]);
  });
});
