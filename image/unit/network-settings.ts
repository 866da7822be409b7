/** What somebody at the console has set of the network, and the files that come of it. Pure. */

export interface StaticAddress {
  /** IPv4 with prefix length. */
  readonly address: string;
  readonly gateway: string;
  readonly dns: string;
}

export interface NetworkSettings {
  /** Undefined: by DHCP. */
  readonly fixed?: StaticAddress | undefined;
  /** IEEE 802.1Q identifier; undefined: untagged. */
  readonly vlan?: number | undefined;
  /** Besides the image's authenticated ones; empty: those alone. */
  readonly timeServers: readonly string[];
  /** Told to the DHCP server; empty: the image's. */
  readonly hostName: string;
  /** `http://192.0.2.5:3128`: what the gateway fetches by HTTP(S) goes through it; empty: none. */
  readonly proxy: string;
}

export const noSettings: NetworkSettings = { timeServers: [], hostName: "", proxy: "" };
export const timeServersMax = 4;
const vlanMax = 4_094;
/** Of all that may stand there; undefined: is not to be there. */
export type Files = Readonly<Record<"wired.network" | "vlan.netdev" | "vlan.network"
  | "time/unit.sources" | "proxy.environment", string | undefined>>;

export function isAddress(text: string, prefix: boolean): boolean {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (match === null || (match[5] !== undefined) !== prefix) return false;
  return match.slice(1, 5).every((part) => Number(part) <= 255) && Number(match[5] ?? 8) <= 32
    && Number(match[5] ?? 8) >= 8;
}

/** RFC 1123 2.1: one label. */
export function isHostName(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(text);
}

export function isServer(text: string): boolean {
  return isAddress(text, false)
    || text.length <= 253 && !/^[0-9.]*$/.test(text) && text.split(".").every(isHostName);
}

/** Without a name or a password: the console shows it. */
export function isProxy(text: string): boolean {
  const [, host = "", port = ""] = /^http:\/\/([^/:@]+):(\d{1,5})$/.exec(text) ?? [];
  return isServer(host) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** Empty or 0: untagged. Undefined: no such identifier. */
export function vlanOf(text: string): { readonly vlan: number | undefined } | undefined {
  if (!/^\d{0,4}$/.test(text)) return undefined;
  const id = Number(text);
  return id > vlanMax ? undefined : { vlan: id === 0 ? undefined : id };
}

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
  const plain = fixed === undefined && hostName === "" && vlan === undefined;
  return {
    "wired.network": plain ? undefined : vlan === undefined ? `${wired}${address(settings)}`
      : `${wired}VLAN=lan\nLinkLocalAddressing=no\nLLDP=no\nIPv6AcceptRA=no\n`,
    "vlan.netdev": vlan === undefined ? undefined
      : `[NetDev]\nName=lan\nKind=vlan\n\n[VLAN]\nId=${vlan}\n`,
    "vlan.network": vlan === undefined ? undefined
      : `[Match]\nName=lan\n\n[Network]\n${address(settings)}`,
    "time/unit.sources": time === "" ? undefined : time,
    "proxy.environment": proxy === "" ? undefined
      : `NODE_USE_ENV_PROXY=1\nHTTP_PROXY=${proxy}\nHTTPS_PROXY=${proxy}\n`
        + "NO_PROXY=localhost,127.0.0.1,::1\n",
  };
}

/** What was written before, whoever wrote it: only what is well formed counts. */
export function readSettings(text: string): NetworkSettings {
  try {
    return settingsOf(Object(JSON.parse(text)) as Readonly<Record<string, unknown>>);
  } catch {
    // As if nothing had been set.
    return settingsOf({});
  }
}

export function settingsOf(read: Readonly<Record<string, unknown>>): NetworkSettings {
  const fixed = read["fixed"] as StaticAddress | undefined;
  const servers = Array.isArray(read["timeServers"]) ? read["timeServers"] as unknown[] : [];
  const [name, proxy] = [read["hostName"], read["proxy"]];
  const good = typeof fixed === "object" && isAddress(String(fixed.address), true)
    && isAddress(String(fixed.gateway), false) && isAddress(String(fixed.dns), false);
  return {
    fixed: good ? fixed : undefined,
    vlan: typeof read["vlan"] === "number" ? vlanOf(String(read["vlan"]))?.vlan : undefined,
    timeServers: servers.filter((each): each is string =>
      typeof each === "string" && isServer(each)).slice(0, timeServersMax),
    hostName: typeof name === "string" && isHostName(name) ? name : "",
    proxy: typeof proxy === "string" && isProxy(proxy) ? proxy : "",
  };
}
