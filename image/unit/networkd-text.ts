/** The files that come of the unit's network settings. Pure. */

import type { NetworkSettings } from "../../firmware/update/network-settings.js";

/** Of all that may stand there; undefined: is not to be there. */
export type Files = Readonly<Record<"wired.network" | "vlan.netdev" | "vlan.network"
  | "time/unit.sources" | "proxy.environment", string | undefined>>;

function address({ fixed, hostName }: NetworkSettings): string {
  if (fixed !== undefined) {
    return `Address=${fixed.address}\nGateway=${fixed.gateway}\nDNS=${fixed.dns}\nLLDP=no\n`
      + "IPv6AcceptRA=no\n";
  }
  return "DHCP=yes\nLLDP=no\n\n[DHCPv4]\nUseDomains=yes\nUseNTP=no\n"
    + (hostName === "" ? "" : `Hostname=${hostName}\n`);
}

/** Of systemd.network(5), systemd.netdev(5) and chrony. */
export function filesOf(settings: NetworkSettings): Files {
  const { fixed, vlan, timeServers, hostName, proxy } = settings;
  const wired = "[Match]\nType=ether\n\n[Network]\n";
  const time = timeServers.map((server) => `server ${server} iburst\n`).join("");
  // Named by its number: networkd never changes that of an interface that is there.
  const name = `lan${vlan ?? 0}`;
  const plain = fixed === undefined && hostName === "" && vlan === undefined;
  return {
    "wired.network": plain ? undefined : vlan === undefined ? `${wired}${address(settings)}`
      : `${wired}VLAN=${name}\nLinkLocalAddressing=no\nLLDP=no\nIPv6AcceptRA=no\n`,
    "vlan.netdev": vlan === undefined ? undefined
      : `[NetDev]\nName=${name}\nKind=vlan\n\n[VLAN]\nId=${vlan}\n`,
    "vlan.network": vlan === undefined ? undefined
      : `[Match]\nName=${name}\n\n[Network]\n${address(settings)}`,
    "time/unit.sources": time === "" ? undefined : time,
    "proxy.environment": proxy === "" ? undefined
      : `NODE_USE_ENV_PROXY=1\nHTTP_PROXY=${proxy}\nHTTPS_PROXY=${proxy}\n`
        + "NO_PROXY=localhost,127.0.0.1,::1\n",
  };
}
