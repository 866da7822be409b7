/** Debian's vsftpd with the lines of `drivers/smdr/FTP.md`, and a user that only it knows. */

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmod, chown, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { need } from "../requirement.js";
import { pause, until } from "./gateway-process.js";

export const ftpUser = "pbx-cucm";
const userNumber = 64_711;

/** What the machine lacks to run it. */
export function needFtpServer(context: Mocha.Context): void {
  const found = spawnSync("sh", ["-c", "PATH=$PATH:/usr/sbin command -v vsftpd curl"]);
  const mounts = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]);
  need(context, "vsftpd", found.status !== 0 ? "apt-get install vsftpd curl"
    : mounts.status !== 0 ? "run as root, who may mount" : undefined);
}

export class FtpServer {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** `home` becomes the user's; files of the server itself are written into `folder`. */
  static async start(
    { folder, home, port, password }: {
      readonly folder: string; readonly home: string; readonly port: number;
      readonly password: string },
  ): Promise<FtpServer> {
    await chmod(folder, 0o755);
    await chown(home, userNumber, 0);
    await chmod(home, 0o2770);
    const page = await readFile(path.resolve("drivers/smdr/FTP.md"), "utf8");
    const at = (name: string): string => path.join(folder, name);
    await mkdir(at("empty"));
    await writeFile(at("users"), `${ftpUser}\n`);
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt",
      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=ftp",
      "-keyout", at("key.pem"), "-out", at("certificate.pem")], { stdio: "ignore" });
    await writeFile(at("both.pem"), await readFile(at("key.pem"), "utf8")
      + await readFile(at("certificate.pem"), "utf8"));
    const own: Readonly<Record<string, string>> = { listen_address: "127.0.0.1",
      listen_port: String(port), userlist_file: at("users"), rsa_cert_file: at("both.pem"),
      secure_chroot_dir: at("empty") };
    const lines = blockOf(page, "listen=YES").map((line) => {
      const key = line.split("=")[0] ?? "";
      return own[key] === undefined ? line : `${key}=${own[key]}`;
    });
    await writeFile(at("vsftpd.conf"), [...lines, "background=NO", ""].join("\n"));
    const hash = execFileSync("openssl", ["passwd", "-6", password]).toString().trim();
    await writeFile(at("passwd"), await readFile("/etc/passwd", "utf8")
      + `${ftpUser}:x:${userNumber}:0::${home}:/usr/sbin/nologin\n`);
    await writeFile(at("shadow"), await readFile("/etc/shadow", "utf8")
      + `${ftpUser}:${hash}:20000:0:99999:7:::\n`, { mode: 0o600 });
    await cp("/etc/pam.d", at("pam.d"), { recursive: true });
    await writeFile(at("pam.d/jackfield-ftp"),
      `${blockOf(page, "auth required pam_unix.so").join("\n")}\n`);
    // In a mount namespace of its own the machine's users stay as they are.
    const script = ["passwd", "shadow", "pam.d"].map((name) =>
      `mount --bind ${at(name)} /etc/${name}`).join(" && ");
    const child = spawn("unshare", ["--mount", "sh", "-c",
      `${script} && PATH=$PATH:/usr/sbin exec vsftpd ${at("vsftpd.conf")}`], { stdio: "inherit" });
    await until("vsftpd listens", async () => {
      assert.equal(child.exitCode, null, "vsftpd ended");
      return answers(port);
    });
    return new FtpServer(child);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => { this.#child.once("exit", resolve); });
    this.#child.kill("SIGKILL");
    await ended;
    await pause(0);
  }
}

/** The lines of the indented block that begins so. */
function blockOf(page: string, first: string): readonly string[] {
  const lines = page.split("\n");
  const begin = lines.indexOf(`    ${first}`);
  assert.ok(begin >= 0, first);
  const rest = lines.slice(begin);
  const end = rest.findIndex((line) => !line.startsWith("    "));
  return rest.slice(0, end).map((line) => line.trim());
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => { resolve(false); });
  });
}
