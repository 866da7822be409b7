/**
 * The steps of build.sh that are more than commands: `node build/image/tool.js STEP ARGUMENT...`.
 * What decides stands in modules of its own beside this file; here only files are read and written.
 */

import { createHash } from "node:crypto";
import { closeSync, cpSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync,
  readlinkSync, readSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { billOfMaterials, debianParts, npmParts } from "./bill-of-materials.js";
import { diskBytes, espBytes, fixedUuid, partitions, sfdiskScript, slotBytes } from "./disk.js";
import { oneExecutable } from "./executable.js";
import { linesOf, loadOrder, parseDependencies, selection } from "./kernel-modules.js";
import { blockBytes, writeBlockIndex } from "../firmware/update/block-index.js";
import { closure, isNeeded, type Manifest } from "./runtime-packages.js";
import { parseServices, stays } from "./service-list.js";
import { manifest, ovf } from "./virtual-appliance.js";
import { settleVhdx, vhdxHeadBytes } from "./vhdx.js";
import { objcopyArguments, place, programEnd, type Part } from "./uki.js";

type Step = (...given: readonly string[]) => void;

function text(file: string): string {
  return readFileSync(file, "utf8");
}

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

const steps: Readonly<Record<string, Step>> = {
  /** TREE (lib/modules/VERSION) LIST TARGET: copies the modules of an allow-list. */
  "root-modules"(tree = "", list = "", target = "") {
    const chosen = selection(linesOf(text(list)), parseDependencies(text(`${tree}/modules.dep`)));
    for (const file of chosen) cpSync(`${tree}/${file}`, `${target}/${file}`);
    for (const name of ["modules.order", "modules.builtin", "modules.builtin.modinfo"]) {
      cpSync(`${tree}/${name}`, `${target}/${name}`);
    }
  },

  /** TREE LIST TARGET: copies the initrd's modules, and writes their order to TARGET/list. */
  "initrd-modules"(tree = "", list = "", target = "") {
    const order = loadOrder(linesOf(text(list)), parseDependencies(text(`${tree}/modules.dep`)),
      text(`${tree}/modules.builtin`));
    mkdirSync(target, { recursive: true });
    for (const file of order) cpSync(`${tree}/${file}`, path.join(target, path.basename(file)));
    writeFileSync(`${target}/list`, `${order.map((file) => path.basename(file)).join("\n")}\n`);
  },

  /** ROOT LIST: leaves only the listed programs in /usr/bin and /usr/sbin. */
  programs(root = "", list = "") {
    const kept = new Set(linesOf(text(list)));
    for (const folder of ["usr/bin", "usr/sbin"]) {
      for (const name of names(`${root}/${folder}`)) {
        if (!kept.has(name)) rmSync(`${root}/${folder}/${name}`);
      }
    }
    const left = new Set(["usr/bin", "usr/sbin"].flatMap((folder) => names(`${root}/${folder}`)));
    const missing = [...kept].filter((name) => !left.has(name));
    if (missing.length > 0) throw new Error(`no package has ${missing.join(", ")}`);
  },

  /** ROOT LIST: leaves only the listed services of packages, and what starts them. */
  services(root = "", list = "") {
    const kept = parseServices(text(list));
    const at = `${root}/usr/lib/systemd/system`;
    for (const name of names(at).filter((each) => /\.(service|socket|path|timer)$/.test(each))) {
      const link = lstatSync(`${at}/${name}`).isSymbolicLink();
      const target = link ? path.basename(readlinkSync(`${at}/${name}`)) : undefined;
      const words = link ? "" : text(`${at}/${name}`);
      if (!stays(name, { text: words, target }, kept)) rmSync(`${at}/${name}`);
    }
    const missing = [...kept.keys()].filter((name) => !existsSync(`${at}/${name}`));
    if (missing.length > 0) throw new Error(`no package has ${missing.join(", ")}`);
  },

  /** TARGET PACKAGE...: copies these npm packages, and what they need, from node_modules. */
  "npm-packages"(target = "", ...wanted) {
    const manifest = (name: string): Manifest | undefined => {
      const file = `node_modules/${name}/package.json`;
      return existsSync(file) ? JSON.parse(text(file)) as Manifest : undefined;
    };
    for (const name of closure(wanted, manifest)) {
      const from = `node_modules/${name}`;
      cpSync(from, `${target}/${name}`, { recursive: true, dereference: true,
        filter: (file) => statSync(file).isDirectory() || isNeeded(path.relative(from, file)) });
    }
  },

  /** STUB OSREL CMDLINE LINUX INITRD: prints objcopy's arguments, one a line. */
  "uki-arguments"(stub = "", osrel = "", cmdline = "", linux = "", initrd = "") {
    const files: Readonly<Record<Part, string>> = { osrel, cmdline, linux, initrd };
    const size = (part: Part): number => statSync(files[part]).size;
    const placed = place(programEnd(readFileSync(stub)), { osrel: size("osrel"),
      cmdline: size("cmdline"), linux: size("linux"), initrd: size("initrd") });
    process.stdout.write(`${objcopyArguments(placed, files).join("\n")}\n`);
  },

  /** NODE BLOB TARGET: writes both as one executable. */
  executable(node = "", blob = "", target = "") {
    writeFileSync(target, oneExecutable(readFileSync(node), readFileSync(blob)), { mode: 0o755 });
  },

  /** FLAGS PROGRAM...: prints Node's settings for a blob of the programs' files, read beside it. */
  "blob-settings"(flags = "", ...programs) {
    process.stdout.write(JSON.stringify({ main: "start.js", output: "blob",
      disableExperimentalSEAWarning: true, execArgv: flags.split(" "), execArgvExtension: "cli",
      assets: Object.fromEntries(programs.map((name) => [name, `${name}.js`])) }));
  },

  /** MEDIUM: prints sfdisk's script. */
  sfdisk(medium = "disk") {
    process.stdout.write(sfdiskScript(medium));
  },

  /** VERSION EPOCH LOCK PACKAGES...: prints the bill of materials; PACKAGES as dpkg-deb -f. */
  bill(version = "", epoch = "", lock = "", ...packages) {
    const parts = [...packages.flatMap((file) => debianParts(text(file))),
      ...npmParts(JSON.parse(text(lock)) as Parameters<typeof npmParts>[0])];
    const at = new Date(Number(epoch) * 1_000).toISOString();
    process.stdout.write(`${JSON.stringify(billOfMaterials(version, at, parts), null, 1)}\n`);
  },

  /** BUNDLE ROOT: prints the bundle's block index, its blocks as they lie in ROOT's slot. */
  "block-index"(bundle = "", root = "") {
    const bytes = readFileSync(bundle);
    const at = bytes.indexOf(readFileSync(root).subarray(0, blockBytes));
    if (at < 0) throw new Error("the bundle does not hold the root as it is");
    process.stdout.write(writeBlockIndex(bytes, at % blockBytes));
  },

  /** VERSION VMDK: prints the OVF description. */
  ovf(version = "", disk = "") {
    process.stdout.write(ovf({ version, diskFile: path.basename(disk),
      diskFileBytes: statSync(disk).size, capacityBytes: diskBytes }));
  },

  /** VHDX: gives it fixed identifiers. */
  vhdx(file = "") {
    const disk = openSync(file, "r+");
    const head = Buffer.alloc(vhdxHeadBytes);
    const size = readSync(disk, head, 0, vhdxHeadBytes, 0);
    settleVhdx(head, fixedUuid);
    writeSync(disk, head, 0, size, 0);
    closeSync(disk);
  },

  /** FILE...: prints the manifest of an OVA. */
  manifest(...files) {
    process.stdout.write(manifest(files.map((file) => [path.basename(file),
      createHash("sha256").update(readFileSync(file)).digest("hex")])));
  },

  /** Prints sizes and places as shell variables. */
  sizes() {
    const starts = partitions.map(({ name, startBytes }) =>
      `start_${name.replace("-", "_")}=${startBytes}`);
    process.stdout.write(`${[`disk_bytes=${diskBytes}`, `esp_bytes=${espBytes}`,
      `slot_bytes=${slotBytes}`, `uuid_stick_esp=${fixedUuid("stick esp").toLowerCase()}`,
      ...starts].join("\n")}\n`);
  },
};

const [name = "", ...given] = process.argv.slice(2);
const step = steps[name];
if (step === undefined) throw new Error(`no step ${name}: ${Object.keys(steps).join(", ")}`);
step(...given);
