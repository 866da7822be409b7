/**
 * A unit made by `image/`. RAUC verifies and writes; the wish to restart and the confirmation are
 * files that systemd watches, so that this program needs no right of its own.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { makeFolder } from "../base/folder.js";
import type { FaultCode } from "../base/faults.js";
import { attempt, done, fail, ok, type Result } from "../base/result.js";
import type { Appliance, BundleInfo, Memory, Offer, Running } from "./appliance.js";
import { readState, type NetworkWish } from "./network-probation.js";
import { readSettings } from "./network-settings.js";
import type { ConsoleAnswer, ConsoleFacts, ConsoleWish, NetworkNow } from "./unit-board.js";

/** Written by the initrd: the slot that was started. */
const slotFile = "/run/jackfield/slot";
/** Written by the initrd: the rollback index of what runs. */
const floorFile = "/run/jackfield/floor";
/** Of jackfield.service: `RuntimeDirectory=`. */
const wishes = "/run/jackfield-gateway";
/** Of run-stick.mount. */
const stick = "/run/stick";
/** Of run-support.mount. */
const supportStick = "/run/support";
/** Written by the console's menu. */
const wishFile = "/run/jackfield-console/wish.json";
/** Of jackfield-network.service. */
const networkFolder = "/var/lib/jackfield-network";
const journalLines = 5_000;
const journalCharactersMax = 4 << 20;
const efiVariables = "/sys/firmware/efi/efivars";
/** Of the boot loader interface: set when the entry that was started is being counted. */
const bootCount = `${efiVariables}/LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f`;
const secureBoot = `${efiVariables}/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`;
/** Made by the initrd: the slot's blocks, each checked when it is read. */
const rootDevice = "/dev/dm-0";
const outputCharactersMax = 65_536;

/** Undefined: this machine is no such unit. */
export function raucAppliance(dataFolder: string): Appliance | undefined {
  return existsSync(slotFile) ? new RaucAppliance(path.join(dataFolder, "update")) : undefined;
}

class RaucAppliance implements Appliance {
  readonly #bundle: string;
  readonly #memory: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#bundle = path.join(folder, "bundle.raucb");
    this.#memory = path.join(folder, "memory.json");
  }

  async running(): Promise<Result<Running>> {
    return attempt("internal", "the running slot", async () => {
      const release = await readFile("/etc/os-release", "utf8");
      const secure = await readFile(secureBoot).catch(() => Buffer.alloc(0));
      return { slot: (await readFile(slotFile, "utf8")).trim(),
        version: /^IMAGE_VERSION="?([^"\n]+)/m.exec(release)?.[1] ?? "",
        onTrial: existsSync(bootCount) && !existsSync(`${wishes}/confirmed`),
        // Four bytes of attributes come before the value.
        secureBoot: secure.at(4) === 1,
        floor: Number(await readFile(floorFile, "utf8")) };
    });
  }

  async stage(offset: number, data: Uint8Array): Promise<Result<number>> {
    return attempt("store-unavailable", "the bundle cannot be kept", async () => {
      await makeFolder(this.#folder);
      const next = offset === 0 ? 0 : await this.staged();
      if (offset !== next) return undefined;
      const file = await open(this.#bundle, offset === 0 ? "w" : "r+", 0o600);
      try {
        await file.write(data, 0, data.length, offset);
      } finally {
        await file.close();
      }
      return offset + data.length;
    }).then(async (written) => {
      if (!written.ok) return written;
      if (written.value !== undefined) return ok(written.value);
      return fail("precondition", `expected offset ${await this.staged()}, found ${offset}`);
    });
  }

  async staged(): Promise<number> {
    return (await stat(this.#bundle).catch(() => undefined))?.size ?? 0;
  }

  async readRoot(offset: number, bytes: number): Promise<Result<Uint8Array>> {
    return attempt("internal", rootDevice, async () => {
      const file = await open(rootDevice, "r");
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    });
  }

  async discard(): Promise<Result<void>> {
    return attempt("store-unavailable", "the bundle cannot be removed", () =>
      rm(this.#bundle, { force: true }));
  }

  async offer(): Promise<Offer | undefined> {
    const names = await readdir(stick).catch(() => []);
    const name = names.filter((each) => each.endsWith(".raucb")).sort().at(-1);
    if (name === undefined) return undefined;
    const file = path.join(stick, name);
    const known = await stat(file).catch(() => undefined);
    return known && { file, mark: `${file} ${known.size} ${known.mtimeMs}` };
  }

  async inspect(file = this.#bundle): Promise<Result<BundleInfo>> {
    const read = await rauc(["info", "--output-format=json", file], () => undefined);
    if (!read.ok) return read;
    return attempt("update-refused", "the bundle's manifest", () => {
      const { compatible, version, build } =
        JSON.parse(read.value) as Readonly<Partial<Record<string, string>>>;
      return { compatible: compatible ?? "", version: version ?? "",
        rollbackIndex: Number(/^rollback-index-(\d+)$/.exec(build ?? "")?.[1] ?? 0) };
    });
  }

  async install(
    progress: (percent: number) => void, file = this.#bundle,
  ): Promise<Result<void>> {
    const installed = await rauc(["install", "--progress", file], (text) => {
      const percent = /(\d{1,3})%/.exec(text)?.[1];
      if (percent !== undefined) progress(Number(percent));
    });
    return installed.ok ? done : installed;
  }

  restart(): Promise<Result<void>> {
    return attempt("internal", "the wish to restart", () => writeFile(`${wishes}/restart`, ""));
  }

  confirm(): Promise<Result<void>> {
    return attempt("internal", "the confirmation", () => writeFile(`${wishes}/confirmed`, ""));
  }

  open(ports: { readonly tcp: readonly number[]; readonly udp: readonly number[] }):
  Promise<Result<void>> {
    return tell("ports.json", ports);
  }

  show(facts: ConsoleFacts): Promise<Result<void>> {
    return tell("console.json", facts);
  }

  async wish(): Promise<ConsoleWish | undefined> {
    const text = await readFile(wishFile, "utf8").catch(() => "");
    const read = await attempt("internal", "", () => JSON.parse(text) as ConsoleWish);
    return read.ok ? read.value : undefined;
  }

  answer(answer: ConsoleAnswer): Promise<Result<void>> {
    return tell("answer.json", answer);
  }

  async keepOnStick(name: string, content: Uint8Array): Promise<Result<string>> {
    if (!existsSync(supportStick)) {
      return fail("precondition", {
        en: "plug in a stick (FAT) with the label JFSUPPORT first",
        fr: "branchez d'abord une clé (FAT) au nom JFSUPPORT" });
    }
    return attempt("store-unavailable", "the stick", async () => {
      const file = await open(path.join(supportStick, name), "w");
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      return name;
    });
  }

  journal(): Promise<Result<string>> {
    return run("/usr/bin/journalctl", ["--no-pager", "--quiet", `--lines=${journalLines}`],
      "internal", journalCharactersMax);
  }

  async network(): Promise<Result<NetworkNow>> {
    // Empty: nothing was set yet.
    const read = (name: string): Promise<string> =>
      readFile(path.join(networkFolder, name), "utf8").catch(() => "");
    return attempt("internal", "the network settings", async () => {
      // The answer is written last, so it is read first.
      const answer = await read("answer.json");
      return { state: readState(answer, await read("probation.json")),
        settings: readSettings(await read("settings.json")),
        addresses: Object.values(networkInterfaces()).flatMap((each) => each ?? [])
          .filter(({ internal, address }) => !internal && !address.startsWith("fe80:"))
          .map(({ address }) => address) };
    });
  }

  wishNetwork(wish: NetworkWish): Promise<Result<void>> {
    return tell("network.json", wish);
  }

  async recall(): Promise<Result<Memory>> {
    if (!existsSync(this.#memory)) return ok({});
    // One that cannot be read stands for nothing: the boot loader's count alone decides then.
    const text = await readFile(this.#memory, "utf8").catch(() => "{}");
    return attempt("internal", "", () => JSON.parse(text) as Memory)
      .then((read) => read.ok ? read : ok({}));
  }

  async remember(memory: Memory): Promise<Result<void>> {
    return attempt("store-unavailable", "the update's state cannot be kept", async () => {
      await makeFolder(this.#folder);
      const part = `${this.#memory}.part`;
      const file = await open(part, "w", 0o600);
      try {
        await file.writeFile(JSON.stringify(memory));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, this.#memory);
    });
  }
}

/** Replaces a file that a service of the unit watches; our group may read it. */
function tell(name: string, facts: object): Promise<Result<void>> {
  return attempt("internal", name, async () => {
    const part = `${wishes}/${name}.part`;
    await writeFile(part, JSON.stringify(facts));
    await chmod(part, 0o640);
    await rename(part, `${wishes}/${name}`);
  });
}

/** Runs RAUC's client. */
function rauc(
  given: readonly string[], told: (text: string) => void,
): Promise<Result<string>> {
  return run("/usr/bin/rauc", given, "update-refused", outputCharactersMax, told);
}

/** Gives what the program says; when it fails, its last line of complaint is the reason. */
function run(
  program: string, given: readonly string[], fault: FaultCode, charactersMax: number,
  told: (text: string) => void = () => undefined,
): Promise<Result<string>> {
  const name = path.basename(program);
  return new Promise((resolve) => {
    const child = spawn(program, given, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let complaints = "";
    child.stdout.on("data", (bytes: Buffer) => {
      output = (output + bytes.toString()).slice(-charactersMax);
      told(bytes.toString());
    });
    child.stderr.on("data", (bytes: Buffer) => {
      complaints = (complaints + bytes.toString()).slice(-outputCharactersMax);
    });
    child.on("error", (error) => { resolve(fail(fault, `${name}: ${error.message}`)); });
    child.on("close", (code) => {
      if (code === 0) { resolve(ok(output)); return; }
      const last = `${output}\n${complaints}`.split("\n").map((line) => line.trim())
        .findLast((line) => line !== "" && !/^\d+%|^\(rauc|^Debug/.test(line));
      resolve(fail(fault, `${name}: ${last ?? `exit code ${code}`}`));
    });
  });
}
