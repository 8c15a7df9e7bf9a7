/**
 * Plain data as one text, so that equal content has equal text and any other content another one: keys in order of their UTF-16 code units, numbers and texts as
 * JSON writes them, no blanks. Texts are taken as given, without Unicode normalisation: a name that is spelled with other code points is another name. A key that
 * is undefined is none. Throws a TypeError for what JSON cannot tell apart (NaN, infinities, undefined in a list, functions, symbols, bigints, objects of a class).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (Number.isFinite(value)) return JSON.stringify(value);
    throw new TypeError(`${value} is no number that JSON can tell`);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && isPlain(value)) {
    const members = Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`a ${typeof value} is no plain data`);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
