/** Words of the page on CSTA applications: their sessions, and the PBX monitors that they share. */

export const applicationsInEnglish = {
  "nav.applications": "Applications",
  "applications.lead": "Who speaks CSTA with the gateway, and how many monitors the PBXs are "
    + "spared, because applications share them.",
  "applications.refresh": "Refresh",
  "applications.sharing": "Shared monitors",
  "applications.monitors": "Monitors of applications",
  "applications.watched": "Devices and calls watched",
  "applications.saved": "PBX licences saved",
  "applications.saved.how": "Every device and call takes one PBX monitor at most, however many "
    + "applications watch it. Licences saved: {monitors} − {watched} = {saved}.",
  "applications.sessions": "Sessions",
  "applications.sessions.lead": "“Waiting” and “Lost” count events. After a lost connection the "
    + "monitors are kept for a while; who is too slow loses events.",
  "applications.none": "No application is connected",
  "applications.none.advice": "An administrator opens servers for them in the configuration, "
    + "under “csta”.",
  "applications.who": "Application",
  "applications.source": "From",
  "applications.protocol": "Protocol",
  "applications.protocol.xml": "CSTA III XML",
  "applications.protocol.asn1-phase3": "CSTA III ASN.1",
  "applications.protocol.asn1-phase2": "CSTA II ASN.1",
  "applications.protocol.asn1-phase1": "CSTA I ASN.1",
  "applications.connected": "connected",
  "applications.kept": "connection lost",
  "applications.resumes.one": "came back once",
  "applications.resumes.other": "came back {count} times",
  "applications.session.monitors": "Monitors",
  "applications.waiting": "Waiting",
  "applications.lost": "Lost",
  "link.licences": "Monitor licences",
  "link.licences.learned": "{used} of {count}; the PBX gave no more",
  "link.licences.configured": "{used} of {count}, as configured",
  "device.share": "{monitored} of {devices} devices are monitored.",
} as const;

export const applicationsInFrench: Readonly<Record<keyof typeof applicationsInEnglish, string>> = {
  "nav.applications": "Applications",
  "applications.lead": "Qui parle CSTA avec la passerelle, et combien de surveillances sont "
    + "épargnées aux PBX, parce que les applications les partagent.",
  "applications.refresh": "Actualiser",
  "applications.sharing": "Surveillances partagées",
  "applications.monitors": "Surveillances des applications",
  "applications.watched": "Postes et appels surveillés",
  "applications.saved": "Licences de PBX épargnées",
  "applications.saved.how": "Chaque poste ou appel prend au plus une surveillance du PBX, quel que "
    + "soit le nombre d'applications. Licences épargnées : {monitors} − {watched} = {saved}.",
  "applications.sessions": "Sessions",
  "applications.sessions.lead": "« En attente » et « Perdus » comptent des événements. Après une "
    + "perte de connexion, les surveillances sont gardées un temps ; qui est trop lent perd des "
    + "événements.",
  "applications.none": "Aucune application n'est connectée",
  "applications.none.advice": "Un administrateur leur ouvre des serveurs dans la configuration, "
    + "sous « csta ».",
  "applications.who": "Application",
  "applications.source": "Depuis",
  "applications.protocol": "Protocole",
  "applications.protocol.xml": "CSTA III XML",
  "applications.protocol.asn1-phase3": "CSTA III ASN.1",
  "applications.protocol.asn1-phase2": "CSTA II ASN.1",
  "applications.protocol.asn1-phase1": "CSTA I ASN.1",
  "applications.connected": "connectée",
  "applications.kept": "connexion perdue",
  "applications.resumes.one": "revenue {count} fois",
  "applications.resumes.other": "revenue {count} fois",
  "applications.session.monitors": "Surveillances",
  "applications.waiting": "En attente",
  "applications.lost": "Perdus",
  "link.licences": "Licences de surveillance",
  "link.licences.learned": "{used} sur {count} ; le PBX n'en a pas donné plus",
  "link.licences.configured": "{used} sur {count}, selon la configuration",
  "device.share": "{monitored} postes sur {devices} sont surveillés.",
};
