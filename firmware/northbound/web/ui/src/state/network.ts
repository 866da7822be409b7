/** The form of the appliance's network settings. */

import type { NetworkSettings } from "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";

export interface NetworkDraft {
  readonly dhcp: boolean;
  readonly address: string;
  readonly gateway: string;
  readonly dns: string;
  readonly vlan: string;
  readonly timeServers: string;
  readonly hostName: string;
  readonly proxy: string;
}

export type PlainSettings = Pick<NetworkSettings, "address" | "gateway" | "dns" | "vlan"
  | "timeServers" | "hostName" | "proxy">;

export function draftOf(settings: PlainSettings | undefined): NetworkDraft {
  const { address = "", gateway = "", dns = "", vlan = 0, timeServers = [], hostName = "",
    proxy = "" } = settings ?? {};
  return { dhcp: address === "", address, gateway, dns, vlan: vlan === 0 ? "" : String(vlan),
    timeServers: timeServers.join(", "), hostName, proxy };
}

/** The unit says what is wrong; a number that is none is one that it refuses. */
export function settingsOf(draft: NetworkDraft): PlainSettings {
  const { dhcp, timeServers, hostName, proxy } = draft;
  const vlan = draft.vlan.trim();
  const plain = (text: string): string => dhcp ? "" : text.trim();
  return { address: plain(draft.address), gateway: plain(draft.gateway), dns: plain(draft.dns),
    vlan: /^\d{0,4}$/.test(vlan) ? Number(vlan) : 9_999,
    timeServers: timeServers.split(/[\s,]+/).filter((each) => each !== ""),
    hostName: hostName.trim(), proxy: proxy.trim() };
}

/** Where the page of a unit with these settings is; undefined: DHCP decides. */
export function pageAfter(settings: PlainSettings | undefined, port: string): string | undefined {
  const [address = ""] = (settings?.address ?? "").split("/");
  return address === "" ? undefined
    : `https://${address}${port === "" ? "" : `:${port}`}/#/system`;
}
