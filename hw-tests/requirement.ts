/**
 * What a test needs from the machine. A missing thing skips the test aloud, with what to type;
 * named in REQUIRE (`REQUIRE=asterisk,browser make test`) it fails the test instead.
 */

export type Requirement =
  | "asn1c"
  | "asterisk"
  | "browser"
  | "convert-asn1"
  | "fish"
  | "gcc"
  | "guest"
  | "image"
  | "mosquitto"
  | "nginx"
  | "nobody"
  | "pty"
  | "pyserial"
  | "python3"
  | "radclient"
  | "snmp"
  | "rsyslog"
  | "sshd"
  | "strace"
  | "swtpm"
  | "tmpfs"
  | "vsftpd"
  | "xmllint"
  | "zsh";

/** Call first in a `before` hook. `missing` undefined: nothing is. */
export function need(
  context: Mocha.Context, requirement: Requirement, missing: string | undefined,
): void {
  if (missing === undefined) return;
  const required = (process.env["REQUIRE"] ?? "").split(",");
  if (required.includes(requirement)) throw new Error(`${requirement} is required: ${missing}`);
  process.stdout.write(`    SKIPPED, needs ${requirement}: ${missing}\n`);
  context.skip();
}
