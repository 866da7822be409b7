/** SystemService: the unit's network settings, on probation until they are confirmed. */

import { fail, ok, type FieldViolation, type Result } from "../../base/result.js";
import { isSame } from "../../update/network-probation.js";
import { wrongSettings, type NetworkSettings } from "../../update/network-settings.js";
import type { NetworkSettings as SettingsMessage, NetworkSettingsSchema, SystemService }
  from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import type { PlainInit } from "./encoding.js";
import type { GatewayView, NetworkView } from "./gateway-view.js";
import type { ServiceHandlers } from "./handler.js";
import { timestamp } from "./time-message.js";

type NetworkHandlers = Pick<ServiceHandlers<typeof SystemService>,
  "getNetwork" | "setNetwork" | "confirmNetwork">;

function networkOf({ network }: GatewayView): Result<NetworkView> {
  return network === undefined ? fail("precondition", {
    en: "the gateway does not run on an appliance: whoever installed it sets its network",
    fr: "la passerelle ne tourne pas sur un boîtier : qui l'a installée règle son réseau" })
    : ok(network);
}

function message(
  { fixed, vlan, timeServers, hostName, proxy }: NetworkSettings,
): PlainInit<typeof NetworkSettingsSchema> {
  return { ...fixed === undefined ? {} : { address: fixed.address, gateway: fixed.gateway,
    dns: fixed.dns }, vlan: vlan ?? 0, timeServers: [...timeServers], hostName, proxy };
}

function read(
  { address, gateway, dns, vlan, timeServers, hostName, proxy }: SettingsMessage,
): NetworkSettings {
  return { ...`${address}${gateway}${dns}` === "" ? {} : { fixed: { address, gateway, dns } },
    ...vlan === 0 ? {} : { vlan }, timeServers: [...timeServers], hostName, proxy };
}

function refused(wrong: readonly FieldViolation[]): Result<never> {
  const fields = wrong.map((each) => ({ ...each, path: `settings.${each.path}` }));
  return fail("argument-invalid", {
    en: fields.map(({ path, message: text }) => `${path} ${text}`).join("; "),
    fr: fields.map(({ path, message: text, french }) => `${path} ${french ?? text}`).join(" ; "),
  }, { fields });
}

export function networkHandlers(gateway: GatewayView): NetworkHandlers {
  return {
    getNetwork: async () => {
      const network = networkOf(gateway);
      const now = network.ok ? await network.value.now() : network;
      if (!now.ok) return now;
      const { settings, addresses, state: { probation, takenBackAtMs } } = now.value;
      return ok({ settings: message(settings), addresses: [...addresses],
        ...probation === undefined ? {} : { previous: message(probation.before),
          confirmBy: timestamp(probation.untilMs) },
        ...takenBackAtMs === undefined ? {} : { takenBackAt: timestamp(takenBackAtMs) } });
    },
    setNetwork: async ({ settings }) => {
      const network = networkOf(gateway);
      if (!network.ok) return network;
      if (settings === undefined) {
        return fail("argument-invalid", { en: "settings is required", fr: "il manque settings" },
          { fields: [{ path: "settings", message: "is required", french: "est obligatoire" }] });
      }
      const wished = read(settings);
      const wrong = wrongSettings(wished);
      if (wrong.length > 0) return refused(wrong);
      const now = await network.value.now();
      if (!now.ok) return now;
      const { probation } = now.value.state;
      const until = isSame(wished, now.value.settings) ? ok(probation?.untilMs)
        : await network.value.set(wished);
      if (!until.ok) return until;
      return ok(until.value === undefined ? {} : { confirmBy: timestamp(until.value) });
    },
    confirmNetwork: async () => {
      const network = networkOf(gateway);
      const confirmed = network.ok ? await network.value.confirm() : network;
      return confirmed.ok ? ok({}) : confirmed;
    },
  };
}
