/** A closed run of sequence numbers. */
export type Range = readonly [first: number, last: number];

/** Sorted, disjoint, never adjoining runs. */
export type Ranges = readonly Range[];

/** True where `value` lies in one of the runs. */
export function holds(ranges: Ranges, value: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (value < range[0]) high = middle - 1;
    else if (value > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

/** The runs with one more run added; what overlaps or adjoins melts together. */
export function withRange(ranges: Ranges, added: Range): Ranges {
  const end = ranges.at(-1);
  if (end === undefined || added[0] > end[1] + 1) return [...ranges, added];
  if (added[0] === end[1] + 1) return [...ranges.slice(0, -1), [end[0], added[1]]];
  let [first, last] = added;
  const before: Range[] = [];
  const after: Range[] = [];
  for (const range of ranges) {
    if (range[1] + 1 < first) before.push(range);
    else if (range[0] - 1 > last) after.push(range);
    else {
      first = Math.min(first, range[0]);
      last = Math.max(last, range[1]);
    }
  }
  return [...before, [first, last], ...after];
}

/** The runs without one number. */
export function withoutValue(ranges: Ranges, value: number): Ranges {
  if (!holds(ranges, value)) return ranges;
  return ranges.flatMap((range): Range[] => {
    if (value < range[0] || value > range[1]) return [range];
    const parts: Range[] = [];
    if (range[0] < value) parts.push([range[0], value - 1]);
    if (range[1] > value) parts.push([value + 1, range[1]]);
    return parts;
  });
}

/** The union of two sets of runs. */
export function union(one: Ranges, other: Ranges): Ranges {
  let result = one;
  for (const range of other) result = withRange(result, range);
  return result;
}

/** The runs of `first..last` that are not in `ranges`, in order. */
export function missingIn(ranges: Ranges, first: number, last: number): Ranges {
  const missing: Range[] = [];
  let next = first;
  for (const range of ranges) {
    if (range[1] < next) continue;
    if (range[0] > last) break;
    if (range[0] > next) missing.push([next, range[0] - 1]);
    next = range[1] + 1;
  }
  if (next <= last) missing.push([next, last]);
  return missing;
}

/** How many numbers the runs hold together. */
export function sizeOf(ranges: Ranges): number {
  let size = 0;
  for (const range of ranges) size += range[1] - range[0] + 1;
  return size;
}
