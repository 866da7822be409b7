/** `ctictl system update ...`: the appliance's own software. */

import { FetchUpdateResponseSchema, InstallUpdateResponseSchema, SystemService, UpdateStageSchema }
  from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import { ask, type Command, type Input } from "../command.js";
import { Progress } from "../download.js";
import { usageFailure } from "../failure.js";
import type { Session } from "../session.js";
import { bytesText, enumWord, timeText } from "../wording.js";

const methods = SystemService.method;
const pieceBytes = 512 * 1024;

const install: Command = {
  words: "system update", args: ["<bundle>"],
  methods: [methods.uploadUpdate, methods.installUpdate, methods.fetchUpdate],
  about: ["Hand over a software bundle, or an https address that the appliance fetches it from; "
    + "the appliance verifies it, installs it and restarts.",
  "Remettre un paquet logiciel, ou l'adresse https où le boîtier le prend ; le boîtier le vérifie, "
    + "l'installe et redémarre."],
  options: [
    { flags: "--not-before <time>", about: ["install at this time: 2026-11-23T22:00",
      "installer à cette heure : 2026-11-23T22:00"] },
    { flags: "--downgrade", about: ["also an older version", "aussi une version plus ancienne"] },
    { flags: "--failed", about: ["also a version that was taken back before",
      "aussi une version déjà retirée"] },
    { flags: "--mirror-authority <pem>", about: ["file: who signed the mirror's certificate",
      "fichier : qui a signé le certificat du miroir"] }],
  async run(session, input) {
    const name = input.arg("bundle");
    if (name.startsWith("https://")) {
      await fetchFrom(name, session, input);
      return;
    }
    const bundle = await session.environment.readFile(name);
    if (bundle === undefined) {
      throw usageFailure(session.say([`the file ${name} cannot be read`,
        `le fichier ${name} ne peut pas être lu`]));
    }
    const notBefore = input.time("notBefore");
    const progress = new Progress(session);
    for (let offset = 0; offset < bundle.length; offset += pieceBytes) {
      await session.unary(methods.uploadUpdate, { offset: BigInt(offset),
        data: bundle.subarray(offset, offset + pieceBytes) });
      progress.show(`${bytesText(BigInt(offset))} / ${bytesText(BigInt(bundle.length))}`);
    }
    progress.end();
    const response = await session.unary(methods.installUpdate, {
      allowDowngrade: input.flag("downgrade"), allowFailed: input.flag("failed"),
      ...(notBefore === undefined ? {} : { notBefore }) });
    if (session.format !== "table") {
      await session.data(InstallUpdateResponseSchema, response);
      return;
    }
    await session.text(session.say([
      `Version ${response.version} is good. Follow it with: ctictl system update-status`,
      `La version ${response.version} est bonne. Suivez-la par : ctictl system update-status`]));
  },
};

async function fetchFrom(url: string, session: Session, input: Input): Promise<void> {
  const file = input.text("mirrorAuthority");
  const authority = file === "" ? new Uint8Array() : await session.environment.readFile(file);
  if (authority === undefined) {
    throw usageFailure(session.say([`the file ${file} cannot be read`,
      `le fichier ${file} ne peut pas être lu`]));
  }
  const notBefore = input.time("notBefore");
  const response = await session.unary(methods.fetchUpdate, { url,
    authorityPem: new TextDecoder().decode(authority), allowDowngrade: input.flag("downgrade"),
    allowFailed: input.flag("failed"), ...(notBefore === undefined ? {} : { notBefore }) });
  if (session.format !== "table") {
    await session.data(FetchUpdateResponseSchema, response);
    return;
  }
  await session.text(session.say([
    "The appliance fetches it. Follow it with: ctictl system update-status",
    "Le boîtier le télécharge. Suivez-le par : ctictl system update-status"]));
}

export const updateCommands: readonly Command[] = [
  install,
  ask({ words: "system update-stick", method: methods.installUpdate,
    request: () => ({ offered: true }),
    about: ["Install the newer version on the stick that is plugged in.",
      "Installer la version plus récente de la clé branchée."],
    show: ({ version }, session) => session.pairs([
      [["New version", "Nouvelle version"], version]]) }),
  ask({ words: "system update-status", method: methods.getUpdateStatus, request: () => ({}),
    about: ["Show which version runs, and how far an update is.",
      "Montrer la version en service, et où en est une mise à jour."],
    show: (response, session) => session.pairs([
      [["Version", "Version"], response.runningVersion], [["Slot", "Emplacement"], response.slot],
      [["Secure Boot", "Secure Boot"], session.say(response.secureBoot ? ["yes", "oui"]
        : ["no", "non"])],
      [["Stage", "Étape"], enumWord(UpdateStageSchema, response.stage)],
      [["New version", "Nouvelle version"], response.version],
      [["Received", "Reçu"], bytesText(response.uploadedBytes)],
      [["Installed", "Installé"], `${response.percent} %`],
      [["Not before", "Pas avant"], timeText(response.notBefore, session.environment)],
      [["Taken back", "Retirée"], response.failedVersion],
      [["On a stick", "Sur une clé"], response.offeredVersion],
      [["Reasons", "Raisons"], response.reasons.join("; ")]]) }),
  ask({ words: "system update-cancel", method: methods.cancelUpdate, request: () => ({}),
    about: ["Take back an installation that waits for its time.",
      "Annuler une installation qui attend son heure."] }),
];
