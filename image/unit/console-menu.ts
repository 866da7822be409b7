/** What the unit's own console shows and asks, in two languages. Pure: text in, text out. */

import type { ConsoleFacts, ConsoleWish } from "../../firmware/update/unit-board.js";
import { isAddress, isHostName, isNeighbour, isProxy, isServer, timeServersMax, vlanOf,
  type NetworkSettings } from "../../firmware/update/network-settings.js";

export type Language = "en" | "fr";

/** What somebody at the console may have done. */
export type Action =
  | { readonly name: "show" | "restart" | "power-off" | "factory-reset" }
  /** Of the gateway, which answers. */
  | { readonly name: "ask"; readonly wish: ConsoleWish["name"] }
  /** What is not named stays as it is. */
  | { readonly name: "network"; readonly change: Partial<NetworkSettings> };

export interface Unit {
  readonly facts: ConsoleFacts | undefined;
  readonly version: string;
  readonly slot: string;
  readonly addresses: readonly string[];
  /** Opens the data on another board. Shown as long as the first sign-in; empty: none. */
  readonly recoveryKey: string;
}

type Words = Readonly<Record<Language, string>>;
const words = {
  starting: { en: "The gateway is starting.", fr: "La passerelle démarre." },
  page: { en: "Page", fr: "Page" },
  fingerprint: { en: "Fingerprint", fr: "Empreinte" },
  recovery: { en: "Recovery key", fr: "Clé de secours" },
  signIn: { en: "First sign-in", fr: "Première connexion" },
  noAddress: { en: "no network address", fr: "aucune adresse réseau" },
  links: { en: "Links", fr: "Liens" },
  noLinks: { en: "none is configured", fr: "aucun n'est configuré" },
  alarms: { en: "Alarms", fr: "Alarmes" },
  offered: { en: "On the stick, ready to be installed", fr: "Sur la clé, prête à installer" },
  proxy: { en: "Proxy (http://192.0.2.5:3128), or Enter for none; the gateway restarts",
    fr: "Proxy (http://192.0.2.5:3128), ou Entrée pour aucun ; la passerelle redémarre" },
  asked: { en: "The gateway has been asked.", fr: "La passerelle est interrogée." },
  trial: { en: "This version is on trial.", fr: "Cette version est à l'essai." },
  slot: { en: "slot", fr: "emplacement" },
  choose: { en: "Number, then Enter", fr: "Numéro, puis Entrée" },
  unknown: { en: "There is no such choice.", fr: "Ce choix n'existe pas." },
  sure: { en: "Type yes, or Enter to leave things as they are",
    fr: "Tapez oui, ou Entrée pour ne rien changer" },
  kept: { en: "Nothing was changed.", fr: "Rien n'a été changé." },
  address: { en: "Address with prefix length (192.0.2.10/24), or dhcp",
    fr: "Adresse et longueur du préfixe (192.0.2.10/24), ou dhcp" },
  gateway: { en: "Gateway", fr: "Passerelle" },
  dns: { en: "Name server", fr: "Serveur de noms" },
  vlan: { en: "VLAN identifier (1 to 4094), or Enter for none",
    fr: "Identifiant de VLAN (1 à 4094), ou Entrée pour aucun" },
  time: { en: "Time servers, with spaces between, or Enter for the built-in ones",
    fr: "Serveurs de temps, séparés par des espaces, ou Entrée pour ceux d'origine" },
  host: { en: "Host name, told to the DHCP server, or Enter for the built-in one",
    fr: "Nom d'hôte, donné au serveur DHCP, ou Entrée pour celui d'origine" },
  wrong: { en: "That is not of this form. Nothing was changed.",
    fr: "Ce n'est pas de cette forme. Rien n'a été changé." },
  done: { en: "It is being done.", fr: "C'est en cours." },
} as const satisfies Record<string, Words>;

const choices: readonly (readonly [key: string, text: Words])[] = [
  ["1", { en: "Show the state again", fr: "Montrer l'état de nouveau" }],
  ["2", { en: "Network address", fr: "Adresse réseau" }],
  ["3", { en: "Français", fr: "English" }],
  ["4", { en: "VLAN", fr: "VLAN" }],
  ["5", { en: "Time servers", fr: "Serveurs de temps" }],
  ["6", { en: "Host name", fr: "Nom d'hôte" }],
  ["7", { en: "Restart", fr: "Redémarrer" }],
  ["8", { en: "Shut down", fr: "Éteindre" }],
  ["9", { en: "Factory reset: erases configuration, records and keys",
    fr: "Réglages d'usine : efface configuration, tickets et clés" }],
  ["10", { en: "Test of the links", fr: "Essai des liens" }],
  ["11", { en: "Support bundle, onto a stick with the label JFSUPPORT",
    fr: "Dossier pour le support, sur une clé au nom JFSUPPORT" }],
  ["12", { en: "Proxy", fr: "Proxy" }],
  ["13", { en: "Install the version on the stick", fr: "Installer la version de la clé" }],
];

function row(label: string, text: string): string {
  return `  ${`${label}:`.padEnd(19)} ${text}`;
}

export function stateText(unit: Unit, language: Language): string {
  const say = (of: keyof typeof words): string => words[of][language];
  const { facts, version, slot, addresses, recoveryKey } = unit;
  const title = `Jackfield ${version} (${say("slot")} ${slot})`;
  if (facts === undefined) {
    return [title, "", `  ${say("starting")}`, row(say("page"),
      addresses.join(", ") || say("noAddress"))].join("\n");
  }
  const pages = addresses.map((address) =>
    `https://${address.includes(":") ? `[${address}]` : address}:${facts.webPort}/`);
  return [`${title} - ${facts.unit}`, "",
    ...(pages.length === 0 ? [row(say("page"), say("noAddress"))]
      : pages.map((page) => row(say("page"), page))),
    row(say("fingerprint"), facts.fingerprint),
    ...(facts.firstAdmin === "" ? [] : [row(say("signIn"), facts.firstAdmin),
      ...(recoveryKey === "" ? [] : [row(say("recovery"), recoveryKey)])]),
    row(say("links"), facts.links.map(({ id, state }) => `${id} ${state}`).join(", ")
      || say("noLinks")),
    row(say("alarms"), String(facts.alarms)),
    ...(facts.offered === "" ? [] : [row(say("offered"), facts.offered)]),
    ...(facts.stage === "on-trial" ? [`  ${say("trial")}`] : [])].join("\n");
}

export function menuText(language: Language): string {
  return [...choices.map(([key, text]) => `  ${key.padEnd(2)} ${text[language]}`),
    `${words.choose[language]}: `].join("\n");
}

/** The conversation: a line in, what to print and perhaps to do. */
export class Menu {
  language: Language;
  #asking: ((line: string) => Answer) | undefined;

  constructor(language: Language) {
    this.language = language;
  }

  /** Whether it waits for a choice: only then may the state be printed anew. */
  get idle(): boolean {
    return this.#asking === undefined;
  }

  take(line: string): Answer {
    const asking = this.#asking;
    this.#asking = undefined;
    if (asking !== undefined) return asking(line.trim());
    switch (line.trim()) {
      case "": case "1": return this.#answer("", { name: "show" });
      case "2": return this.#ask("address", (address) => this.#address(address));
      case "3":
        this.language = this.language === "en" ? "fr" : "en";
        return this.#answer("", { name: "show" });
      case "4": return this.#ask("vlan", (text) => this.#network(vlanOf(text.trim())));
      case "5": return this.#ask("time", (text) => this.#timeServers(text));
      case "6": return this.#ask("host", (hostName) =>
        this.#network(hostName === "" || isHostName(hostName) ? { hostName } : undefined));
      case "7": return this.#confirm({ name: "restart" });
      case "8": return this.#confirm({ name: "power-off" });
      case "9": return this.#confirm({ name: "factory-reset" });
      case "10": return this.#gateway("test-links");
      case "11": return this.#gateway("support");
      case "12": return this.#ask("proxy", (proxy) =>
        this.#network(proxy === "" || isProxy(proxy) ? { proxy } : undefined));
      case "13": return this.#confirm({ name: "ask", wish: "install-offer" });
      default: return this.#answer(`${words.unknown[this.language]}\n${menuText(this.language)}`);
    }
  }

  #answer(text: string, action?: Action): Answer {
    return action === undefined ? { text } : { text, action };
  }

  #gateway(wish: ConsoleWish["name"]): Answer {
    return this.#answer(`${words.asked[this.language]}\n`, { name: "ask", wish });
  }

  #again(of: "kept" | "wrong"): Answer {
    return this.#answer(`${words[of][this.language]}\n${menuText(this.language)}`);
  }

  #ask(
    question: "address" | "gateway" | "dns" | "vlan" | "time" | "host" | "proxy" | "sure",
    next: (line: string) => Answer,
  ): Answer {
    this.#asking = next;
    return this.#answer(`${words[question][this.language]}: `);
  }

  #confirm(action: Action): Answer {
    return this.#ask("sure", (line) => ["yes", "oui"].includes(line.toLowerCase())
      ? this.#answer(`${words.done[this.language]}\n`, action) : this.#again("kept"));
  }

  #address(address: string): Answer {
    if (address === "") return this.#again("kept");
    if (address.toLowerCase() === "dhcp") return this.#network({ fixed: undefined });
    if (!isAddress(address, true)) return this.#again("wrong");
    return this.#ask("gateway", (gateway) =>
      !isAddress(gateway, false) || !isNeighbour(address, gateway) ? this.#again("wrong")
        : this.#ask("dns", (dns) => !isAddress(dns, false) ? this.#again("wrong")
          : this.#network({ fixed: { address, gateway, dns } })));
  }

  #timeServers(text: string): Answer {
    const timeServers = text.split(/\s+/).filter((each) => each !== "");
    return this.#network(timeServers.length <= timeServersMax && timeServers.every(isServer)
      ? { timeServers } : undefined);
  }

  #network(change: Partial<NetworkSettings> | undefined): Answer {
    return change === undefined ? this.#again("wrong") : this.#confirm({ name: "network", change });
  }
}

export interface Answer {
  readonly text: string;
  readonly action?: Action;
}
