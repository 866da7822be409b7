/** Addresses and networks that may reach us: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. */

import { BlockList, isIP } from "node:net";

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

function networkOf(text: string): Network | undefined {
  const [address = "", bits, more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || address.includes("%") || more !== undefined) return undefined;
  const bitsMax = version === 4 ? 32 : 128;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  const prefix = bits === undefined ? bitsMax : Number(bits);
  return prefix > bitsMax ? undefined
    : { address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

export function isNetwork(text: string): boolean {
  return networkOf(text) !== undefined;
}

/** `::ffff:192.0.2.7`, as a socket for both families gives it, is 192.0.2.7. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address;
}

/** Whether an address is in one of the networks; all are when none is given. */
export function membership(networks: readonly string[] | undefined): (address: string) => boolean {
  if (networks === undefined) return () => true;
  const list = new BlockList();
  for (const text of networks) {
    const network = networkOf(text);
    if (network !== undefined) list.addSubnet(network.address, network.prefix, network.family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
