import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { influxSchema, type Measurement } from "./influx-schema.ts";

test("docs/influx.md names each measurement with its tags and the types of its fields, and no other", () => {
  const page = readFileSync("docs/influx.md", "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` \| (`[^|]+) \| (`[^|]+) \|/gm)];
  const named = Object.fromEntries(
    rows.map(([, name, tags, fields]): [string, Measurement] => [
      name ?? "",
      {
        tags: [...(tags ?? "").matchAll(/`(\w+)`/g)].map(([, tag]) => tag ?? ""),
        fields: Object.fromEntries(
          [...(fields ?? "").matchAll(/`(\w+)` (float|integer|string|boolean)/g)].map(([, field, type]) => [
            field ?? "",
            type as Measurement["fields"][string],
          ]),
        ),
      },
    ]),
  );
  expect(named).toEqual(influxSchema);
});
