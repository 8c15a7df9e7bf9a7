import { type Din, readDin } from "./din.ts";
import { formatLabelDate, type LabelDate, parseLabelDate } from "./label-date.ts";
import { parseDivision, parseProductCode, type ProductCode } from "./product-code.ts";
import { type IsbtRefusal, refuse } from "./refusal.ts";
import { formatSec, parseSec, type Sec } from "./sec.ts";

/** One data structure of a label. What Coldkeep has no use for is kept as it came: `other` with its name, `national` and `unknown` without. */
export type Structure =
  | { readonly kind: "din"; readonly din: Din; readonly flags: string }
  | { readonly kind: "product"; readonly product: ProductCode }
  | { readonly kind: "division"; readonly division: string }
  | { readonly kind: "expiry" | "collection" | "production"; readonly date: LabelDate }
  /** The code of ABO and RhD as it stands; the table of its meanings is the user's. */
  | { readonly kind: "group"; readonly group: string; readonly phenotype: string; readonly reserved: string }
  /** The Single European Code of tissues and cells: known, but never a blood unit's. */
  | { readonly kind: "sec"; readonly sec: Sec }
  | {
      readonly kind: "other";
      readonly identifier: string;
      readonly name: string;
      readonly content: string;
    }
  | { readonly kind: "national" | "unknown"; readonly identifier: string; readonly content: string };

/** A structure taken from the beginning of a text, and the rest of the text. */
export type StructureResult =
  | { readonly ok: true; readonly structure: Structure; readonly rest: string }
  | IsbtRefusal;

/** How long a structure's content is: fixed, told by its first digits, or not laid down (up to the next structure). */
type Length = number | ((content: string) => number | null);

const others: Readonly<Record<string, { readonly name: string; readonly length: Length }>> = {
  "&(": { name: "special testing", length: 5 },
  "={": { name: "red cell antigens, retired", length: 18 },
  "=\\": { name: "red cell antigens", length: 18 },
  "&\\": { name: "red cell antigens, Finnish", length: 18 },
  "&{": { name: "platelet antigens", length: 18 },
  "=[": { name: "HLA-A and HLA-B alleles, retired", length: 18 },
  '="': { name: "HLA-DRB1 alleles, retired", length: 18 },
  "=)": { name: "container maker and catalogue number", length: 10 },
  "&)": { name: "container lot", length: 10 },
  "=;": { name: "donor", length: 21 },
  "='": { name: "staff member", length: 11 },
  "=-": { name: "item maker and catalogue number", length: 10 },
  "&-": { name: "item lot", length: 10 },
  "=#": { name: "patient's date of birth", length: 10 },
  "&#": { name: "patient", length: (content) => counted(content, 2, 2, 1) },
  "=]": { name: "expiry month", length: 6 },
  '&"': { name: "infection markers", length: 18 },
  "=$": { name: "consignment", length: 16 },
  "&$": { name: "dimensions", length: (content) => counted(content, 0, 2, 14) },
  "&%": { name: "red cell antigens with history", length: (content) => counted(content, 0, 3, 10) },
  "=(": { name: "flexible date and time", length: 16 },
  "&+": { name: "processing facility", length: 11 },
  "=/": { name: "processor's product", length: 16 },
  "&,1": { name: "MPHO lot", length: 18 },
  "&,2": { name: "MPHO supplemental number", length: 18 },
  "&,3": { name: "donor registration, retired", length: 19 },
  "&:": { name: "donor registration", length: 19 },
  "&/": { name: "chain of identity", length: 15 },
};

/** Data identifiers that Coldkeep reads to the end; their contents' lengths. */
const read: Readonly<Record<string, number>> = {
  "=%": 4,
  "=<": 8,
  "=,": 6,
  "=>": 6,
  "&>": 10,
  "=*": 6,
  "&*": 10,
  "=}": 6,
  "&}": 10,
  "&,4": 40,
};

/** Characters of a donation identification number on the wire after `=`: the number and its flags. */
const dinWireLength = 15;

function counted(content: string, skip: number, digits: number, each: number): number | null {
  const count = content.slice(skip, skip + digits);
  return count.length === digits && /^\d+$/.test(count) ? skip + digits + Number(count) * each : null;
}

/** Takes the structure with which a text begins. The text is printable ASCII. */
export function takeStructure(text: string): StructureResult {
  if (!/^[=&]/.test(text))
    return refuse(
      "isbt.rest-unread",
      `After what was read comes "${text.slice(0, 20)}", which begins no structure.`,
    );
  if (/^=[A-Za-z0-9]/.test(text)) return takeDin(text);
  const identifier = text.startsWith("&,") ? text.slice(0, 3) : text.slice(0, 2);
  if (identifier.length < (text.startsWith("&,") ? 3 : 2))
    return refuse("isbt.truncated", "The text ends within a data identifier. Scan again.");
  const known = read[identifier] ?? others[identifier]?.length;
  return known === undefined ? takeOpen(text, identifier) : takeKnown(text, identifier, known);
}

function takeDin(text: string): StructureResult {
  const content = text.slice(1, 1 + dinWireLength);
  if (content.length < dinWireLength)
    return refuse("isbt.truncated", "The text ends within the donation identification number. Scan again.");
  if (!/^[A-Za-z0-9]+$/.test(content))
    return refuse("isbt.din-invalid", `${content} is no donation identification number with its flags.`);
  const entry = readDin(content);
  if (!entry.ok) return entry;
  return {
    ok: true,
    structure: { kind: "din", din: entry.din, flags: entry.flags ?? "00" },
    rest: text.slice(1 + dinWireLength),
  };
}

function takeOpen(text: string, identifier: string): StructureResult {
  const next = text.slice(identifier.length).search(/[=&]/);
  const end = next < 0 ? text.length : identifier.length + next;
  const kind = /^&[a-z;!]/.test(identifier) ? "national" : "unknown";
  return {
    ok: true,
    structure: { kind, identifier, content: text.slice(identifier.length, end) },
    rest: text.slice(end),
  };
}

function takeKnown(text: string, identifier: string, known: Length): StructureResult {
  const after = text.slice(identifier.length);
  const length = typeof known === "number" ? known : known(after);
  if (length === null || after.length < length)
    return refuse("isbt.truncated", `The text ends within the structure ${identifier}. Scan again.`);
  const structure = contentOf(identifier, after.slice(0, length));
  return "code" in structure ? structure : { ok: true, structure, rest: after.slice(length) };
}

function contentOf(identifier: string, content: string): Structure | IsbtRefusal {
  switch (identifier) {
    case "=<": {
      const result = parseProductCode(content);
      return result.ok ? { kind: "product", product: result.product } : result;
    }
    case "=,": {
      const division = parseDivision(content);
      if (division !== null) return { kind: "division", division };
      return refuse(
        "isbt.division-invalid",
        `${content} is no product division: it has 6 letters or digits.`,
      );
    }
    case "=%": {
      const [, group, phenotype, reserved] = /^([A-Za-z0-9]{2})([A-Z0-9])([A-Z0-9])$/.exec(content) ?? [];
      if (group === undefined || phenotype === undefined || reserved === undefined)
        return refuse("isbt.group-invalid", `${content} is no blood group code.`);
      return { kind: "group", group, phenotype, reserved };
    }
    case "&,4": {
      const sec = parseSec(content);
      return sec === null
        ? refuse("isbt.sec-not-blood", "This is no Single European Code, and blood never has one.")
        : { kind: "sec", sec };
    }
    default:
      return dateOrOther(identifier, content);
  }
}

const dateKinds = { ">": "expiry", "*": "collection", "}": "production" } as const;

function dateOrOther(identifier: string, content: string): Structure | IsbtRefusal {
  const other = others[identifier];
  if (other !== undefined) return { kind: "other", identifier, name: other.name, content };
  const date = parseLabelDate(content);
  const kind = dateKinds[identifier.slice(1) as keyof typeof dateKinds];
  return date === null
    ? refuse("isbt.date-invalid", `${content} names no day (century, year, day of the year) or no time.`)
    : { kind, date };
}

/** Writes a structure as it stands in a barcode. */
export function formatStructure(structure: Structure): string {
  switch (structure.kind) {
    case "din":
      return `=${structure.din.text}${structure.flags}`;
    case "product":
      return `=<${structure.product.text}`;
    case "division":
      return `=,${structure.division}`;
    case "group":
      return `=%${structure.group}${structure.phenotype}${structure.reserved}`;
    case "sec":
      return `&,4${formatSec(structure.sec)}`;
    case "expiry":
    case "collection":
    case "production": {
      const sign = { expiry: ">", collection: "*", production: "}" }[structure.kind];
      return `${structure.date.isTimeGiven ? "&" : "="}${sign}${formatLabelDate(structure.date)}`;
    }
    case "other":
    case "national":
    case "unknown":
      return structure.identifier + structure.content;
  }
}
