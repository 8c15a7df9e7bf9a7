import { BlockList, isIP } from "node:net";

/** Networks of IPv4 that are not the public internet (IANA's registry of special-purpose addresses). */
const insideV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** Of IPv6 only this is handed out to the internet, and of that not what carries other addresses or stands in books. */
const outsideV6 = ["2000::", 3] as const;
const insideV6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const inside = new BlockList();
for (const [network, bits] of insideV4) inside.addSubnet(network, bits, "ipv4");
for (const [network, bits] of insideV6) inside.addSubnet(network, bits, "ipv6");
const outside = new BlockList();
outside.addSubnet(...outsideV6, "ipv6");

/** True for an address of the house, of this machine, of a link, and for all that is not the public internet, or no address. */
export function isInside(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return inside.check(address, "ipv4");
  if (version === 6)
    return address.includes("%") || !outside.check(address, "ipv6") || inside.check(address, "ipv6");
  return true;
}

/** Which targets inside may be called all the same. */
export interface AllowedTargets {
  readonly host: (name: string) => boolean;
  readonly address: (address: string) => boolean;
}

/** Reads entries such as `hooks.house.example`, `10.1.2.3`, `10.1.0.0/16`, `fd00::/8`; null for one that is none. */
export function allowedTarget(entry: string): { host: string } | { network: string; bits: number } | null {
  const [network = "", bits, ...rest] = entry.split("/");
  const version = isIP(network);
  const bitsMax = version === 4 ? 32 : 128;
  if (version === 0)
    return bits === undefined &&
      /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/iu.test(network) &&
      !/^[\d.]+$/u.test(network)
      ? { host: network.toLowerCase() }
      : null;
  if (bits === undefined) return { network, bits: bitsMax };
  if (rest.length > 0 || !/^\d{1,3}$/u.test(bits) || Number(bits) > bitsMax) return null;
  return { network, bits: Number(bits) };
}

/** Makes the list of what may be called inside. Entries that are none are left out: the settings refuse them. */
export function allowTargets(entries: readonly string[]): AllowedTargets {
  const hosts = new Set<string>();
  const networks = new BlockList();
  for (const entry of entries) {
    const target = allowedTarget(entry);
    if (target === null) continue;
    if ("host" in target) hosts.add(target.host);
    else networks.addSubnet(target.network, target.bits, isIP(target.network) === 4 ? "ipv4" : "ipv6");
  }
  return {
    host: (name) => hosts.has(name.toLowerCase().replace(/\.$/u, "")),
    address: (address) => {
      const version = isIP(address);
      return (
        version !== 0 && !address.includes("%") && networks.check(address, version === 4 ? "ipv4" : "ipv6")
      );
    },
  };
}
