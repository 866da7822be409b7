/**
 * A session of the SSH File Transfer Protocol (draft-ietf-secsh-filexfer-02, version 3, which
 * OpenSSH speaks), as far as putting a whole file in place needs it.
 */

import { createHash } from "node:crypto";
import type { Client, ConnectConfig, SFTPWrapper, Stats } from "ssh2";
import { attempt, fail, messageOf, ok, type Result, type Text } from "../base/result.js";
import type { SftpTarget } from "./destination.js";
import { openMs } from "./stream-outlet.js";

/** A server that has answered nothing for so often so long is gone. */
const keepaliveMs = 15_000;
const keepaliveMax = 3;
/** draft-ietf-secsh-filexfer-02 §7: SSH_FX_NO_SUCH_FILE. */
const noSuchFile = 2;

export interface SftpCredentials {
  readonly password: string | undefined;
  readonly privateKey: string | undefined;
}

/** `SHA256:...` without padding, as OpenSSH writes it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replaceAll("=", "")}`;
}

export class SftpSession {
  readonly #client: Client;
  readonly #sftp: SFTPWrapper;

  private constructor(client: Client, sftp: SFTPWrapper) {
    this.#client = client;
    this.#sftp = sftp;
  }

  /** Fault `peer-untrusted` when the server's key is not the one expected; says which it is. */
  static async open(
    to: SftpTarget, credentials: SftpCredentials, onClosed: (reason: Text) => void,
  ): Promise<Result<SftpSession>> {
    const { default: ssh2 } = await import("ssh2");
    const client = new ssh2.Client();
    let offered = "";
    const config: ConnectConfig = {
      host: to.host, port: to.port, username: to.user, readyTimeout: openMs,
      keepaliveInterval: keepaliveMs, keepaliveCountMax: keepaliveMax,
      hostVerifier: (key: Buffer) => {
        offered = fingerprintOf(key);
        return offered === to.fingerprint?.replaceAll("=", "");
      },
      ...(credentials.password !== undefined
        && { password: credentials.password, tryKeyboard: true }),
      ...(credentials.privateKey !== undefined && { privateKey: credentials.privateKey }),
    };
    // Servers that know passwords as answers to a question only.
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) => {
      finish(prompts.map(() => credentials.password ?? ""));
    });
    const reached = await new Promise<Result<SFTPWrapper>>((resolve) => {
      let last: Text = { en: "the server has closed the connection",
        fr: "le serveur a fermé la connexion" };
      client.on("error", (error) => {
        last = messageOf(error);
        resolve(fail("delivery-failed", last));
      });
      client.on("close", () => {
        resolve(fail("delivery-failed", last));
        onClosed(last);
      });
      client.on("ready", () => {
        client.sftp((error, sftp) => {
          resolve(error === undefined ? ok(sftp) : fail("delivery-failed", messageOf(error)));
        });
      });
      // What is wrong with the key of ours is thrown here.
      void attempt("delivery-failed", "SSH", () => client.connect(config)).then((begun) => {
        if (!begun.ok) resolve(begun);
      });
    });
    if (reached.ok) return ok(new SftpSession(client, reached.value));
    client.end();
    return offered === "" || offered === to.fingerprint?.replaceAll("=", "") ? reached
      : untrusted(to, offered);
  }

  /** Fault when the folder cannot be used. */
  async lookInto(folder: string): Promise<Result<void>> {
    return attempt("delivery-failed", folder, async () => {
      const found = await call<Stats>((answer) => { this.#sftp.stat(folder, answer); });
      if (!found.isDirectory()) throw new Error("it is no folder");
    });
  }

  /** Under its own name it is there as a whole or not at all; an older one of the name goes. */
  async put(path: string, bytes: Buffer): Promise<Result<void>> {
    const sftp = this.#sftp;
    const part = `${path}.part`;
    return attempt("delivery-failed", path, async () => {
      const handle = await call<Buffer>((answer) => { sftp.open(part, "w", answer); });
      await call<void>((answer) => { sftp.write(handle, bytes, 0, bytes.length, 0, answer); });
      await offeredCall((answer) => { sftp.ext_openssh_fsync(handle, answer); });
      await call<void>((answer) => { sftp.close(handle, answer); });
      const renamed =
        await offeredCall((answer) => { sftp.ext_openssh_rename(part, path, answer); });
      if (!renamed) await this.#replace(part, path, bytes.length);
    });
  }

  close(): void {
    this.#client.end();
  }

  /** Breaks off without a farewell: what is under way fails. */
  abandon(): void {
    this.#client.destroy();
  }

  /** Plain SFTP renames to a free name only. A file of the same name and size is the same. */
  async #replace(part: string, path: string, size: number): Promise<void> {
    const sftp = this.#sftp;
    const there = await new Promise<Stats | undefined>((resolve, reject) => {
      sftp.stat(path, (error, found) => {
        if (error === undefined) resolve(found);
        else if ("code" in error && error.code === noSuchFile) resolve(undefined);
        else reject(error);
      });
    });
    if (there?.size === size) {
      await call<void>((answer) => { sftp.unlink(part, answer); });
      return;
    }
    if (there !== undefined) await call<void>((answer) => { sftp.unlink(path, answer); });
    await call<void>((answer) => { sftp.rename(part, path, answer); });
  }
}

type Answer<T> = (error: Error | null | undefined, value: T) => void;

function call<T>(begin: (answer: Answer<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    begin((error, value) => {
      if (error === undefined || error === null) resolve(value);
      else reject(error);
    });
  });
}

/** False where the server does not have the extension: the library throws before it asks. */
async function offeredCall(begin: (answer: Answer<void>) => void): Promise<boolean> {
  let offered = true;
  await call<void>((answer) => {
    try {
      begin(answer);
    } catch {
      offered = false;
      answer(null);
    }
  });
  return offered;
}

function untrusted(to: SftpTarget, offered: string): Result<never> {
  return fail("peer-untrusted", to.fingerprint === undefined
    ? { en: `no fingerprint is configured; the server shows ${offered}: write it as `
      + "`fingerprint` if it is the right server",
    fr: `aucune empreinte n'est configurée ; le serveur montre ${offered} : mettez-la comme `
      + "`fingerprint` si c'est le bon serveur" }
    : { en: `the server's key is ${offered}, not the configured one`,
      fr: `la clé du serveur est ${offered}, non celle configurée` });
}
