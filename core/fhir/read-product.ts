import { parseMpho } from "../isbt/mpho.ts";
import { dividedElsewhere, parseDivision, parseProductCode } from "../isbt/product-code.ts";
import { identify, type Numberings } from "../numbering/numbering.ts";
import { type EpochMs, parseInstant } from "../time/millis.ts";
import type { WallClock } from "../time/wall-time.ts";
import { type FhirRefusal, refuse } from "./outcome.ts";
import { readOwnProperties } from "./own-properties.ts";
import { type FhirProduct, productSchema } from "./product.ts";
import { type OwnWord, productStatuses, type ProductStatus } from "./words.ts";
import { collectionSystem, dinSystem, mphoSystem, otherDinSystem } from "./systems.ts";

/** How products are read. */
export interface FhirSettings {
  readonly numberings: Numberings;
  /** The clock of the site: an expiry that is a day ends there. */
  readonly clock: WallClock;
  /** Identifier systems, beside those of ISBT 128, whose values are numbers of units. */
  readonly dinSystems: readonly string[];
}

/** A unit as a product tells it. */
export interface FhirUnit {
  readonly din: string;
  readonly productCode: string;
  readonly description: string | null;
  readonly expires: EpochMs | null;
  /** What the other system says of it; null where it says nothing that FHIR knows. */
  readonly productStatus: ProductStatus | null;
  readonly own: OwnWord | null;
}

/** The outcome of reading a product. */
export type ProductResult = { readonly ok: true; readonly unit: FhirUnit } | FhirRefusal;

const root = "BiologicallyDerivedProduct";

/** Reads a `BiologicallyDerivedProduct`, parsed from JSON. Never throws, whatever the value. */
export function readProduct(value: unknown, settings: FhirSettings): ProductResult {
  const parsed = productSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse("fhir.shape-invalid", pathOf(issue?.path ?? []), `${issue?.message ?? "not a product"}.`);
  }
  const product = parsed.data;
  const number = readNumber(product, settings);
  if (typeof number !== "string") return number;
  const code = readCode(product, settings);
  if (typeof code !== "string") return code;
  const known = identify(settings.numberings, number, code);
  if (!known.ok) return refuse(known.code, `${root}.productCode`, known.why);
  const clash = mphoClash(product, number, code);
  if (clash !== null) return clash;
  const expires = readExpiry(product.expirationDate, settings.clock);
  if (expires !== null && typeof expires !== "number") return expires;
  return {
    ok: true,
    unit: {
      din: number,
      productCode: code,
      description:
        product.productCode?.text ?? codings(product).find(({ display }) => display)?.display ?? null,
      expires,
      productStatus: productStatuses.find((status) => status === product.productStatus?.code) ?? null,
      own: readOwnProperties(product.property ?? []),
    },
  };
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => text + (typeof part === "number" ? `[${part}]` : `.${String(part)}`),
    root,
  );
}

const codings = (product: FhirProduct) => product.productCode?.coding ?? [];

const mphoOf = (product: FhirProduct): string | undefined =>
  product.identifier?.find(({ system }) => system === mphoSystem)?.value;

function readNumber(product: FhirProduct, settings: FhirSettings): string | FhirRefusal {
  const systems = [dinSystem, otherDinSystem, ...settings.dinSystems];
  const candidates = [product.biologicalSourceEvent, ...(product.identifier ?? [])];
  const told = candidates.flatMap((each) =>
    each?.value !== undefined && systems.includes(each.system ?? "") ? [each.value] : [],
  );
  if (told.length === 0 && product.biologicalSourceEvent?.value !== undefined)
    told.push(product.biologicalSourceEvent.value);
  const mpho = mphoOf(product);
  if (mpho !== undefined) {
    const result = parseMpho(mpho);
    if (!result.ok) return refuse(result.code, `${root}.identifier`, result.why);
    told.push(result.mpho.din.text);
  }
  const [number] = told;
  if (number === undefined)
    return refuse(
      "fhir.identity-missing",
      `${root}.biologicalSourceEvent`,
      "The donation identification number is missing: in biologicalSourceEvent, or an identifier of a known system.",
    );
  return told.every((each) => each === number)
    ? number
    : refuse(
        "fhir.identity-differs",
        `${root}.identifier`,
        `The product carries different numbers: ${told.join(", ")}.`,
      );
}

/** Puts the product code together: of 8 characters as it is; of 5 with the collection type and the division from their own elements. */
function readCode(product: FhirProduct, { numberings }: FhirSettings): string | FhirRefusal {
  const codes = codings(product).flatMap(({ code }) => code ?? []);
  const whole = codes.find((code) => parseProductCode(code).ok);
  if (numberings.isbt128 && whole !== undefined) return withDivision(product, whole);
  const description = codes.find((code) => code.length === 5) ?? mphoOf(product)?.slice(5, 10);
  const collection = collectionOf(product);
  const division = product.division ?? mphoOf(product)?.slice(23);
  if (numberings.isbt128 && description !== undefined && collection !== undefined && division !== undefined) {
    const short = division.slice(2) === "0000" ? division.slice(0, 2) : dividedElsewhere;
    return withDivision({ ...product, division }, `${description}${collection}${short}`);
  }
  const [other] = codes;
  if (other !== undefined && numberings.others.length > 0) return other;
  return refuse(
    "fhir.identity-missing",
    `${root}.productCode`,
    "The product code is missing: 8 characters, or the product description code with the collection type and the division in their own elements.",
  );
}

function collectionOf(product: FhirProduct): string | undefined {
  return product.property
    ?.flatMap(({ valueCodeableConcept }) => valueCodeableConcept?.coding ?? [])
    .find(({ system }) => system === collectionSystem)?.code;
}

function withDivision({ division }: FhirProduct, code: string): string | FhirRefusal {
  const place = `${root}.division`;
  const result = parseProductCode(code);
  if (!result.ok) return refuse(result.code, `${root}.productCode`, result.why);
  if (division !== undefined && parseDivision(division) === null)
    return refuse("isbt.division-invalid", place, "A division has 6 letters or digits.");
  if (result.product.division !== dividedElsewhere) {
    return division === undefined || division === `${result.product.division}0000`
      ? code
      : refuse(
          "fhir.identity-differs",
          place,
          `The product code says division ${result.product.division}, the element ${division}.`,
        );
  }
  if (division === undefined)
    return refuse("fhir.identity-missing", place, "The product is divided: its division is missing.");
  return code + division;
}

function mphoClash(product: FhirProduct, din: string, code: string): FhirRefusal | null {
  const mpho = mphoOf(product);
  if (mpho === undefined) return null;
  const division = code.length > 8 ? code.slice(8) : `${code.slice(6, 8)}0000`;
  return mpho.slice(5) === code.slice(0, 5) + din + division
    ? null
    : refuse(
        "fhir.identity-differs",
        `${root}.identifier`,
        "The MPHO identifier is another product's than number, product code and division.",
      );
}

const partialDate = /^\d{4}-\d{2}-\d{2}$/;

function readExpiry(text: string | undefined, clock: WallClock): EpochMs | FhirRefusal | null {
  if (text === undefined) return null;
  const exact = parseInstant(text);
  if (exact !== null) return exact;
  const day = partialDate.test(text) ? clock.instant(`${text}T23:59`) : null;
  if (day?.ok === true) return day.at;
  return refuse(
    "fhir.expiry-invalid",
    `${root}.expirationDate`,
    "An expiry has its time zone, or is a day; a month or a year is not enough.",
  );
}
