import { expect, test } from "vitest";
import {
  fillShelves,
  issueOne,
  ordinaryHappening,
  shelves,
  type Happened,
  type Post,
  type Stock,
} from "./stock.ts";

const at = Temporal.Instant.from("2026-11-22T02:10:00Z").epochMilliseconds;

/** What an honest reader of the posts would believe to be where. */
function replay(posts: readonly Post[]): Map<string, string | null> {
  const where = new Map<string, string | null>();
  const registered = new Set<string>();
  for (const post of posts) {
    if (post.kind === "register") {
      expect(registered.has(post.unit.din)).toBe(false);
      registered.add(post.unit.din);
    } else {
      expect(registered).toContain(post.movement.din);
      expect(where.get(post.movement.din) ?? "").not.toBe(post.movement.appliance);
      where.set(post.movement.din, post.movement.appliance);
    }
  }
  return where;
}

function booksOf(stock: Stock): Map<string, string> {
  const all = Object.entries(stock.inside);
  return new Map(all.flatMap(([appliance, units]) => units.map(({ din }) => [din, appliance] as const)));
}

test("every shelf is filled with its units, all within the day before, under valid numbers", () => {
  const { stock, posts } = fillShelves(1, at);
  for (const { appliance, count } of shelves) expect(stock.inside[appliance]).toHaveLength(count);
  for (const post of posts) {
    if (post.kind === "register") {
      expect(post.unit.din).toMatch(/^A999926\d{6}$/);
      expect(post.unit.productCode).toMatch(/^E\d{4}[A-Z]\d\d$/);
      expect(Date.parse(post.unit.expires)).toBeGreaterThan(at);
    } else {
      const movedAt = Date.parse(post.movement.at);
      expect(movedAt).toBeLessThan(at);
      expect(movedAt).toBeGreaterThan(at - 24 * 3_600_000);
    }
  }
  expect(new Map(replay(posts))).toEqual(booksOf(stock));
});

test("the same seed fills the same, another one not", () => {
  expect(fillShelves(1, at)).toEqual(fillShelves(1, at));
  expect(fillShelves(2, at).posts).not.toEqual(fillShelves(1, at).posts);
});

test("through a thousand happenings the books and what the server was told agree, and the stock stays as large", () => {
  let happened: Happened = fillShelves(3, at);
  const posts = [...happened.posts];
  const full = booksOf(happened.stock).size;
  for (let count = 1; count <= 1_000; count += 1) {
    happened = ordinaryHappening(happened.stock, at + count * 25_000);
    posts.push(...happened.posts);
    expect(happened.stock.nextHappening).toBe(count);
  }
  const where = [...replay(posts)].filter(([, appliance]) => appliance !== null);
  expect(new Map(where)).toEqual(booksOf(happened.stock));
  expect(where.length).toBeGreaterThan(full - 40);
  expect(where.length).toBeLessThan(full + 120);
  expect(posts.some((post) => post.kind === "move" && post.movement.appliance === null)).toBe(true);
});

test("one unit of an appliance can be issued until none is left", () => {
  let stock = fillShelves(1, at).stock;
  const count = stock.inside["box-1"]?.length ?? 0;
  for (let index = 0; index < count; index += 1) stock = issueOne(stock, "box-1", at)?.stock ?? stock;
  expect(stock.inside["box-1"]).toEqual([]);
  expect(issueOne(stock, "box-1", at)).toBeNull();
});
