/** `ctictl system network ...`: the appliance's network settings. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { SetNetworkResponseSchema, SystemService, type NetworkSettings,
  type NetworkSettingsSchema } from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import { ask, type Command, type Input } from "../command.js";
import { usageFailure } from "../failure.js";
import type { Bilingual } from "../language.js";
import type { Session } from "../session.js";
import { timeText } from "../wording.js";

const methods = SystemService.method;
const byDhcp: Bilingual = ["by DHCP", "par DHCP"];
const none: Bilingual = ["none", "aucun"];

function settingsRows(settings: NetworkSettings | undefined, session: Session) {
  const { address = "", gateway = "", dns = "", vlan = 0, timeServers = [], hostName = "",
    proxy = "" } = settings ?? {};
  const or = (text: string, otherwise: Bilingual): string =>
    text === "" ? session.say(otherwise) : text;
  return [
    [["Address", "Adresse"], or(address, byDhcp)], [["Gateway", "Passerelle"], gateway],
    [["Name server", "Serveur de noms"], dns], [["VLAN", "VLAN"], or(vlan === 0 ? "" : `${vlan}`,
      none)],
    [["Time servers", "Serveurs de temps"], or(timeServers.join(", "), ["built-in", "d'origine"])],
    [["Host name", "Nom d'hôte"], or(hostName, ["built-in", "d'origine"])],
    [["Proxy", "Proxy"], or(proxy, none)],
  ] as const;
}

/** What is not named stays as it is. */
function changed(
  { address = "", gateway = "", dns = "", vlan = 0, timeServers = [], hostName = "",
    proxy = "" }: Partial<NetworkSettings>, input: Input,
): MessageInitShape<typeof NetworkSettingsSchema> {
  const text = (name: string, current: string): string =>
    input.has(name) ? input.text(name) : current;
  const servers = input.text("timeServer").split(",").filter((each) => each !== "");
  return {
    ...input.flag("dhcp") ? {} : { address: text("address", address),
      gateway: text("gateway", gateway), dns: text("dns", dns) },
    vlan: input.has("vlan") ? Number(input.count("vlan")) : vlan,
    timeServers: input.has("timeServer") ? servers : [...timeServers],
    hostName: text("hostName", hostName), proxy: text("proxy", proxy) };
}

const options = [
  { flags: "--dhcp", about: ["address, gateway and name server by DHCP",
    "adresse, passerelle et serveur de noms par DHCP"] },
  { flags: "--address <address>", about: ["with prefix length: 192.0.2.10/24",
    "avec la longueur du préfixe : 192.0.2.10/24"] },
  { flags: "--gateway <address>", about: ["the router: 192.0.2.1", "le routeur : 192.0.2.1"] },
  { flags: "--dns <address>", about: ["the name server", "le serveur de noms"] },
  { flags: "--vlan <number>", about: ["1 to 4094; 0 for none", "1 à 4094 ; 0 pour aucun"] },
  { flags: "--time-server <servers>", about: ["at most four, with commas between; \"\" for the "
    + "built-in ones", "au plus quatre, séparés par des virgules ; \"\" pour ceux d'origine"] },
  { flags: "--host-name <name>", about: ["told to the DHCP server; \"\" for the built-in one",
    "donné au serveur DHCP ; \"\" pour celui d'origine"] },
  { flags: "--proxy <url>", about: ["http://192.0.2.5:3128, or \"\" for none; a change restarts "
    + "the gateway", "http://192.0.2.5:3128, ou \"\" pour aucun ; un changement relance la "
    + "passerelle"] },
] as const;

const set: Command = {
  words: "system network set", methods: [methods.getNetwork, methods.setNetwork], options,
  about: ["Set the network; what is not named stays as it is. It is taken back unless confirmed "
    + "within five minutes.",
  "Régler le réseau ; ce qui n'est pas nommé ne change pas. Sans confirmation sous cinq minutes, "
    + "c'est annulé."],
  async run(session, input) {
    if (!options.some(({ flags }) => input.has(optionName(flags)))) {
      throw usageFailure(session.say(["name at least one option", "nommez au moins une option"]));
    }
    if (input.flag("dhcp") && ["address", "gateway", "dns"].some((name) => input.has(name))) {
      throw usageFailure(session.say(["with --dhcp there is no address, gateway or dns",
        "avec --dhcp il n'y a ni address, ni gateway, ni dns"]));
    }
    const { settings } = await session.unary(methods.getNetwork, {});
    const response = await session.unary(methods.setNetwork,
      { settings: changed(settings ?? {}, input) });
    if (session.format !== "table") {
      await session.data(SetNetworkResponseSchema, response);
    } else if (response.confirmBy === undefined) {
      await session.text(session.say(["These settings need no confirmation.",
        "Ces réglages n'ont pas besoin de confirmation."]));
    } else {
      const time = timeText(response.confirmBy, session.environment);
      await session.text(session.say([
        "In force in two seconds, and taken back at " + time + " unless you confirm them, at the "
          + "unit's new address:\n  ctictl --address ADDRESS:9443 system network confirm",
        "En place dans deux secondes, et annulés à " + time + " si vous ne les confirmez pas, à la "
          + "nouvelle adresse :\n  ctictl --address ADRESSE:9443 system network confirm"]));
    }
  },
};

/** `--time-server <servers>`: timeServer. */
function optionName(flags: string): string {
  return flags.replace(/^--| .*$/g, "").replace(/-(.)/g, (_, letter: string) =>
    letter.toUpperCase());
}

export const networkCommands: readonly Command[] = [
  ask({ words: "system network", method: methods.getNetwork, request: () => ({}),
    about: ["Show the network settings, and what is on probation.",
      "Montrer les réglages du réseau, et ce qui est à l'essai."],
    async show({ settings, previous, confirmBy, addresses, takenBackAt }, session) {
      const { environment } = session;
      await session.pairs([...settingsRows(settings, session),
        [["Addresses now", "Adresses en ce moment"], addresses.join(", ")],
        [["To be confirmed by", "À confirmer avant"], timeText(confirmBy, environment)],
        [["Taken back, not confirmed", "Annulés, sans confirmation"],
          timeText(takenBackAt, environment)]]);
      if (previous === undefined) return;
      await session.text(session.say(["\nIn force again unless confirmed:",
        "\nDe nouveau en place sans confirmation :"]));
      await session.pairs(settingsRows(previous, session));
    } }),
  set,
  ask({ words: "system network confirm", method: methods.confirmNetwork, request: () => ({}),
    about: ["Keep the network settings that are on probation.",
      "Garder les réglages du réseau qui sont à l'essai."] }),
];
