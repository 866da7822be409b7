/**
 * What can go wrong in operation, as one table. A row says how the fault looks in CSTA
 * (ECMA-269 universal failure) and in gRPC, whether a retry can help, and what to tell a person.
 * A new way to fail is a new row; nobody ever branches on a message text.
 */

export type CstaErrorCategory =
  | "operation" | "security" | "stateIncompatibility" | "systemResourceAvailability"
  | "subscribedResourceAvailability" | "performanceManagement" | "privateData" | "unspecified";

export type GrpcCode =
  | "INVALID_ARGUMENT" | "DEADLINE_EXCEEDED" | "NOT_FOUND" | "ALREADY_EXISTS" | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED" | "FAILED_PRECONDITION" | "ABORTED" | "OUT_OF_RANGE" | "UNIMPLEMENTED"
  | "INTERNAL" | "UNAVAILABLE" | "DATA_LOSS" | "UNAUTHENTICATED";

export interface FaultClass {
  readonly csta: readonly [category: CstaErrorCategory, value: string];
  readonly grpc: GrpcCode;
  readonly retry: boolean;
  /** What a person should do next, English and French. */
  readonly advice: { readonly en: string; readonly fr: string };
}

function row(
  csta: FaultClass["csta"], grpc: GrpcCode, retry: boolean, en: string, fr: string,
): FaultClass {
  return { csta, grpc, retry, advice: { en, fr } };
}

export const faults = {
  "link-down": row(["systemResourceAvailability", "resourceOutOfService"], "UNAVAILABLE", true,
    "Check the cable, the PBX port and the link's state.",
    "Vérifiez le câble, le port du PBX et l'état du lien."),
  "link-unknown": row(["operation", "objectNotKnown"], "NOT_FOUND", false,
    "List the links with `ctictl link list`.", "Listez les liens avec `ctictl link list`."),
  "link-login-refused": row(["security", "generic"], "FAILED_PRECONDITION", false,
    "The PBX refused the user or the secret: compare them with the PBX's own settings.",
    "Le PBX refuse l'utilisateur ou le secret : comparez avec ses réglages."),
  "protocol-violation": row(["systemResourceAvailability", "generic"], "UNAVAILABLE", true,
    "The other end does not speak this protocol: check driver, port and PBX version.",
    "L'autre extrémité ne parle pas ce protocole : vérifiez pilote, port et version du PBX."),
  "service-not-supported": row(["operation", "serviceNotSupported"], "UNIMPLEMENTED", false,
    "This PBX does not offer the service; `ctictl link show` lists what it can do.",
    "Ce PBX n'offre pas ce service ; `ctictl link show` liste ce qu'il sait faire."),
  "service-refused": row(["operation", "generic"], "FAILED_PRECONDITION", false,
    "The PBX refused; its own reason is in the message.",
    "Le PBX a refusé ; sa raison est dans le message."),
  "call-code-not-supported": row(["operation", "parameterNotSupported"], "UNIMPLEMENTED", false,
    "This PBX takes no such code with a call: make the call without it, or dial the code.",
    "Ce PBX ne prend pas ce code avec un appel : appelez sans lui, ou composez le code."),
  "wrong-connection-state": row(["stateIncompatibility", "invalidConnectionState"],
    "FAILED_PRECONDITION", false, "Take a snapshot of the call and retry.",
    "Relisez l'appel et recommencez."),
  "connection-unknown": row(["operation", "invalidConnectionID"], "NOT_FOUND", false,
    "The call has ended or never existed; take a snapshot.",
    "L'appel est terminé ou n'a jamais existé ; relisez les appels."),
  "device-unknown": row(["operation", "invalidDeviceID"], "NOT_FOUND", false,
    "List the devices with `ctictl device list`.", "Listez les postes avec `ctictl device list`."),
  "destination-invalid": row(["operation", "invalidDestination"], "INVALID_ARGUMENT", false,
    "Check the number; `ctictl number explain` shows how it is dialled.",
    "Vérifiez le numéro ; `ctictl number explain` montre comment il est composé."),
  "deadline-passed": row(["performanceManagement", "generic"], "DEADLINE_EXCEEDED", true,
    "The PBX did not answer in time; look at the call before repeating.",
    "Le PBX n'a pas répondu à temps ; regardez l'appel avant de répéter."),
  "queue-full": row(["performanceManagement", "performanceLimitExceeded"], "RESOURCE_EXHAUSTED",
    true, "Too many requests at once; wait a moment.", "Trop de demandes ; patientez un instant."),
  "monitor-limit": row(["systemResourceAvailability", "overallMonitorLimitExceeded"],
    "RESOURCE_EXHAUSTED", true, "Stop a watcher that is no longer needed.",
    "Arrêtez une surveillance devenue inutile."),
  "private-data-not-supported": row(["operation", "privateDataNotSupported"], "UNIMPLEMENTED",
    false, "Only a PBX that speaks CSTA in the same encoding understands this private data.",
    "Seul un PBX qui parle CSTA dans le même encodage comprend ces données privées."),
  "route-taken": row(["subscribedResourceAvailability", "objectRegistrationLimitExceeded"],
    "ALREADY_EXISTS", false,
    "Another application routes the calls of this device; `ctictl route list` shows which.",
    "Une autre application achemine les appels de ce poste ; voyez `ctictl route list`."),
  "route-unknown": row(["operation", "invalidRouteingCrossRefID"], "NOT_FOUND", false,
    "The answer came too late: the PBX has sent the call elsewhere.",
    "La réponse vient trop tard : le PBX a envoyé l'appel ailleurs."),
  "argument-invalid": row(["operation", "valueOutOfRange"], "INVALID_ARGUMENT", false,
    "Correct the fields named in the message.", "Corrigez les champs nommés dans le message."),
  "config-invalid": row(["operation", "valueOutOfRange"], "INVALID_ARGUMENT", false,
    "Every error is listed with its path; correct them all and validate again.",
    "Chaque erreur est listée avec son chemin ; corrigez-les et validez de nouveau."),
  "config-conflict": row(["stateIncompatibility", "generic"], "ABORTED", false,
    "Somebody changed the configuration meanwhile; read it again and repeat the change.",
    "La configuration a changé entre-temps ; relisez-la et refaites la modification."),
  "not-found": row(["operation", "objectNotKnown"], "NOT_FOUND", false,
    "Check the name or list what exists.", "Vérifiez le nom ou listez ce qui existe."),
  "already-exists": row(["operation", "generic"], "ALREADY_EXISTS", false,
    "Choose another name.", "Choisissez un autre nom."),
  "precondition": row(["stateIncompatibility", "generic"], "FAILED_PRECONDITION", false,
    "The message says what must be done first.", "Le message dit ce qu'il faut faire d'abord."),
  "unauthenticated": row(["security", "generic"], "UNAUTHENTICATED", false,
    "Sign in with `ctictl login`, or present a token or client certificate.",
    "Connectez-vous avec `ctictl login`, ou présentez un jeton ou un certificat client."),
  "permission-denied": row(["security", "securityInfoViolated"], "PERMISSION_DENIED", false,
    "Ask an administrator for the role named in the message.",
    "Demandez à un administrateur le rôle nommé dans le message."),
  "too-many-attempts": row(["security", "generic"], "RESOURCE_EXHAUSTED", true,
    "Too many failed sign-ins; wait as long as the message says.",
    "Trop d'échecs de connexion ; attendez le temps indiqué."),
  "store-damaged": row(["systemResourceAvailability", "generic"], "DATA_LOSS", false,
    "Run `ctictl system scrub`, then restore the newest backup.",
    "Lancez `ctictl system scrub`, puis restaurez la dernière sauvegarde."),
  "store-full": row(["systemResourceAvailability", "resourceLimitExceeded"], "RESOURCE_EXHAUSTED",
    true, "Free disk space; reading still works and live calls go on.",
    "Libérez de l'espace disque ; la lecture fonctionne et les appels continuent."),
  "store-unavailable": row(["systemResourceAvailability", "resourceOutOfService"], "UNAVAILABLE",
    true, "Check the data folder's disk and rights.",
    "Vérifiez le disque et les droits du dossier de données."),
  "address-in-use": row(["systemResourceAvailability", "resourceBusy"], "FAILED_PRECONDITION",
    false, "Stop the other program or choose another port in the configuration.",
    "Arrêtez l'autre programme ou choisissez un autre port dans la configuration."),
  "port-absent": row(["systemResourceAvailability", "resourceOutOfService"], "UNAVAILABLE", true,
    "Plug the adapter in, or correct the port's path (see /dev/serial/by-id).",
    "Branchez l'adaptateur, ou corrigez le chemin du port (voir /dev/serial/by-id)."),
  "port-denied": row(["security", "generic"], "FAILED_PRECONDITION", false,
    "Let the gateway's user open the port: add the user to group dialout.",
    "Autorisez l'utilisateur de la passerelle : ajoutez-le au groupe dialout."),
  "port-locked": row(["systemResourceAvailability", "resourceBusy"], "FAILED_PRECONDITION", true,
    "Stop the other program that has the serial port open.",
    "Arrêtez l'autre programme qui occupe le port série."),
  "peer-untrusted": row(["security", "generic"], "FAILED_PRECONDITION", false,
    "Compare the PBX's certificate with the configured authority, name and fingerprint.",
    "Comparez le certificat du PBX avec l'autorité, le nom et l'empreinte configurés."),
  "delivery-failed": row(["systemResourceAvailability", "resourceOutOfService"], "UNAVAILABLE",
    true, "Check the destination's address and its own log; what waits is kept and sent later.",
    "Vérifiez l'adresse de la destination et son journal ; tout est gardé et envoyé plus tard."),
  "update-refused": row(["operation", "generic"], "FAILED_PRECONDITION", false,
    "This software bundle is not accepted; the reason is in the message.",
    "Ce paquet logiciel n'est pas accepté ; la raison est dans le message."),
  "stopping": row(["systemResourceAvailability", "resourceOutOfService"], "UNAVAILABLE", true,
    "The gateway is shutting down; try again in a moment.",
    "La passerelle s'arrête ; réessayez dans un instant."),
  "internal": row(["unspecified", "generic"], "INTERNAL", false,
    "This is a defect: send the log to support.", "C'est un défaut : envoyez le journal."),
} as const satisfies Record<string, FaultClass>;

export type FaultCode = keyof typeof faults;
