import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { signedText } from "./signature.ts";

const content = fc.jsonValue({ maxDepth: 4 });

/** The same data with the keys of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, shuffled(each)]),
  );
}

/** The paths of all leaves. */
function leaves(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]));
}

function changedAt(
  value: unknown,
  [key, ...rest]: readonly string[],
  change: (leaf: unknown) => unknown,
): unknown {
  if (key === undefined) return change(value);
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  const record = copy as Record<string, unknown>;
  Object.defineProperty(record, key, {
    value: changedAt(record[key], rest, change),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
}

test("equal content has equal text in whatever order its keys stand, and the text gives the content back", () => {
  fc.assert(
    fc.property(content, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(shuffled(value))).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test("another leaf, another key, another kind or another subject is another text", () => {
  fc.assert(
    fc.property(content, content, fc.nat(), (value, other, pick) => {
      const paths = leaves(value);
      const path = paths[pick % Math.max(1, paths.length)] ?? [];
      const changed = changedAt(value, path, (leaf) => (Object.is(leaf, other) ? [leaf] : other));
      const isOther = JSON.stringify(shuffled(value)) !== JSON.stringify(shuffled(changed));
      if (isOther) expect(canonicalJson(changed)).not.toBe(canonicalJson(value));
      const what = { subjectKind: "excursion", subject: "e1", content: value };
      expect(signedText({ ...what, subject: "e2" })).not.toBe(signedText(what));
      expect(signedText({ ...what, subjectKind: "trail" })).not.toBe(signedText(what));
      expect(signedText({ ...what, content: [value] })).not.toBe(signedText(what));
    }),
  );
});

test("numbers, keys and texts are written in one way", () => {
  expect(canonicalJson({ b: [1, 1e21, -0, 0.1], a: "é", é: "e\u0301", z: undefined })).toBe(
    '{"a":"é","b":[1,1e+21,0,0.1],"é":"e\u0301"}',
  );
});

test.each([
  Number.NaN,
  Number.POSITIVE_INFINITY,
  undefined,
  [undefined],
  1n,
  () => 1,
  Symbol("s"),
  new Map(),
])("what JSON cannot tell apart is refused: %s", (value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
  expect(() => canonicalJson({ value: [value] })).toThrow(TypeError);
});
