/** What counts as inside the house, and what the settings open of it. */
import { isIP } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { allowedTarget, allowTargets, isInside } from "./inside-address.ts";

test.each([
  "0.0.0.0",
  "10.0.0.1",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::a00:1",
  "fc00::1",
  "fd12:3456::1",
  "fe80::1",
  "fe80::1%eth0",
  "2606:4700::1111%1",
  "ff02::1",
  "2001::1",
  "2001:db8::1",
  "2002:a00:1::1",
  "localhost",
  "",
])("%s is inside", (address) => expect(isInside(address)).toBe(true));

test.each([
  "8.8.8.8",
  "1.1.1.1",
  "172.15.0.1",
  "172.32.0.1",
  "193.190.1.1",
  "2606:4700::1111",
  "2a02:1807::5",
])("%s is not", (address) => expect(isInside(address)).toBe(false));

test.each(["hooks.house.example", "hooks", "10.1.2.3", "10.1.0.0/16", "fd00::/8", "::1"])(
  "%s can be allowed",
  (entry) => expect(allowedTarget(entry)).not.toBe(null),
);

test.each([
  "",
  "10.1.0.0/33",
  "fd00::/129",
  "hooks/8",
  "10.1.0.0/8/8",
  "10.1",
  "https://hooks",
  "a b",
  "-a",
  "10.0.0.0/-1",
])("%j cannot be allowed", (entry) => expect(allowedTarget(entry)).toBe(null));

test("only what is named is allowed, also by a name with a dot at its end", () => {
  const { host, address } = allowTargets(["hooks.house.example", "10.1.0.0/16", "fd00::/8", "nonsense/3"]);
  expect(["hooks.house.example", "HOOKS.house.example.", "evil.house.example"].map(host)).toEqual([
    true,
    true,
    false,
  ]);
  expect(["10.1.2.3", "10.2.0.1", "fd00::1", "fe80::1", "10.1.2.3%1", "x"].map(address)).toEqual([
    true,
    false,
    true,
    false,
    false,
    false,
  ]);
});

test("each address is judged, whatever it is, and nothing throws", () => {
  const allowed = allowTargets([]);
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (address) => {
      expect(allowed.address(address)).toBe(false);
      if (isIP(address) === 0) expect(isInside(address)).toBe(true);
      expect(typeof isInside(address)).toBe("boolean");
    }),
  );
});
