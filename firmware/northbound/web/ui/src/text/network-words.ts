/** The appliance's network settings, in both languages. */

export const networkInEnglish = {
  "network.title": "Network",
  "network.now": "Addresses now",
  "network.none": "none",
  "network.lead": "New settings are on probation: unless you keep them within five minutes, on the "
    + "page at the new address, the unit goes back to those of before by itself.",
  "network.dhcp": "Address, gateway and name server by DHCP",
  "network.address": "Address with prefix length",
  "network.gateway": "Gateway",
  "network.dns": "Name server",
  "network.vlan": "VLAN identifier",
  "network.vlan.hint": "1 to 4094. Empty: none.",
  "network.time": "Time servers",
  "network.time.hint": "At most four, with commas between. Empty: the built-in ones.",
  "network.host": "Host name",
  "network.host.hint": "Told to the DHCP server. Empty: the built-in one.",
  "network.proxy": "Proxy",
  "network.proxy.hint": "http://192.0.2.5:3128. Empty: none. A change restarts the gateway.",
  "network.set": "Try these settings",
  "network.begun": "The settings are put in force.",
  "network.unchanged": "These settings are in force.",
  "network.probation": "New settings are on probation. Unless they are kept, those of before are "
    + "in force again in {time}.",
  "network.go": "If this page does not answer any more, sign in at the new address and keep them "
    + "there:",
  "network.go.dhcp": "If this page does not answer any more, sign in at the address that the DHCP "
    + "server gives and keep them there; the unit's console shows it.",
  "network.keep": "Keep these settings",
  "network.kept": "The settings are kept.",
  "network.back": "Take them back now",
  "network.back.done": "The settings of before are in force again.",
  "network.takenBack": "On {time} new settings were taken back: nobody had kept them.",
} as const;

export const networkInFrench: Readonly<Record<keyof typeof networkInEnglish, string>> = {
  "network.title": "Réseau",
  "network.now": "Adresses en ce moment",
  "network.none": "aucune",
  "network.lead": "De nouveaux réglages sont d'abord à l'essai : si vous ne les gardez pas sous "
    + "cinq minutes, sur la page à la nouvelle adresse, le boîtier revient de lui-même aux "
    + "précédents.",
  "network.dhcp": "Adresse, passerelle et serveur de noms par DHCP",
  "network.address": "Adresse et longueur du préfixe",
  "network.gateway": "Passerelle",
  "network.dns": "Serveur de noms",
  "network.vlan": "Identifiant de VLAN",
  "network.vlan.hint": "1 à 4094. Vide : aucun.",
  "network.time": "Serveurs de temps",
  "network.time.hint": "Au plus quatre, séparés par des virgules. Vide : ceux d'origine.",
  "network.host": "Nom d'hôte",
  "network.host.hint": "Donné au serveur DHCP. Vide : celui d'origine.",
  "network.proxy": "Proxy",
  "network.proxy.hint": "http://192.0.2.5:3128. Vide : aucun. Un changement relance la passerelle.",
  "network.set": "Essayer ces réglages",
  "network.begun": "Les réglages sont mis en place.",
  "network.unchanged": "Ces réglages sont en place.",
  "network.probation": "De nouveaux réglages sont à l'essai. S'ils ne sont pas gardés, les "
    + "précédents reviennent dans {time}.",
  "network.go": "Si cette page ne répond plus, connectez-vous à la nouvelle adresse et gardez-les "
    + "là-bas :",
  "network.go.dhcp": "Si cette page ne répond plus, connectez-vous à l'adresse que donne le "
    + "serveur DHCP et gardez-les là-bas ; la console du boîtier la montre.",
  "network.keep": "Garder ces réglages",
  "network.kept": "Les réglages sont gardés.",
  "network.back": "Les annuler maintenant",
  "network.back.done": "Les réglages précédents sont de nouveau en place.",
  "network.takenBack": "Le {time}, de nouveaux réglages ont été annulés : personne ne les avait "
    + "gardés.",
};
