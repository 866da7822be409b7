/**
 * A pseudo terminal: a serial port whose far end is this program. For simulated PBXs and tests.
 * Node has no call for it, so a helper process holds the master side and relays it over pipes.
 */

import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { done, fail, messageOf, ok, type Result } from "../../base/result.js";
import type { World } from "../../base/world.js";

export interface PtyPair {
  /** What a serial transport opens: `/dev/pts/7`. Raw, without echo. */
  readonly devicePath: string;
  /** Towards the port's reader. `queue-full` when more than `ptyBufferMax` bytes wait. */
  write(bytes: Uint8Array): Result<void>;
  /** What was written to the port. */
  onData(handler: (bytes: Uint8Array) => void): void;
  /** Removes the port: a program that has it open sees it vanish, as when a cable is pulled. */
  close(): Promise<void>;
}

export const ptyBufferMax = 1_048_576;

/**
 * Perl is part of every Debian. The numbers are O_RDWR|O_NOCTTY, TIOCSPTLCK and TIOCGPTN of
 * Linux's generic ABI (x86, ARM, RISC-V). The helper keeps the slave open, so that the port
 * survives its reader, and ends with its standard input.
 */
const perlHelper = `
$| = 1; my $lock = pack("i", 0); my $number = pack("i", 0);
sysopen(my $master, "/dev/ptmx", 0402) or die "/dev/ptmx: $!\\n";
ioctl($master, 0x40045431, $lock) or die "unlock: $!\\n";
ioctl($master, 0x80045430, $number) or die "number: $!\\n";
my $path = "/dev/pts/" . unpack("i", $number);
sysopen(my $slave, $path, 0402) or die "$path: $!\\n";
system("stty", "-F", $path, "raw", "-echo") == 0 or die "stty failed\\n";
syswrite(STDOUT, "$path\\n");
sub relay {
  my ($from, $to) = @_;
  my $count = sysread($from, my $bytes, 65536);
  exit 0 unless $count;
  for (my $at = 0; $at < $count; ) {
    my $written = syswrite($to, $bytes, $count - $at, $at);
    exit 1 unless defined $written;
    $at += $written;
  }
}
while (1) {
  my $ready = ""; vec($ready, 0, 1) = 1; vec($ready, fileno($master), 1) = 1;
  next if select($ready, undef, undef, undef) < 0;
  relay($master, *STDOUT) if vec($ready, fileno($master), 1);
  relay(*STDIN, $master) if vec($ready, 0, 1);
}
`;

const pythonHelper = `
import os, pty, select, tty
master, slave = pty.openpty()
tty.setraw(slave)
os.write(1, os.ttyname(slave).encode() + b"\\n")
def relay(source, target):
    data = os.read(source, 65536)
    if not data: raise SystemExit(0)
    while data: data = data[os.write(target, data):]
while True:
    ready, _, _ = select.select([0, master], [], [])
    if master in ready: relay(master, 1)
    if 0 in ready: relay(0, master)
`;

export type PtyHelper = "perl" | "python3";

const helpers: Readonly<Record<PtyHelper, readonly string[]>> = {
  perl: ["-e", perlHelper],
  python3: ["-c", pythonHelper],
};

/** Opens a pair within `deadlineMs` by the first helper that works. */
export async function openPtyPair(
  world: World, deadlineMs = 5_000, tried: readonly PtyHelper[] = ["perl", "python3"],
): Promise<Result<PtyPair>> {
  const reasons: string[] = [];
  for (const helper of tried) {
    const opened = await openWith(helper, world, deadlineMs);
    if (opened.ok) return opened;
    reasons.push(opened.fault.message);
  }
  return fail("precondition",
    `No pseudo terminal (${reasons.join("; ")}). Type: apt-get install perl-base coreutils`);
}

type Helper = ChildProcessByStdio<Writable, Readable, Readable>;

function openWith(
  helper: PtyHelper, world: World, deadlineMs: number,
): Promise<Result<PtyPair>> {
  const child: Helper = spawn(helper, helpers[helper], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => undefined);
  return new Promise((resolve) => {
    let head = Buffer.alloc(0);
    let complaint = "";
    const settle = (result: Result<PtyPair>): void => {
      timer.cancel();
      child.stdout.off("data", onHead);
      if (!result.ok) child.kill("SIGKILL");
      resolve(result);
    };
    const onHead = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\n");
      if (end < 0) return;
      child.stdout.pause();
      settle(ok(pairOn(child, head.subarray(0, end).toString())));
    };
    const timer = world.clock.after(deadlineMs, "pty.open", () => {
      settle(fail("deadline-passed", `${helper} did not answer`));
    });
    child.on("error", (error) => {
      settle(fail("precondition", `${helper}: ${messageOf(error)}`));
    });
    child.on("close", () => {
      settle(fail("precondition", `${helper}: ${complaint.trim() || "ended"}`));
    });
    child.stderr.on("data", (chunk: Buffer) => { complaint = chunk.toString().slice(0, 500); });
    child.stdout.on("data", onHead);
  });
}

function pairOn(child: Helper, devicePath: string): PtyPair {
  let ended = false;
  const end = new Promise<void>((resolve) => {
    child.once("close", () => {
      ended = true;
      resolve();
    });
  });
  return {
    devicePath,
    write(bytes): Result<void> {
      if (ended) return fail("link-down", `${devicePath} is closed.`);
      if (child.stdin.writableLength + bytes.length > ptyBufferMax) {
        return fail("queue-full", `${devicePath}: nobody reads what is written.`);
      }
      child.stdin.write(bytes);
      return done;
    },
    onData(handler): void { child.stdout.on("data", handler).resume(); },
    close(): Promise<void> {
      child.kill("SIGTERM");
      child.stdout.resume();
      return end;
    },
  };
}
