/** Words of the appliance's own software: what runs, and how a new version comes. */

export const updateInEnglish = {
  "update.title": "Software",
  "update.version": "Version",
  "update.slot": "Slot",
  "update.secure": "Secure Boot",
  "update.secure.yes": "on: only what is signed starts",
  "update.secure.no": "off",
  "update.stage": "Update",
  "update.stage.IDLE": "none under way",
  "update.stage.RECEIVING": "being received: {bytes}",
  "update.stage.SCHEDULED": "version {version} waits for {time}",
  "update.stage.INSTALLING": "version {version} is being written: {percent} %",
  "update.stage.RESTARTING": "the unit restarts into version {version}",
  "update.stage.ON_TRIAL": "this version is on trial",
  "update.failed": "Taken back",
  "update.lead": "The unit verifies the bundle's signature, writes it beside what runs and "
    + "restarts into it. It keeps the new version only when links, API and store are well again; "
    + "else it goes back by itself.",
  "update.file": "Bundle (.raucb)",
  "update.address": "Or the address of a mirror",
  "update.address.hint": "https://…; only what this version has not is fetched.",
  "update.notBefore": "Not before",
  "update.notBefore.hint": "Empty: now. Choose a time when nobody telephones.",
  "update.start": "Verify and install",
  "update.sent": "{sent} of {total} handed over",
  "update.begun": "Version {version} is good.",
  "update.cancel": "Cancel the update",
  "update.stick": "Version {version} is on a stick, ready to be installed.",
  "update.stick.install": "Install version {version}",
  "update.stick.ask": "The unit verifies it, writes it and restarts into it: for a minute or two "
    + "no call is seen.",
} as const;

export const updateInFrench: Readonly<Record<keyof typeof updateInEnglish, string>> = {
  "update.title": "Logiciel",
  "update.version": "Version",
  "update.slot": "Emplacement",
  "update.secure": "Secure Boot",
  "update.secure.yes": "actif : ne démarre que ce qui est signé",
  "update.secure.no": "inactif",
  "update.stage": "Mise à jour",
  "update.stage.IDLE": "aucune en cours",
  "update.stage.RECEIVING": "en réception : {bytes}",
  "update.stage.SCHEDULED": "la version {version} attend {time}",
  "update.stage.INSTALLING": "la version {version} est en cours d'écriture : {percent} %",
  "update.stage.RESTARTING": "le boîtier redémarre en version {version}",
  "update.stage.ON_TRIAL": "cette version est à l'essai",
  "update.failed": "Retirée",
  "update.lead": "Le boîtier vérifie la signature du paquet, l'écrit à côté de ce qui tourne et "
    + "redémarre. Il ne garde la nouvelle version que si liens, API et stockage vont bien ; sinon "
    + "il revient en arrière de lui-même.",
  "update.file": "Paquet (.raucb)",
  "update.address": "Ou l'adresse d'un miroir",
  "update.address.hint": "https://… ; seul ce que cette version n'a pas est téléchargé.",
  "update.notBefore": "Pas avant",
  "update.notBefore.hint": "Vide : maintenant. Choisissez une heure où personne ne téléphone.",
  "update.start": "Vérifier et installer",
  "update.sent": "{sent} sur {total} remis",
  "update.begun": "La version {version} est bonne.",
  "update.cancel": "Annuler la mise à jour",
  "update.stick": "La version {version} est sur une clé, prête à être installée.",
  "update.stick.install": "Installer la version {version}",
  "update.stick.ask": "Le boîtier la vérifie, l'écrit et redémarre : pendant une minute ou deux, "
    + "aucun appel n'est vu.",
};
