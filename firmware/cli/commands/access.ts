/** `ctictl user ...`, `ctictl token ...` and `ctictl certificate ...`. */

import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { AccessService, RoleSchema } from "../../../proto/gen/cti/gateway/v1/access_pb.js";
import { ask, type Command, type OptionDeclaration } from "../command.js";
import { readDocument } from "../document.js";
import { usageFailure } from "../failure.js";
import { enumChoices, enumWord, parseDurationMs, timeText } from "../wording.js";
import { readPassword } from "./sign-in.js";

const methods = AccessService.method;

const role: OptionDeclaration = { flags: "--role <role>", choices: enumChoices(RoleSchema),
  about: ["the role", "le rôle"], required: true };
const passwordStdin: OptionDeclaration = { flags: "--password-stdin",
  about: ["read the password from the standard input",
    "lire le mot de passe sur l'entrée standard"] };

const userCommands: readonly Command[] = [
  ask({ words: "user list", method: methods.listUsers, request: () => ({}),
    about: ["List the users.", "Lister les utilisateurs."],
    show: (response, session) => session.table([["Name", "Nom"], ["Role", "Rôle"],
      ["Last sign-in", "Dernière connexion"], ["Made", "Créé"], ["Remark", "Remarque"]],
    response.users.map((user) => [user.name, enumWord(RoleSchema, user.role),
      timeText(user.signedInAt, session.environment),
      timeText(user.createdAt, session.environment),
      [user.disabled ? session.say(["disabled", "désactivé"]) : "",
        user.mustChangePassword ? session.say(["must change password", "doit changer de mot "
          + "de passe"]) : ""].filter((part) => part !== "").join(", ")])) }),
  ask({ words: "user create", args: ["<user>"], options: [role, passwordStdin],
    about: ["Make a user.", "Créer un utilisateur."], method: methods.createUser,
    request: async (input, session) => ({ name: input.arg("user"),
      role: input.word("role", RoleSchema),
      password: await readPassword(session, input, session.say(["Password: ",
        "Mot de passe : "])) }) }),
  ask({ words: "user update", args: ["<user>"], method: methods.updateUser,
    about: ["Change a user's role, disable or enable it.",
      "Changer le rôle d'un utilisateur, le désactiver ou le réactiver."],
    options: [{ ...role, required: false },
      { flags: "--disable", about: ["may not sign in", "ne peut plus se connecter"] },
      { flags: "--enable", about: ["may sign in again", "peut se reconnecter"] }],
    request: (input) => {
      if (input.flag("disable") && input.flag("enable")) {
        throw usageFailure("--disable and --enable exclude each other");
      }
      return { name: input.arg("user"), role: input.word("role", RoleSchema),
        ...((input.flag("disable") || input.flag("enable"))
          && { disabled: input.flag("disable") }) };
    } }),
  ask({ words: "user delete", args: ["<user>"], method: methods.deleteUser,
    about: ["Delete a user.", "Supprimer un utilisateur."],
    request: (input) => ({ name: input.arg("user") }) }),
  ask({ words: "user password", args: ["[user]"], options: [passwordStdin],
    about: ["Set your own password, or, as admin, another user's.",
      "Changer son mot de passe, ou, comme admin, celui d'un autre."],
    method: methods.setPassword,
    async request(input, session) {
      const own = input.arg("user") === "";
      if (own && input.flag("passwordStdin")) {
        const [currentPassword = "", newPassword = ""] =
          (await session.environment.input()).split(/\r?\n/);
        return { currentPassword, newPassword };
      }
      return { name: input.arg("user"),
        currentPassword: own ? await readPassword(session, input, session.say(
          ["Current password: ", "Mot de passe actuel : "])) : "",
        newPassword: await readPassword(session, input, session.say(
          ["New password: ", "Nouveau mot de passe : "])) };
    } }),
];

const tokenCommands: readonly Command[] = [
  ask({ words: "token list", method: methods.listTokens, request: () => ({}),
    about: ["List the API tokens.", "Lister les jetons d'API."],
    show: (response, session) => session.table([["Token", "Jeton"], ["For", "Pour"],
      ["Role", "Rôle"], ["Made by", "Créé par"], ["Made", "Créé"], ["Ends", "Expire"],
      ["Last used", "Dernier usage"]], response.tokens.map((token) => [token.id, token.name,
      enumWord(RoleSchema, token.role), token.createdBy,
      timeText(token.createdAt, session.environment),
      timeText(token.expiresAt, session.environment),
      timeText(token.usedAt, session.environment)])) }),
  ask({ words: "token create", args: ["<name>"], method: methods.createToken,
    about: ["Make an API token; its secret is shown once.",
      "Créer un jeton d'API ; son secret n'est montré qu'une fois."],
    options: [role, { flags: "--expires <duration>",
      about: ["ends after: 90d; never if absent", "expire après : 90d ; jamais si absent"] }],
    request: (input, { environment }) => ({ name: input.arg("name"),
      role: input.word("role", RoleSchema),
      ...(input.has("expires") && { expiresAt: timestampFromMs(
        environment.nowMs() + parseDurationMs(input.text("expires"))) }) }),
    async show(response, session) {
      session.note(["Keep this secret; it is not shown again:",
        "Gardez ce secret ; il ne sera plus montré :"]);
      await session.text(response.secret);
    } }),
  ask({ words: "token revoke", args: ["<token>"], method: methods.revokeToken,
    about: ["End an API token.", "Révoquer un jeton d'API."],
    request: (input) => ({ id: input.arg("token") }) }),
];

const certificateCommands: readonly Command[] = [
  ask({ words: "certificate list", method: methods.listCertificates, request: () => ({}),
    about: ["List the client certificates.", "Lister les certificats clients."],
    show: (response, session) => session.table([["Serial", "Série"], ["Name", "Nom"],
      ["Role", "Rôle"], ["Ends", "Expire"], ["", ""]], response.certificates.map((row) =>
      [row.serial, row.name, enumWord(RoleSchema, row.role),
        timeText(row.expiresAt, session.environment),
        row.revoked ? session.say(["revoked", "révoqué"]) : ""])) }),
  ask({ words: "certificate issue", args: ["<request-file>"], method: methods.issueCertificate,
    about: ["Sign a client certificate for a request (PKCS#10, PEM).",
      "Signer un certificat client pour une demande (PKCS#10, PEM)."],
    options: [role, { flags: "--days <count>", about: ["days valid (365)", "validité (365)"] },
      { flags: "--file <path>", about: ["write to this file", "écrire dans ce fichier"] },
      { flags: "--authority-file <path>",
        about: ["also write the gateway's authority", "écrire aussi l'autorité"] }],
    request: async (input, session) => ({ role: input.word("role", RoleSchema),
      requestPem: await readDocument(session, input.arg("request-file")),
      validDays: Number(input.count("days")) }),
    async show(response, session, input) {
      const { environment } = session;
      const file = input.text("file");
      const authorityFile = input.text("authorityFile");
      if (file === "") await session.text(response.certificatePem);
      else await environment.writeFile(file, response.certificatePem, 0o644);
      if (authorityFile !== "") {
        await environment.writeFile(authorityFile, response.authorityPem, 0o644);
      }
    } }),
  ask({ words: "certificate revoke", args: ["<serial>"], method: methods.revokeCertificate,
    about: ["End a client certificate.", "Révoquer un certificat client."],
    request: (input) => ({ serial: input.arg("serial") }) }),
];

export const accessCommands: readonly Command[] =
  [...userCommands, ...tokenCommands, ...certificateCommands];
