/** What this very PBX lets this very user do. */

import { faultText, ok, type Result, type Text } from "../../firmware/base/result.js";
import type { Proof } from "../../firmware/link/driver.js";
import type { ServiceName } from "../../firmware/model/services.js";
import { serviceNames } from "../../firmware/model/services.js";
import type { Conversation } from "./session.js";

/** The actions each service needs; the first alternative that is complete counts. */
const needs: Readonly<Partial<Record<ServiceName, readonly (readonly string[])[]>>> = {
  makeCall: [["Originate"]],
  clearConnection: [["Hangup"]],
  clearCall: [["Hangup"]],
  deflectCall: [["Redirect"]],
  singleStepTransferCall: [["BlindTransfer"], ["Redirect"]],
  consultationCall: [["Atxfer"]],
  transferCall: [["Hangup", "Bridge"], ["Hangup"]],
  reconnectCall: [["CancelAtxfer"]],
  conferenceCall: [["PlayDTMF"]],
  alternateCall: [["PlayDTMF"]],
  generateDigits: [["PlayDTMF"]],
  parkCall: [["Park"]],
  setAgentState: [["QueueAdd", "QueueRemove", "QueuePause"]],
  answerCall: [["PJSIPNotify"]],
  holdCall: [["PJSIPNotify"]],
  retrieveCall: [["PJSIPNotify"]],
};

/** Why an option forbids a service although the PBX could do it. */
export function forbidden(
  conversation: Conversation, service: ServiceName,
): Text | undefined {
  const { options } = conversation.context;
  switch (service) {
    case "answerCall": case "holdCall": case "retrieveCall":
      return options.answerByNotify ? undefined : {
        en: "the phones are not known to obey NOTIFY talk and hold (option answerByNotify)",
        fr: "rien ne dit que les postes obéissent à NOTIFY talk et hold (option answerByNotify)",
      };
    case "consultationCall": case "reconnectCall": case "conferenceCall": case "alternateCall":
      return options.attendedTransfer ? undefined
        : { en: "option attendedTransfer is off", fr: "l'option attendedTransfer est désactivée" };
    default:
      return undefined;
  }
}

/** `ListCommands` names only what the user's write classes allow, and what is loaded. */
export async function listCommands(
  conversation: Conversation, deadlineMs: number,
): Promise<Result<ReadonlySet<string>>> {
  if (conversation.commands !== undefined) return ok(conversation.commands);
  const reply = await conversation.send("ListCommands", [], deadlineMs);
  if (!reply.ok) return reply;
  const names = new Set<string>();
  for (const [key, value] of reply.value.response.fields) {
    if (value.includes("(Priv:")) names.add(key);
  }
  conversation.commands = names;
  return ok(names);
}

export async function prove(
  conversation: Conversation, deadlineMs: number,
): Promise<Result<readonly Proof[]>> {
  conversation.commands = undefined;
  const commands = await listCommands(conversation, deadlineMs);
  if (!commands.ok) return commands;
  const proofs: Proof[] = [];
  for (const subject of serviceNames) {
    const alternatives = needs[subject];
    if (alternatives === undefined) continue;
    const reason = forbidden(conversation, subject);
    if (reason !== undefined) {
      proofs.push({ subject, proven: "no", evidence: reason });
      continue;
    }
    const chosen = alternatives.find((all) => all.every((name) => commands.value.has(name)));
    const missing = alternatives[0]?.filter((name) => !commands.value.has(name)) ?? [];
    proofs.push(chosen === undefined
      ? { subject, proven: "no", evidence: {
        en: `ListCommands does not name ${missing.join(", ")}: not loaded, or not in the user's `
          + "write classes",
        fr: `ListCommands ne cite pas ${missing.join(", ")} : non chargé, ou hors des classes `
          + "d'écriture de l'utilisateur" } }
      : { subject, proven: "yes", evidence: { en: `ListCommands names ${chosen.join(", ")}`,
        fr: `ListCommands cite ${chosen.join(", ")}` } });
  }
  const status = await conversation.send("CoreShowChannels", [], deadlineMs, true);
  proofs.push(status.ok
    ? { subject: "snapshot", proven: "yes",
      evidence: { en: `CoreShowChannels lists ${status.value.items.length} channel(s)`,
        fr: `CoreShowChannels liste ${status.value.items.length} canal(aux)` } }
    : { subject: "snapshot", proven: "no", evidence: faultText(status.fault) });
  return ok(proofs);
}

export function mayUse(conversation: Conversation, action: string): boolean {
  return conversation.commands === undefined || conversation.commands.has(action);
}
