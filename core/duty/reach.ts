import type { Route } from "../summons/delivery.ts";
import type { Medium } from "./media.ts";

/** A channel that is in force: which medium it serves, and what it can prove. */
export interface ChannelFact {
  readonly id: string;
  readonly medium: Medium;
  readonly proves: "acceptance" | "delivery";
  /** True where whoever is called by it can answer by pressing a key. */
  readonly hearsKeys?: boolean;
}

/** Where a person is reached by one medium. */
export interface MediumAddress {
  readonly medium: Medium;
  readonly address: string;
}

/** A message to be owed: by which medium first, and all ways in the order in which they are tried. */
export interface Way extends MediumAddress {
  readonly routes: readonly Route[];
}

/**
 * The messages that a call owes one person. By each of the media asked for at the same time (all that the person has where none is asked for), each with the other
 * providers of that medium and then the person's other media as what is tried after it. Where the person has none of the media asked for, the first that there is. Empty for
 * a person without any address.
 */
export function waysTo(
  addresses: readonly MediumAddress[],
  by: readonly Medium[] | null,
  channels: readonly ChannelFact[],
): Way[] {
  const asked = by === null ? addresses : addresses.filter(({ medium }) => by.includes(medium));
  const first = asked.length > 0 ? asked : addresses.slice(0, 1);
  const others = addresses.filter((each) => !first.includes(each));
  const served = first.filter(({ medium }) => channels.some((channel) => channel.medium === medium));
  const used = served.length > 0 || first.length === 0 ? served : first.slice(0, 1);
  return used.map((each) => ({
    ...each,
    routes: [each, ...others].flatMap((address) => routesBy(address, channels)),
  }));
}

/** The channels in their order, those in doubt after all others. */
export function doubtedLast(channels: readonly ChannelFact[], doubted: readonly string[]): ChannelFact[] {
  const isDoubted = ({ id }: ChannelFact): boolean => doubted.includes(id);
  return [...channels.filter((each) => !isDoubted(each)), ...channels.filter(isDoubted)];
}

/** All providers of one medium as ways to one address, in order. */
export function routesBy({ medium, address }: MediumAddress, channels: readonly ChannelFact[]): Route[] {
  return channels
    .filter((channel) => channel.medium === medium)
    .map(({ id, proves }) => ({ channel: id, medium, address, proves }));
}
