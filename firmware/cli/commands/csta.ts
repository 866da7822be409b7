/** `ctictl csta ...`. */

import { CstaService } from "../../../proto/gen/cti/gateway/v1/csta_pb.js";
import { ask, type Command } from "../command.js";
import { timeText } from "../wording.js";

export const cstaCommands: readonly Command[] = [
  ask({ words: "csta list", method: CstaService.method.listCstaSessions, request: () => ({}),
    about: ["List the applications that speak CSTA with the gateway.",
      "Lister les applications qui parlent CSTA avec la passerelle."],
    show: async ({ sessions, monitors, watched }, session) => {
      await session.table([["Server", "Serveur"], ["Protocol", "Protocole"],
        ["User", "Utilisateur"], ["From", "Depuis"], ["Connected", "Connectée"],
        ["Since", "Début"], ["Session", "Session"], [">Monitors", ">Surveillances"],
        [">Waiting", ">En attente"], [">Lost", ">Perdus"], [">Resumed", ">Reprises"]],
      sessions.map((row) => [row.server, row.protocol, row.user, row.source,
        session.say(row.connected ? ["yes", "oui"] : ["no", "non"]),
        timeText(row.began, session.environment), row.id, String(row.monitors),
        String(row.waitingEvents), String(row.lostEvents), String(row.resumes)]));
      const saved = Math.max(0, monitors - watched);
      session.note([`${monitors} monitors watch ${watched} devices and calls: sharing them saves`
        + ` ${saved} licences at the PBXs.`,
      `${monitors} surveillances observent ${watched} postes et appels : les partager épargne`
        + ` ${saved} licences aux PBX.`]);
    } }),
  ask({ words: "csta end", args: ["<session>"], method: CstaService.method.endCstaSession,
    request: (input) => ({ id: input.arg("session") }),
    about: ["End an application's session, connected or kept, and its monitors.",
      "Terminer la session d'une application, connectée ou maintenue, et ses surveillances."] }),
];
