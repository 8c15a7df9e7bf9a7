import { expect, test } from "vitest";
import { parseInstant } from "../time/millis.ts";
import { isFullTopic, tasmota } from "./tasmota.ts";

function timeOf(time: string, timeZone: string | null): number | null | string {
  const dialect = tasmota({ fullTopic: "%prefix%/%topic%/", timeZone });
  const payload = Buffer.from(JSON.stringify({ Time: time, DS18B20: { Temperature: 4 } }));
  const parsed = dialect.parse("tele/a/SENSOR", payload);
  return parsed.ok ? (parsed.observations[0]?.at ?? null) : parsed.code;
}

test("local time is a time only with a zone, and not in the hour that the clocks show twice or never", () => {
  expect(timeOf("2026-11-22T03:10:00", null)).toBeNull();
  expect(timeOf("2026-11-22T03:10:00", "Europe/Brussels")).toBe(parseInstant("2026-11-22T02:10:00Z"));
  expect(timeOf("2026-10-25T01:59:59", "Europe/Brussels")).toBe(parseInstant("2026-10-24T23:59:59Z"));
  expect(timeOf("2026-10-25T02:00:00", "Europe/Brussels")).toBeNull();
  expect(timeOf("2026-10-25T02:59:59", "Europe/Brussels")).toBeNull();
  expect(timeOf("2026-10-25T03:00:00", "Europe/Brussels")).toBe(parseInstant("2026-10-25T02:00:00Z"));
  expect(timeOf("2026-03-29T02:30:00", "Europe/Brussels")).toBeNull();
  expect(timeOf("2026-10-25T02:30:00", "UTC")).toBe(parseInstant("2026-10-25T02:30:00Z"));
  expect(timeOf("2026-11-22T03:10:00.250", "UTC")).toBe(parseInstant("2026-11-22T03:10:00.250Z"));
});

test("a clock that was never set tells no time, a date that does not exist is refused", () => {
  expect(timeOf("1970-01-01T00:00:12", "UTC")).toBeNull();
  expect(timeOf("2026-02-30T00:00:12", "UTC")).toBe("mqtt.at-invalid");
  expect(timeOf("2026-02-30T00:00:12", null)).toBe("mqtt.at-invalid");
});

test.each([
  ["%topic%/%prefix%/", "fridge/tele/SENSOR", "+/tele/SENSOR"],
  ["ward/2/%prefix%/%topic%", "ward/2/tele/fridge/SENSOR", "ward/2/tele/+/SENSOR"],
])("devices whose full topic is %s are heard on %s", (fullTopic, topic, filter) => {
  expect(isFullTopic(fullTopic)).toBe(true);
  const dialect = tasmota({ fullTopic, timeZone: null });
  expect(dialect.filters).toContain(filter);
  const parsed = dialect.parse(topic, Buffer.from('{"DS18B20":{"Temperature":4}}'));
  expect(parsed.ok && parsed.observations[0]?.device).toBe("fridge");
});

test.each([
  "tele/%topic%/",
  "%prefix%/",
  "%prefix%/%topic%/%topic%/",
  "%prefix%/x%topic%/",
  "%prefix%/%topic%/#",
])("%s is no full topic", (fullTopic) => expect(isFullTopic(fullTopic)).toBe(false));
