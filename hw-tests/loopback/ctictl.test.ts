/** `ctictl` against the real gRPC server: TLS, first trust, sign-in, watches that resume. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { completionScript } from "../../firmware/cli/completion.js";
import { nodeEnvironment, type Environment } from "../../firmware/cli/environment.js";
import { runProgram } from "../../firmware/cli/program.js";
import { secretFiles } from "../../firmware/config/secret-files.js";
import { simulatedPassword } from "../../firmware/northbound/api/gateway-simulated.js";
import type { NetworkServer } from "../../firmware/northbound/api/network-server.js";
import { createGrpcServer } from "../../firmware/northbound/grpc/server.js";
import { need } from "../requirement.js";
import { grpcServer, rig, ringing, value, type Rig } from "./server-rig.js";

interface Terminal {
  readonly environment: Environment;
  readonly interrupt: AbortController;
  readonly out: () => string;
  readonly err: () => string;
  run(...argv: readonly string[]): Promise<number>;
}

/** Made once: it listens to the signals of the whole process. */
let machine: Environment | undefined;

function terminal(home: string, input = ""): Terminal {
  machine ??= nodeEnvironment();
  let out = "";
  let err = "";
  const interrupt = new AbortController();
  const environment: Environment = { ...machine, home, variables: {}, columns: undefined,
    interactive: false, interrupted: interrupt.signal,
    out: async (content) => {
      await Promise.resolve();
      out += typeof content === "string" ? content : Buffer.from(content).toString("latin1");
    },
    err: (text) => { err += text; },
    input: () => Promise.resolve(input) };
  return { environment, interrupt, out: () => out, err: () => err, run(...argv) {
    out = "";
    err = "";
    return runProgram({ environment, version: "1.2.3" }, argv);
  } };
}

async function until(reached: () => boolean): Promise<void> {
  const endMs = performance.now() + 8_000;
  while (!reached()) {
    assert(performance.now() < endMs, "it did not happen in time");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("ctictl against a real server", () => {
  let on: Rig;
  let server: NetworkServer & { readonly port: number };
  let home: string;
  let address: string;

  beforeEach(async () => {
    on = await rig();
    server = await grpcServer(on);
    address = `127.0.0.1:${server.port}`;
    home = await mkdtemp(join(tmpdir(), "jackfield-ctictl-"));
    await on.gateway.token("admin");
  });

  afterEach(async () => {
    await server.stop(2_000);
    await on.release();
    await rm(home, { recursive: true, force: true });
  });

  const signedIn = async (): Promise<Terminal> => {
    const shell = terminal(home, `${simulatedPassword}\n`);
    assert.equal(await shell.run("login", address, "--user", "admin", "--password-stdin",
      "--trust-fingerprint", await authorityFingerprint()), 0, shell.err());
    return shell;
  };

  const authorityFingerprint = async (): Promise<string> => {
    const asked = terminal(home);
    assert.equal(await asked.run("login", address, "--user", "admin", "--password-stdin"), 3);
    return /--trust-fingerprint (\S+)/.exec(asked.err())?.[1] ?? "";
  };

  it("signs in with the pinned authority, keeps the session privately, and ends it", async () => {
    const shell = await signedIn();
    const path = join(home, ".config", "jackfield", "ctictl.json");
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const saved = JSON.parse(await readFile(path, "utf8"));
    assert.equal(saved.gateways[address].authorityPem.trim(), on.authority.authorityPem.trim());
    assert.equal(await shell.run("whoami"), 0, shell.err());
    assert.match(shell.out(), /Name +admin\n/);
    assert.equal(await shell.run("link", "list", "--output", "json"), 0);
    assert.equal(JSON.parse(shell.out()).links[0].id, "pbx-1");
    assert.equal(await shell.run("logout"), 0);
    assert.equal(await shell.run("whoami"), 3);
    assert.match(shell.err(), /ctictl login/);
  });

  it("does not talk to a gateway whose authority it does not trust", async () => {
    const shell = terminal(home);
    assert.equal(await shell.run("whoami", "--address", address), 6);
    assert.match(shell.err(), /ctictl login/);
  });

  it("sends no password to a host that the trusted certificate does not name", async () => {
    const shell = terminal(home, `${simulatedPassword}\n`);
    assert.equal(await shell.run("login", `0.0.0.0:${server.port}`, "--user", "admin",
      "--password-stdin", "--trust-fingerprint", await authorityFingerprint()), 6);
    assert.match(shell.err(), /tls\.names/);
  });

  it("ends with distinct codes, and prints the advice in the caller's language", async () => {
    const shell = await signedIn();
    assert.equal(await shell.run("link", "show", "nope", "--lang", "fr"), 5);
    assert.match(shell.err(), /^erreur: .*\nListez les liens/);
    const viewer = await on.gateway.token("viewer");
    assert.equal(await shell.run("user", "list", "--token", viewer), 4);
    assert.equal(await shell.run("link", "list", "--token", "nonsense"), 3);
    const file = join(home, "document.yaml");
    await writeFile(file, "wrong\n");
    assert.equal(await shell.run("config", "apply", file), 8);
    assert.match(shell.err(), /document\.yaml:1: links\[0\]\.driver: found wrong/);
    await writeFile(file, "version: 1\n");
    assert.equal(await shell.run("config", "apply", file), 0, shell.err());
    assert.equal(await shell.run("config", "show"), 0);
    assert.equal(shell.out(), "version: 1\n");
    await server.stop(1_000);
    assert.equal(await shell.run("link", "list", "--timeout", "2s"), 6);
  });

  it("saves a backup as the store gives it", async () => {
    const shell = await signedIn();
    const file = join(home, "backup.bin");
    assert.equal(await shell.run("system", "backup", "--file", file), 0, shell.err());
    const chunks: Uint8Array[] = [];
    for await (const chunk of on.gateway.store.backup()) chunks.push(chunk);
    assert.deepEqual(await readFile(file), Buffer.concat(chunks));
    assert.equal((await stat(file)).mode & 0o077, 0);
  });

  it("watches across a restart of the server without losing or repeating an event", async () => {
    const shell = await signedIn();
    on.gateway.switch.apply(ringing("2001"));
    const before = Number(on.gateway.switch.lastNumber);
    const watching = shell.run("call", "watch", "--after", "0", "--output", "json");
    const numbers = (): number[] => shell.out().trimEnd().split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => {
        const { event } = JSON.parse(line);
        return event === undefined ? [] : [Number(event.number)];
      });
    await until(() => numbers().includes(before));
    await server.stop(500);
    on.gateway.switch.apply(ringing("2002"));
    const again = createGrpcServer({ address: "127.0.0.1", port: server.port, tls: on.tls,
      api: on.api });
    value(await again.start());
    try {
      on.gateway.switch.apply(ringing("2003"));
      const last = Number(on.gateway.switch.lastNumber);
      await until(() => numbers().includes(last));
      const expected = Array.from({ length: last - (numbers()[0] ?? 0) + 1 },
        (_, index) => (numbers()[0] ?? 0) + index);
      assert.deepEqual(numbers(), expected);
      shell.interrupt.abort();
      assert.equal(await watching, 0);
    } finally {
      await again.stop(500);
    }
  });
});

describe("ctictl completion in a real shell", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "jackfield-shell-"));
    await writeFile(join(folder, "a-file"), "");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** What `script` prints, run by a shell without the settings of whoever tests. */
  async function printed(shell: string, parameters: readonly string[], script: string,
  ): Promise<string> {
    const file = join(folder, `script.${shell}`);
    await writeFile(file, script);
    const running = spawn(shell, [...parameters, file], { cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder, TERM: "dumb" },
      stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    running.stdout.on("data", (chunk: Buffer) => { text += chunk.toString("utf8"); });
    const ended = new Promise((resolve, reject) => {
      running.once("error", reject);
      running.once("close", resolve);
    });
    assert.equal(await ended, 0, text);
    return text;
  }

  function installed(context: Mocha.Context, shell: "zsh" | "fish"): void {
    const found = (process.env["PATH"] ?? "").split(":")
      .some((where) => existsSync(join(where, shell)));
    need(context, shell, found ? undefined : `apt-get install --no-install-recommends ${shell}`);
  }

  it("bash passes the words typed so far and offers what comes back", async () => {
    assert.equal(await printed("bash", [], `exec 3>&1
ctictl() { printf 'pbx-1\\nprinter\\n'; printf '[%s]' "$@" >&3; }
${completionScript("bash")}
COMP_WORDS=(ctictl link show pb); COMP_CWORD=3; _ctictl; echo "\${COMPREPLY[*]}"
COMP_WORDS=(ctictl link show ""); COMP_CWORD=3; _ctictl; echo "\${COMPREPLY[*]}"`),
    "[__complete][--][link][show][pb]pbx-1\n[__complete][--][link][show][]pbx-1 printer\n");
  });

  it("zsh completes the line that is typed at its prompt", async function () {
    installed(this, "zsh");
    await writeFile(join(folder, "setup.zsh"), `autoload -U compinit; compinit -D -u
ctictl() {
  printf '[%s]' "$@" >> calls; echo >> calls
  [[ $1 != __complete || $3 != link ]] || printf 'pbx-1\\nprinter\\n'
}
${completionScript("zsh")}
echo REA''DY
`);
    // The quotes keep the echo of what is typed apart from what it prints.
    assert.equal(await printed("zsh", ["-f"], `zmodload zsh/zpty
zpty shell 'zsh -f -i'
zpty -w shell 'source ./setup.zsh'
zpty -r shell seen '*READY*'
zpty -w -n shell $'ctictl link show pb\t\n'
zpty -w -n shell $'ctictl config apply a-\t\n'
zpty -w shell "echo DO''NE"
zpty -r shell seen '*DONE*'
zpty -d shell
cat calls`), "[__complete][--][link][show][pb]\n[link][show][pbx-1]\n"
      + "[__complete][--][config][apply][a-]\n[config][apply][a-file]\n");
  });

  it("fish offers what comes back, and files where nothing does", async function () {
    installed(this, "fish");
    assert.equal(await printed("fish", ["--no-config"], `function ctictl
  printf '[%s]' $argv >> words; echo >> words
  test $argv[3] = config; or printf 'pbx-1\\nprinter\\n'
end
${completionScript("fish")}
complete -C 'ctictl link show pb'
complete -C 'ctictl link show '
complete -C 'ctictl config apply a-'
cat words`), "pbx-1\npbx-1\nprinter\na-file\n[__complete][--][link][show][pb]\n"
      + "[__complete][--][link][show][]\n[__complete][--][config][apply][a-]\n");
  });
});

describe("secret files on the real disk", () => {
  it("are read with a bound, and their mode is told", async () => {
    const folder = await mkdtemp(join(tmpdir(), "jackfield-secret-"));
    try {
      const path = join(folder, "secret");
      await writeFile(path, "hunter2\n", { mode: 0o640 });
      assert.deepEqual(secretFiles.read(path, 100), { ok: true, value: "hunter2\n" });
      assert.deepEqual(secretFiles.read(path, 3), { ok: true, value: "hun" });
      const mode = secretFiles.mode(path);
      assert(mode.ok);
      assert.equal(mode.value & 0o700, 0o600);
      const missing = secretFiles.read(join(folder, "none"), 10);
      assert(!missing.ok);
      assert.equal(missing.fault.code, "not-found");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
