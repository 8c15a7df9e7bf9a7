import type { Interval } from "../engine/line.ts";

/** Several stretches that hang together. */
export interface Joined<Member> extends Interval {
  readonly members: readonly Member[];
}

/** What touches or overlaps, joined, in order. */
export function joined<Member extends Interval>(windows: readonly Member[]): Joined<Member>[] {
  const groups: { from: number; to: number; members: Member[] }[] = [];
  for (const window of [...windows].sort((a, b) => a.from - b.from)) {
    const last = groups[groups.length - 1];
    if (last === undefined || window.from > last.to)
      groups.push({ from: window.from, to: window.to, members: [window] });
    else {
      last.to = Math.max(last.to, window.to);
      last.members.push(window);
    }
  }
  return groups;
}
