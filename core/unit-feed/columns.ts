/** What a column of the file can be. */
export const columns = [
  "din",
  "productCode",
  "scan",
  "description",
  "expires",
  "appliance",
  "at",
  "reason",
] as const;

/** One kind of column. */
export type Column = (typeof columns)[number];

/** Where each column stands in a record, from 0. */
export type ColumnPlaces = Readonly<Partial<Record<Column, number>>>;

/** Headings by which a column is known without being told, letters and digits alone, in English, Dutch, French and German. */
const headings: Readonly<Record<Column, readonly string[]>> = {
  din: [
    "din",
    "donation",
    "donationnumber",
    "donationidentificationnumber",
    "unitnumber",
    "donatienummer",
    "numerodedon",
    "spendennummer",
  ],
  productCode: ["productcode", "product", "component", "componentcode", "codeproduit", "produktcode"],
  scan: ["scan", "barcode", "label", "compoundmessage", "streepjescode", "codebarres"],
  description: ["description", "productname", "omschrijving", "libelle", "bezeichnung"],
  expires: [
    "expires",
    "expiry",
    "expirydate",
    "expirationdate",
    "expiration",
    "vervaldatum",
    "peremption",
    "verfall",
  ],
  appliance: [
    "appliance",
    "location",
    "storage",
    "refrigerator",
    "freezer",
    "toestel",
    "locatie",
    "emplacement",
    "lagerort",
  ],
  at: ["at", "time", "movedat", "datetime", "tijdstip", "tijd", "date", "heure", "zeitpunkt"],
  reason: ["reason", "remark", "comment", "reden", "raison", "grund"],
};

/** What a header says: places of the columns, and headings that mean nothing here. */
export interface Header {
  readonly places: ColumnPlaces;
  readonly ignored: readonly string[];
  /** A column that two headings name; null where there is none. */
  readonly double: Column | null;
}

const plain = (heading: string): string =>
  heading
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");

/** Reads a header. `named` gives columns headings of the user's own; the known ones apply beside them. */
export function readHeader(
  fields: readonly string[],
  named: Readonly<Partial<Record<Column, string>>> = {},
): Header {
  const places: Partial<Record<Column, number>> = {};
  const ignored: string[] = [];
  let double: Column | null = null;
  for (const [place, field] of fields.entries()) {
    const column = columnOf(plain(field), named);
    if (column === null) {
      if (field.trim() !== "") ignored.push(field.trim());
    } else if (places[column] === undefined) places[column] = place;
    else double = column;
  }
  return { places, ignored, double };
}

function columnOf(heading: string, named: Readonly<Partial<Record<Column, string>>>): Column | null {
  const own = columns.find((column) => named[column] !== undefined && plain(named[column]) === heading);
  return (
    own ?? columns.find((column) => named[column] === undefined && headings[column].includes(heading)) ?? null
  );
}
