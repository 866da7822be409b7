/** On which ports a configuration makes the unit listen: what the firewall has to let in. */

import type { Document } from "./schema.js";

export interface OpenPorts {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

type Listening = Pick<Document, "grpc" | "web" | "csta" | "links" | "destinations">;

/** A port that is bound to the loopback only is left out: nobody reaches it from outside. */
export function openPorts({ grpc, web, csta, links, destinations }: Listening): OpenPorts {
  const tcp = new Set<number>();
  const udp = new Set<number>();
  const open = (into: Set<number>, address: string, port: number): void => {
    if (port !== 0 && !/^(127\.|::1$|localhost$)/.test(address)) into.add(port);
  };
  for (const { address, port } of [grpc, web, ...csta]) open(tcp, address, port);
  for (const { enabled, transport } of links) {
    if (!enabled) continue;
    if (transport.kind === "tcp-listen") open(tcp, transport.address, transport.port);
    if (transport.kind === "udp") open(udp, transport.address, transport.port);
  }
  for (const { to } of destinations) {
    if (to.kind === "tcp-server") open(tcp, to.address, to.port);
  }
  const sorted = (ports: Set<number>): number[] => [...ports].sort((a, b) => a - b);
  return { tcp: sorted(tcp), udp: sorted(udp) };
}
