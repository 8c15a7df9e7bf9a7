/** Whole numbers in words, for a voice. Each takes 0 to 999,999; what is more is the most, anything else is zero. */

const english = [
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
  "twenty thirty forty fifty sixty seventy eighty ninety",
].map((words) => words.split(" "));

const dutch = [
  "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
  "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
].map((words) => words.split(" "));

/** As Belgium says it: septante, quatre-vingts, nonante. */
const french = [
  "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf",
  "vingt trente quarante cinquante soixante septante quatre-vingt nonante",
].map((words) => words.split(" "));

/** Largest number that is said. */
export const spokenNumberMax = 999_999;

function clamped(value: number): number {
  return value > 0 ? Math.min(Math.round(value), spokenNumberMax) : 0;
}

/** A number in English words, e.g. `four hundred twelve`. */
export function englishNumber(given: number): string {
  const value = clamped(given);
  if (value >= 1_000) return joined(`${englishNumber(Math.floor(value / 1_000))} thousand`, value % 1_000);
  if (value >= 100) return joined(`${english[0]?.[Math.floor(value / 100)] ?? ""} hundred`, value % 100);
  if (value < 20) return english[0]?.[value] ?? "";
  return joined(english[1]?.[Math.floor(value / 10) - 2] ?? "", value % 10);
}

function joined(first: string, rest: number): string {
  return rest === 0 ? first : `${first} ${englishNumber(rest)}`;
}

/** A number in Dutch words, e.g. `vierhonderd twaalf`, `zevenendertig`. */
export function dutchNumber(given: number): string {
  const value = clamped(given);
  if (value >= 1_000) {
    const thousands = Math.floor(value / 1_000);
    const first = thousands === 1 ? "duizend" : `${dutchNumber(thousands)}duizend`;
    return value % 1_000 === 0 ? first : `${first} ${dutchNumber(value % 1_000)}`;
  }
  if (value >= 100) {
    const hundreds = Math.floor(value / 100);
    const first = hundreds === 1 ? "honderd" : `${dutch[0]?.[hundreds] ?? ""}honderd`;
    return value % 100 === 0 ? first : `${first} ${dutchNumber(value % 100)}`;
  }
  if (value < 20) return dutch[0]?.[value] ?? "";
  const ten = dutch[1]?.[Math.floor(value / 10) - 2] ?? "";
  const one = dutch[0]?.[value % 10] ?? "";
  if (value % 10 === 0) return ten;
  return `${one}${one.endsWith("e") ? "ën" : "en"}${ten}`;
}

/** A number in French words as in Belgium, e.g. `quatre cent douze`, `septante et un`. */
export function frenchNumber(given: number): string {
  const value = clamped(given);
  if (value >= 1_000) {
    const thousands = Math.floor(value / 1_000);
    const first = thousands === 1 ? "mille" : `${frenchNumber(thousands).replace(/s$/, bare)} mille`;
    return value % 1_000 === 0 ? first : `${first} ${frenchNumber(value % 1_000)}`;
  }
  if (value >= 100) {
    const hundreds = Math.floor(value / 100);
    if (value % 100 === 0) return hundreds === 1 ? "cent" : `${french[0]?.[hundreds] ?? ""} cents`;
    const first = hundreds === 1 ? "cent" : `${french[0]?.[hundreds] ?? ""} cent`;
    return `${first} ${frenchNumber(value % 100)}`;
  }
  if (value < 20) return french[0]?.[value] ?? "";
  const ten = french[1]?.[Math.floor(value / 10) - 2] ?? "";
  if (value % 10 === 0) return value === 80 ? `${ten}s` : ten;
  if (value % 10 === 1 && value !== 81) return `${ten} et un`;
  return `${ten}-${french[0]?.[value % 10] ?? ""}`;
}

/** `cents` and `vingts` lose their s before `mille`; `trois` keeps it. */
function bare(_: string, place: number, whole: string): string {
  return whole.endsWith("cents") || whole.endsWith("vingts") ? "" : whole.slice(place);
}
