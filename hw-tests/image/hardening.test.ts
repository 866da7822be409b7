/** What is in the built image, and how its services are boxed in: looked at without starting it. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { linesOf } from "../../image/kernel-modules.js";
import { parseServices } from "../../image/service-list.js";
import { removeFolder, temporaryFolder } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import { imageFolder, whyNoMachine } from "./machine.js";

const root = `${imageFolder}/a/work/root`;
const units = `${root}/usr/lib/systemd/system`;
/** Tenths, as systemd-analyze counts. */
const exposureMax = 20;
/** Of what others wrote, without a reason in services.txt. */
const othersExposureMax = 50;

/** Of kernel-hardening-checker's JSON; its judgements of Debian's kernel are Debian's matter. */
interface Finding {
  readonly option_name: string;
  readonly type: "kconfig" | "cmdline" | "sysctl";
  readonly check_result_bool: boolean;
}

/** What it asks and we do not do, each with the reason. */
const notDone: Readonly<Record<string, string>> = {
  "user.max_user_namespaces": "services have a user namespace of their own (PrivateUsers)",
  "kernel.modules_disabled": "an adapter that is plugged in later needs its module",
};
/** Of build.sh. */
const kernelFolder =
  `${process.env["XDG_CACHE_HOME"] ?? `${homedir()}/.cache`}/jackfield/image`;

function exposure(unit: string): number {
  const name = unit.replace("@.", "@tty1.");
  const text = execFileSync("systemd-analyze", ["security", "--offline=true", `--root=${root}`,
    "--threshold=100", "--no-pager", name], { encoding: "utf8" });
  return Number(/exposure level for .*: ([\d.]+)/.exec(text)?.[1]) * 10;
}

describe("hardening of the image", function () {
  this.timeout(60_000);

  before(function () {
    need(this, "image", whyNoMachine()
      ?? (existsSync("/usr/bin/systemd-analyze") ? undefined : "apt-get install systemd")
      ?? (existsSync("/usr/bin/python3") ? undefined : "apt-get install python3-minimal"));
  });

  it("boxes each of our services in", () => {
    const ours = readdirSync(units).filter((name) => name.endsWith(".service")
      && existsSync(`image/root/usr/lib/systemd/system/${name}`));
    assert.ok(ours.length > 8);
    const levels = new Map(ours.map((unit) => [unit, exposure(unit)]));
    process.stdout.write(`      ${[...levels].map(([unit, level]) =>
      `${unit.replace(".service", "")} ${(level / 10).toFixed(1)}`).join(", ")}\n`);
    assert.deepEqual([...levels].filter(([, level]) => !(level <= exposureMax)), []);
  });

  it("has no service but ours and those listed; each above 5 is there for a reason", () => {
    const listed = parseServices(readFileSync("image/services.txt", "utf8"));
    const others = readdirSync(units).filter((name) => name.endsWith(".service")
      && !existsSync(`image/root/usr/lib/systemd/system/${name}`)
      && !lstatSync(`${units}/${name}`).isSymbolicLink());
    assert.deepEqual(others, [...listed.keys()]);
    for (const [unit, reason] of listed) {
      assert.equal(exposure(unit) > othersExposureMax, reason !== undefined, unit);
    }
  });

  it("has no program but those listed, and none that takes rights", () => {
    const listed = new Set(linesOf(readFileSync("image/programs.txt", "utf8")));
    const found = ["usr/bin", "usr/sbin"].flatMap((folder) => readdirSync(`${root}/${folder}`));
    assert.deepEqual(found.filter((name) => !listed.has(name)), []);
    for (const gone of ["sh", "dash", "bash", "perl", "python3", "apt", "dpkg", "gcc", "ssh",
      "login", "su", "agetty", "busybox"]) {
      assert.ok(!found.includes(gone), gone);
    }
    const taking = execFileSync("find", [root, "-xdev", "-type", "f", "-perm", "/6000"],
      { encoding: "utf8" });
    assert.equal(taking, "");
  });

  it("gives no account a password or a shell", () => {
    for (const line of linesOf(readFileSync(`${root}/etc/passwd`, "utf8"))) {
      assert.match(line, /:\/usr\/sbin\/nologin$/);
    }
    for (const line of linesOf(readFileSync(`${root}/etc/shadow`, "utf8"))) {
      assert.match(line, /^[^:]+:!\*:/);
    }
  });

  it("starts the kernel locked down, with the words of the command line and no others", () => {
    const words = linesOf(readFileSync("image/cmdline.txt", "utf8")).join(" ").split(" ");
    const line = readFileSync(`${imageFolder}/a/work/cmdline`, "latin1");
    const [, index, ...built] = line.split(/[ \0]/);
    assert.match(index ?? "", /^jackfield\.index=\d+$/);
    // A test image has more behind, to start quicker.
    assert.deepEqual(built.slice(0, words.length), words);
    for (const word of ["lockdown=confidentiality", "module.sig_enforce=1", "oops=panic"]) {
      assert.ok(words.includes(word), word);
    }
  });

  it("fails nothing that kernel-hardening-checker asks of command line and sysctl", async () => {
    const folder = await temporaryFolder("image");
    const [commandLine, sysctl] = [`${folder}/cmdline`, `${folder}/sysctl`];
    writeFileSync(commandLine, `${linesOf(readFileSync("image/cmdline.txt", "utf8")).join(" ")}\n`);
    // As `sysctl -a` prints; a minus stands before what this kernel may not know.
    writeFileSync(sysctl, linesOf(readFileSync(`${root}/etc/sysctl.d/50-jackfield.conf`, "utf8"))
      .map((each) => `${each.replace(/^-/, "")}\n`).join(""));
    const kernel = readdirSync(`${root}/usr/lib/modules`)[0] ?? "";
    const findings = JSON.parse(execFileSync("hw-tests/image/kernel-hardening.sh",
      [`${kernelFolder}/linux-image-${kernel}/boot/config-${kernel}`, commandLine, sysctl],
      { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })) as readonly Finding[];
    await removeFolder(folder);
    const judged = findings.filter(({ type }) => type !== "kconfig");
    process.stdout.write(`      ${judged.length} asked of command line and sysctl\n`);
    assert.ok(judged.length > 80);
    assert.deepEqual(judged.filter(({ check_result_bool: good }) => !good)
      .map(({ option_name: name }) => name), Object.keys(notDone));
  });

  it("starts each guest agent on its own hypervisor only", () => {
    for (const [unit, virtualization] of [["qemu-guest-agent", "kvm"],
      ["open-vm-tools", "vmware"],
      ["hv-kvp-daemon", "microsoft"]] as const) {
      const text = [`${units}/${unit}.service`,
        `${root}/etc/systemd/system/${unit}.service.d/jackfield.conf`]
        .map((file) => readFileSync(file, "utf8")).join("\n");
      assert.match(text, new RegExp(`^ConditionVirtualization=\\|?${virtualization}$`, "m"));
    }
  });
});
