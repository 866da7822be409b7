/**
 * What somebody has set of the unit's network, by its menu, a signed stick or the API, and the one
 * place that says whether it is well formed. Pure.
 */

import type { FieldViolation } from "../base/result.js";

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

/** IPv4 as networkd reads it: no part with a zero before it. */
export function isAddress(text: string, prefix: boolean): boolean {
  const match = /^((?:\d{1,3}\.){3}\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  const [, parts = "", bits] = match ?? [];
  if (match === null || (bits !== undefined) !== prefix) return false;
  return parts.split(".").every((part) => Number(part) <= 255 && String(Number(part)) === part)
    && Number(bits ?? 8) <= 32 && Number(bits ?? 8) >= 8;
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Another host of the network that an address with prefix length is in. Both well formed. */
export function isNeighbour(address: string, gateway: string): boolean {
  const [own = "", bits = ""] = address.split("/");
  const size = 2 ** (32 - Number(bits));
  return own !== gateway
    && Math.floor(numberOf(own) / size) === Math.floor(numberOf(gateway) / size);
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

/** What is wrong, with the field's name in the API. */
export function wrongSettings(settings: NetworkSettings): readonly FieldViolation[] {
  const { fixed, vlan, timeServers, hostName, proxy } = settings;
  const wrong: FieldViolation[] = [];
  const say = (path: string, message: string, french: string): void => {
    wrong.push({ path, message, french });
  };
  if (fixed !== undefined) wrong.push(...wrongAddress(fixed));
  if (vlan !== undefined && (!Number.isInteger(vlan) || vlan < 1 || vlan > vlanMax)) {
    say("vlan", `expected 1 to ${vlanMax}, or 0 for none, found ${vlan}`,
      `attendu : 1 à ${vlanMax}, ou 0 pour aucun ; trouvé : ${vlan}`);
  }
  if (timeServers.length > timeServersMax) {
    say("time_servers", `expected at most ${timeServersMax}, found ${timeServers.length}`,
      `au plus ${timeServersMax} sont possibles, ${timeServers.length} sont donnés`);
  }
  timeServers.slice(0, timeServersMax).forEach((server, index) => {
    if (!isServer(server)) {
      say(`time_servers[${index}]`, "is neither a name nor an IPv4 address",
        "n'est ni un nom ni une adresse IPv4");
    }
  });
  if (hostName !== "" && !isHostName(hostName)) {
    say("host_name", "expected letters, digits and hyphens, at most 63",
      "attendu : des lettres, chiffres et tirets, au plus 63");
  }
  if (proxy !== "" && !isProxy(proxy)) {
    say("proxy", "expected the form http://192.0.2.5:3128, without a password",
      "attendu : de la forme http://192.0.2.5:3128, sans mot de passe");
  }
  return wrong;
}

function wrongAddress({ address, gateway, dns }: StaticAddress): readonly FieldViolation[] {
  const wrong: FieldViolation[] = [];
  if (!isAddress(address, true)) {
    wrong.push({ path: "address", message: "expected the form 192.0.2.10/24",
      french: "attendu : de la forme 192.0.2.10/24" });
  }
  for (const [path, text] of [["gateway", gateway], ["dns", dns]] as const) {
    if (!isAddress(text, false)) {
      wrong.push({ path, message: "expected the form 192.0.2.1",
        french: "attendu : de la forme 192.0.2.1" });
    }
  }
  return wrong.length > 0 || isNeighbour(address, gateway) ? wrong : [{ path: "gateway",
    message: `is no other host of the network of ${address}`,
    french: `n'est pas un autre hôte du réseau de ${address}` }];
}
