/** `ctictl login`, `logout` and `whoami`. */

import { AccessService, RoleSchema } from "../../../proto/gen/cti/gateway/v1/access_pb.js";
import { ask, type Command, type Input } from "../command.js";
import { exitCodes } from "../exit-codes.js";
import { Failure, usageFailure } from "../failure.js";
import { sameFingerprint, type FetchAuthority } from "../pinning.js";
import { readSaved, savedPath, withPort, writeSaved, type Connection,
  type SavedGateway } from "../settings.js";
import type { Session } from "../session.js";
import { enumWord, timeText } from "../wording.js";

const methods = AccessService.method;

/** From `--password-stdin`, or asked without showing it. */
export async function readPassword(
  session: Session, input: Input, prompt: string,
): Promise<string> {
  if (input.flag("passwordStdin")) return (await session.environment.input()).replace(/\r?\n$/, "");
  if (!session.environment.interactive) {
    throw usageFailure(session.say(["no terminal to ask at; use --password-stdin",
      "pas de terminal ; utilisez --password-stdin"]));
  }
  const password = await session.environment.question(prompt, true);
  if (password !== undefined) return password;
  throw new Failure(session.say(["no password was given", "aucun mot de passe donné"]),
    { exitCode: exitCodes.failed });
}

/** The authority to trust: one given, one saved, or the one that the gateway shows now. */
async function trusted(
  session: Session, input: Input, connection: Connection, fetchAuthority: FetchAuthority,
): Promise<{ readonly pem: string; readonly fingerprint: string } | undefined> {
  const expected = input.text("trustFingerprint");
  if (connection.authorityPem !== undefined && connection.saved?.authorityPem === undefined) {
    return undefined;
  }
  const shown = await fetchAuthority(connection.address);
  const known = connection.saved?.fingerprint;
  const { pem, fingerprint, subject } = shown;
  if (expected !== "") {
    if (sameFingerprint(expected, fingerprint)) return shown;
    throw new Failure(session.say([`the gateway shows another authority: ${fingerprint}`,
      `la passerelle présente une autre autorité : ${fingerprint}`]),
    { exitCode: exitCodes.unauthenticated });
  }
  if (known !== undefined && sameFingerprint(known, fingerprint)) return { pem, fingerprint };
  session.note(known === undefined
    ? session.say([`${connection.address} is not known yet. Its authority is`,
      `${connection.address} n'est pas encore connue. Son autorité est`])
    : session.say([`WARNING: ${connection.address} shows ANOTHER authority than before. It is`,
      `ATTENTION : ${connection.address} présente une AUTRE autorité qu'avant. C'est`]));
  session.note(`  ${subject}\n  SHA-256 ${fingerprint}`);
  if (!session.environment.interactive) {
    throw new Failure(session.say(["the authority is not trusted",
      "l'autorité n'est pas approuvée"]), { exitCode: exitCodes.unauthenticated,
      advice: `ctictl login --trust-fingerprint ${fingerprint}` });
  }
  const answer = await session.environment.question(session.say(
    ["Is this the gateway's own? It prints the fingerprint at its start. [yes/no] ",
      "Est-ce la sienne ? Elle affiche l'empreinte à son démarrage. [oui/non] "]), false);
  if (/^(?:y|yes|o|oui)$/i.test(answer?.trim() ?? "")) return { pem, fingerprint };
  throw new Failure(session.say(["the authority is not trusted", "l'autorité n'est pas approuvée"]),
    { exitCode: exitCodes.unauthenticated });
}

async function renewPassword(session: Session, input: Input, old: string): Promise<void> {
  session.note(["You must choose a new password (12 characters at least).",
    "Vous devez choisir un nouveau mot de passe (au moins 12 caractères)."]);
  if (input.flag("passwordStdin")) return;
  const ask = async (text: readonly [string, string]): Promise<string> =>
    await session.environment.question(session.say(text), true) ?? "";
  const chosen = await ask(["New password: ", "Nouveau mot de passe : "]);
  if (chosen !== await ask(["Again: ", "Encore : "])) {
    throw new Failure(session.say(["the two differ", "les deux diffèrent"]),
      { exitCode: exitCodes.invalid, advice: "ctictl user password" });
  }
  await session.unary(methods.setPassword, { currentPassword: old, newPassword: chosen });
}

export function loginCommand(fetchAuthority: FetchAuthority): Command {
  return {
    words: "login", args: ["[address]"], methods: [methods.signIn, methods.setPassword],
    about: ["Sign in, and remember gateway and session.",
      "Se connecter, et mémoriser passerelle et session."],
    options: [
      { flags: "--user <name>", about: ["the user's name", "le nom de l'utilisateur"] },
      { flags: "--password-stdin", about: ["read the password from the standard input",
        "lire le mot de passe sur l'entrée standard"] },
      { flags: "--trust-fingerprint <sha256>",
        about: ["trust the gateway's authority only if it has this fingerprint",
          "n'approuver l'autorité que si elle a cette empreinte"] }],
    async run(session, input) {
      const { environment } = session;
      const before = await session.connection();
      const address = input.arg("address") === "" ? before.address : withPort(input.arg("address"));
      const saved = await readSaved(environment);
      const known = saved.gateways[address];
      const own = address === before.address ? before
        : { ...before, address, saved: known, authorityPem: known?.authorityPem };
      const authority = await trusted(session, input, own, fetchAuthority);
      session.reconnect({ ...own, token: undefined,
        authorityPem: authority?.pem ?? own.authorityPem });
      const name = input.text("user") || (environment.interactive ? await environment.question(
        session.say(["User: ", "Utilisateur : "]), false) ?? "" : "");
      if (name === "") throw usageFailure("--user is missing");
      const password = await readPassword(session, input,
        session.say([`Password of ${name}: `, `Mot de passe de ${name} : `]));
      const response = await session.unary(methods.signIn, { name, password });
      const gateway: SavedGateway = { token: response.token, user: name,
        ...(authority !== undefined
          && { authorityPem: authority.pem, fingerprint: authority.fingerprint }) };
      await writeSaved(environment, { current: address,
        gateways: { ...saved.gateways, [address]: gateway } });
      session.reconnect({ token: response.token });
      const until = timeText(response.expiresAt, environment);
      session.note([`Signed in to ${address} as ${name} until ${until}.`,
        `Connecté à ${address} comme ${name} jusqu'à ${until}.`]);
      if (response.user?.mustChangePassword === true) {
        await renewPassword(session, input, password);
      }
    },
  };
}

const logout: Command = {
  words: "logout", methods: [methods.signOut],
  about: ["End the session and forget it.", "Terminer la session et l'oublier."],
  async run(session) {
    const { address } = await session.connection();
    try {
      await session.unary(methods.signOut, {});
    } finally {
      const saved = await readSaved(session.environment);
      const { token: _token, expiresAt: _expiresAt, ...rest } = saved.gateways[address] ?? {};
      await writeSaved(session.environment,
        { ...saved, gateways: { ...saved.gateways, [address]: rest } });
    }
    session.note([`Signed out of ${address} (${savedPath(session.environment)}).`,
      `Déconnecté de ${address} (${savedPath(session.environment)}).`]);
  },
};

export const signInCommands: readonly Command[] = [
  logout,
  ask({ words: "whoami", method: methods.whoAmI, request: () => ({}),
    about: ["Show who you are to the gateway.", "Montrer qui vous êtes pour la passerelle."],
    show: async (response, session) => {
      const { address } = await session.connection();
      await session.pairs([
        [["Gateway", "Passerelle"], address], [["Name", "Nom"], response.name],
        [["Role", "Rôle"], enumWord(RoleSchema, response.role)],
        [["Signed in by", "Identifié par"], response.method]]);
    } }),
];
