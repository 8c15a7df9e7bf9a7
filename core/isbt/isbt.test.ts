import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkAlphabet, checkCharacter, checkValue } from "./check-character.ts";
import { formatSymbol, readSymbol } from "./compound.ts";
import { checkOf, checksumFlags, flagMeaning, parseDin, printDin, readDin } from "./din.ts";
import { labelUnit, printUnit, unitKeyOf } from "./label-unit.ts";
import { formatLabelDate, parseLabelDate } from "./label-date.ts";
import { formatMpho, parseMpho } from "./mpho.ts";
import { readScan } from "./scan.ts";
import { formatSec, parsePrintedSec } from "./sec.ts";
import type { Structure } from "./structure.ts";

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const dinTexts = fc.stringMatching(/^[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}[0-9]{8}$/);
const dins = dinTexts.map((text) => parseDin(text) ?? expect.fail(text));
const scanText = (text: string): string => {
  const result = readScan(text);
  return result.ok ? "ok" : result.code;
};

describe("golden numbers", () => {
  test.each([
    ["G123417654321", "A", "70"],
    ["G123498654321", "H", "77"],
    ["A999921123456", "3", "63"],
    ["Z549917123456", "P", "85"],
    ["A999926000088", "*", "96"],
    ["A999926000198", "O", "84"],
    ["A999926000005", "0", "60"],
    ["A999926000079", "1", "61"],
    ["G123417654312", "C", "72"],
  ])("%s has the check character %s and the checksum flags %s", (text, check, flags) => {
    const din = parseDin(text) ?? expect.fail(text);
    expect(checkOf(din)).toBe(check);
    expect(checksumFlags(din)).toBe(flags);
    expect(readDin(`${text}${check}`, true)).toEqual({ ok: true, din, flags: null, isChecked: true });
    expect(readDin(`=${text}${flags}`, true)).toEqual({ ok: true, din, flags, isChecked: true });
    expect(readDin(`${text}${flags}${check}`).ok).toBe(true);
  });

  test("is printed with flags and boxed check character, and read back in that form and in small letters", () => {
    const din = parseDin("G123417654321") ?? expect.fail();
    expect(printDin(din, "70")).toBe("G1234 17 654321 70 [A]");
    expect(printDin(din)).toBe("G1234 17 654321 [A]");
    expect(readDin("g1234 17 654321 70 [a]", true)).toEqual({ ok: true, din, flags: "70", isChecked: true });
  });

  test.each([
    ["G123417654321C", "isbt.check-wrong"],
    ["G123417654321?", "isbt.check-wrong"],
    ["G12341765432171", "isbt.flags-wrong"],
    ["G1234176543210O", "isbt.flags-wrong"],
    ["O123417654321", "isbt.din-invalid"],
    ["0123417654321", "isbt.din-invalid"],
    ["G12341765432", "isbt.din-invalid"],
    ["=G123417654321", "isbt.din-invalid"],
    ["", "isbt.empty"],
    ["9".repeat(41), "isbt.too-long"],
  ])("%s is refused as %s", (text, code) => {
    expect(readDin(text)).toMatchObject({ ok: false, code });
  });

  test("typed without anything that proves it, it is refused where proof is asked for", () => {
    expect(readDin("G123417654321", true)).toMatchObject({ ok: false, code: "isbt.check-missing" });
    expect(readDin("G12341765432100", true)).toMatchObject({ ok: false, code: "isbt.check-missing" });
    expect(readDin("G123417654321")).toMatchObject({ ok: true, isChecked: false });
  });

  test("flags are told apart", () => {
    expect(["00", "01", "19", "05", "06", "14", "20", "59", "60", "96", "97", "AB"].map(flagMeaning)).toEqual(
      [
        "none",
        "container",
        "container",
        "second-label",
        "tube",
        "reserved",
        "local",
        "local",
        "checksum",
        "checksum",
        "reserved",
        "reserved",
      ],
    );
  });
});

describe("the check character finds", () => {
  const places = fc.record({ din: dins, at: fc.nat(13), by: fc.constantFrom(...Array.from(checkAlphabet)) });

  test("every single wrong character", () => {
    fc.assert(
      fc.property(places, ({ din, at, by }) => {
        const entry = din.text + checkOf(din);
        const damaged = entry.slice(0, at) + by + entry.slice(at + 1);
        expect(readDin(damaged).ok).toBe(damaged === entry);
      }),
    );
  });

  test("every exchange of two neighbours", () => {
    fc.assert(
      fc.property(dins, fc.nat(12), (din, at) => {
        const entry = din.text + checkOf(din);
        const damaged = entry.slice(0, at) + entry[at + 1] + entry[at] + entry.slice(at + 2);
        expect(readDin(damaged).ok).toBe(damaged === entry);
      }),
    );
  });

  test("both also in texts of capital letters and digits that are no numbers", () => {
    const texts = fc.stringMatching(/^[A-Z0-9]{2,13}$/);
    fc.assert(
      fc.property(
        texts,
        fc.nat(12),
        fc.constantFrom(...Array.from(checkAlphabet.slice(0, 36))),
        (text, place, by) => {
          const at = place % (text.length - 1);
          const other = text.slice(0, at) + by + text.slice(at + 1);
          const turned = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
          expect(checkCharacter(other) === checkCharacter(text)).toBe(other === text);
          expect(checkCharacter(turned) === checkCharacter(text)).toBe(turned === text);
        },
      ),
    );
  });

  test("equals the sum by powers of two of the standard", () => {
    fc.assert(
      fc.property(dinTexts, (text) => {
        const sum = Array.from(text).reduce(
          (total, character, index) => total + checkAlphabet.indexOf(character) * 2 ** (text.length - index),
          0,
        );
        expect(checkValue(text)).toBe((38 - (sum % 37)) % 37);
      }),
    );
  });
});

describe("dates", () => {
  test("are days in the middle of history", () => {
    expect(parseLabelDate("0183652359")).toEqual({ wall: "2018-12-31T23:59", isTimeGiven: true });
    expect(parseLabelDate("019031")).toEqual({ wall: "2019-01-31T23:59", isTimeGiven: false });
    expect(parseLabelDate("020366")?.wall).toBe("2020-12-31T23:59");
    expect(parseLabelDate("999060")?.wall).toBe("1999-03-01T23:59");
  });

  test.each(["019366", "019000", "020367", "0183652400", "0183652360", "01903", "01903123", "0190a1"])(
    "%s is none",
    (text) => {
      expect(parseLabelDate(text)).toBeNull();
    },
  );

  test("read as they were written", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{3}[0-3][0-9]{2}([0-2][0-9][0-5][0-9])?$/), (text) => {
        const date = parseLabelDate(text);
        if (date !== null) expect(formatLabelDate(date)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

const golden = [
  "=+04000=/A9997XYZ100T0479=A99991712345600=,000012=>019031",
  "=+05000=Z54991712345600=%T300=<T0416003&>0183652359&,4PL001499Z549917123456A00T041600320181231",
];

describe("compound messages", () => {
  test.each(golden)("%s is read and written the same", (text) => {
    const result = readSymbol(text);
    if (!result.ok) expect.fail(result.why);
    expect(formatSymbol(result.symbol)).toBe(text);
  });

  test("what they hold is named", () => {
    const result = readSymbol(golden[0] ?? "");
    expect(result.ok && result.symbol.structures).toMatchObject([
      { kind: "other", name: "processor's product", content: "A9997XYZ100T0479" },
      {
        kind: "din",
        din: { text: "A999917123456", facility: "A9999", year: "17", serial: "123456" },
        flags: "00",
      },
      { kind: "division", division: "000012" },
      { kind: "expiry", date: { wall: "2019-01-31T23:59" } },
    ]);
  });

  test("a wrong count is refused", () => {
    expect(scanText("=+05000=/A9997XYZ100T0479=A99991712345600=,000012=>019031")).toBe("isbt.compound-count");
    expect(scanText("=+01000=>019031=>019031")).toBe("isbt.compound-count");
    expect(scanText("=+00000")).toBe("isbt.compound-count");
  });

  test("national structures and nested messages are refused in them", () => {
    expect(scanText("=+02000=A99991712345600&aXYZ")).toBe("isbt.compound-invalid");
    expect(scanText("=+01000=+01000=>019031")).toBe("isbt.compound-invalid");
    expect(scanText("=+x1000=>019031")).toBe("isbt.compound-invalid");
  });

  test.each(golden)("every cut of %s is refused", (text) => {
    for (let length = 0; length < text.length; length += 1)
      expect(readScan(text.slice(0, length)).ok).toBe(false);
  });
});

describe("scans", () => {
  test("lose prefixes, control characters and blanks around them", () => {
    for (const text of [
      "]C0=G12341765432170",
      "]d2=G12341765432170\r\n",
      "\u0002=G12341765432170\u0003",
      " =g12341765432170 ",
    ]) {
      expect(readScan(text)).toMatchObject({ ok: true, structures: [{ kind: "din", flags: "70" }] });
    }
  });

  test("hold concatenated pairs and several barcodes", () => {
    const pair = readScan("]C4=G12341765432170=%6200");
    expect(pair.ok && pair.structures).toMatchObject([
      { kind: "din" },
      { kind: "group", group: "62", phenotype: "0" },
    ]);
    const several = readScan("=G12341765432170\r=<E0398V00\t&>0183652359\r");
    expect(several.ok && several.symbols.map(({ structures }) => structures[0]?.kind)).toEqual([
      "din",
      "product",
      "expiry",
    ]);
  });

  test("keep what is unknown or a nation's, and name it so", () => {
    const result = readScan("=?ABC12=<E0398V00&aNOTE&;77");
    expect(result.ok && result.structures).toMatchObject([
      { kind: "unknown", identifier: "=?", content: "ABC12" },
      { kind: "product" },
      { kind: "national", identifier: "&a", content: "NOTE" },
      { kind: "national", identifier: "&;", content: "77" },
    ]);
  });

  test.each([
    ["", "isbt.empty"],
    ["\r\n", "isbt.empty"],
    ["]C0", "isbt.empty"],
    ["]C1010541234", "isbt.symbology-other"],
    ["4006381333931", "isbt.not-isbt"],
    ["-G&é\"'&è§(é'(\"", "isbt.keyboard-layout"],
    ["=G&é\"'&è-('\"é&èà", "isbt.keyboard-layout"],
    ["=G!@#$!&^%$#@!&)", "isbt.keyboard-layout"],
    ["-G12341765432170", "isbt.keyboard-layout"],
    ["=<e0398v00", "isbt.case-damaged"],
    ["=<E0398V0", "isbt.truncated"],
    ["=<E039AV00", "isbt.product-invalid"],
    ["=<E0398VaA", "isbt.product-invalid"],
    ["=G1234176543217", "isbt.truncated"],
    ["=G1234 7654321 0", "isbt.din-invalid"],
    ["=G12341765432171", "isbt.flags-wrong"],
    ["=>019366", "isbt.date-invalid"],
    ["=%A-00", "isbt.group-invalid"],
    ["=,00 012", "isbt.division-invalid"],
    ["=>019031X", "isbt.rest-unread"],
    ["=>019031 =%6200", "isbt.rest-unread"],
    ["=?\u00ff", "isbt.character-invalid"],
    ["=".repeat(2_001), "isbt.too-long"],
    ["SEC: PL001499Z549917123456 A00T041600320171231", "isbt.sec-not-blood"],
    ["&,4PL001499Z549917123456X00T041600320181231", "isbt.sec-not-blood"],
  ])("%j is refused as %s", (text, code) => {
    expect(scanText(text)).toBe(code);
  });

  test("no text makes them throw, and every refusal says why", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
      fc
        .array(fc.constantFrom("=", "&", "=+02000", "=<", "&,", "=>", "&#", "&$", "0", "12", "A", "\r"), {
          maxLength: 30,
        })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const result = readScan(text);
        expect(result.ok ? "" : result.why).toMatch(result.ok ? /^$/ : /\.$/);
        readDin(text);
        parseMpho(text);
      }),
      { numRuns: 1_000 },
    );
  });
});

const products = fc.stringMatching(/^[EF][0-9]{4}[A-Za-z0-9][A-Z0-9][a-z0-9]$/);
const structureTexts = fc.oneof(
  dinTexts.map((text) => `=${text}00`),
  products.map((text) => `=<${text}`),
  digits(6).map((text) => `=,${text}`),
  fc.constantFrom("=>019031", "&>0183652359", "=*020001", "&}0200010000", "=%6200", "&(00042", "&#010312A"),
);
const rows = fc.array(structureTexts, { minLength: 1, maxLength: 12 });

describe("labels", () => {
  test("are read as they were written, and every cut of a compound message is refused", () => {
    fc.assert(
      fc.property(rows, (row) => {
        const text = `=+${String(row.length).padStart(2, "0")}000${row.join("")}`;
        const result = readSymbol(text);
        if (!result.ok) expect.fail(result.why);
        expect(result.symbol.structures).toHaveLength(row.length);
        expect(formatSymbol(result.symbol)).toBe(text);
        expect(readSymbol(formatSymbol(result.symbol))).toEqual(result);
        for (let length = 0; length < text.length; length += 1)
          expect(readScan(text.slice(0, length)).ok).toBe(false);
      }),
    );
  });

  const structuresOf = (text: string): readonly Structure[] => {
    const result = readScan(text);
    return result.ok ? result.structures : expect.fail(result.why);
  };

  test("tell one unit", () => {
    const result = labelUnit(structuresOf("=G12341765432170=%6200\r=<E0398V00&>0183652359"));
    if (!result.ok) expect.fail(result.why);
    expect(unitKeyOf(result.unit)).toEqual({ din: "G123417654321", productCode: "E0398V00" });
    expect(printUnit(result.unit)).toBe("G1234 17 654321 70 [A] E0398V00");
    expect(result.unit).toMatchObject({ expiry: { wall: "2018-12-31T23:59" }, group: "62", division: null });
  });

  test("a division of its own becomes part of the identity", () => {
    const result = labelUnit(structuresOf("=G12341765432170=<E0398V99=,000012"));
    expect(result.ok && unitKeyOf(result.unit).productCode).toBe("E0398V99000012");
  });

  test.each([
    ["=G12341765432170", "isbt.unit-incomplete"],
    ["=<E0398V00", "isbt.unit-incomplete"],
    ["=G12341765432170=<E0398V99", "isbt.unit-incomplete"],
    ["=G12341765432170=<E0398V00=G12349865432177", "isbt.unit-ambiguous"],
    ["=G12341765432170=<E0398V00=<E0398V99", "isbt.unit-ambiguous"],
    [golden[1] ?? "", "isbt.sec-not-blood"],
  ])("%s is no unit: %s", (text, code) => {
    expect(labelUnit(structuresOf(text))).toMatchObject({ ok: false, code });
  });
});

describe("identifiers around ISBT 128", () => {
  test("an MPHO identifier is read and written", () => {
    const text = "A9999E0398A999921123456A00000";
    const result = parseMpho(text);
    if (!result.ok) expect.fail(result.why);
    expect(result.mpho).toMatchObject({
      facility: "A9999",
      description: "E0398",
      din: { text: "A999921123456" },
      division: "A00000",
    });
    expect(formatMpho(result.mpho)).toBe(text);
    for (const bad of [
      text.slice(1),
      `${text}0`,
      text.replace("E0398", "e0398"),
      text.replace("A00000", "A 0000"),
    ])
      expect(parseMpho(bad)).toMatchObject({ ok: false, code: "isbt.mpho-invalid" });
  });

  test("a Single European Code is told apart", () => {
    const sec = parsePrintedSec("SEC: PL001499Z549917123456 A00T041600320171231") ?? expect.fail();
    expect(sec).toMatchObject({
      country: "PL",
      establishment: "001499",
      system: "A",
      split: "003",
      expiry: "20171231",
    });
    expect(formatSec(sec)).toBe("PL001499Z549917123456A00T041600320171231");
    expect(parsePrintedSec("SEC: PL001499Z549917123456 A00T041600320171331")).toBeNull();
  });
});
