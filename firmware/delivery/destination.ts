/** Where call-record lines go. The configuration's schema yields these shapes. */

import type { SerialOptions } from "../link/transports/options.js";
import type { LinkId } from "../model/identifiers.js";

/** `raw`: bytes as received. The others: what became of them, a line a record. */
export type Content = "raw" | "records-csv" | "records-json";

export interface TcpClientTarget {
  readonly kind: "tcp-client";
  readonly host: string;
  readonly port: number;
  readonly tls?: {
    readonly serverName?: string | undefined;
    readonly authority?: string | undefined;
    readonly fingerprint?: string | undefined;
  } | undefined;
}

/** The receiver connects to us. */
export interface TcpServerTarget {
  readonly kind: "tcp-server";
  readonly address: string;
  readonly port: number;
}

export interface FileTarget {
  readonly kind: "file";
  readonly folder: string;
  readonly rotate: "daily" | "hourly";
  readonly keepDays: number;
}

export interface HttpTarget {
  readonly kind: "http";
  readonly url: string;
  /** Reference of the key of the signature; absent: not signed. */
  readonly secret?: string | undefined;
  readonly signatureHeader: string;
  /** Path of a PEM file with the authority to trust; absent: the system's. */
  readonly authority?: string | undefined;
}

export interface SyslogTarget {
  readonly kind: "syslog";
  readonly host: string;
  readonly port: number;
  readonly over: "udp" | "tcp";
}

/** A file a batch, pushed into a folder of an SSH server. */
export interface SftpTarget {
  readonly kind: "sftp";
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Reference of the password. */
  readonly secret?: string | undefined;
  /** Reference of a private key (PEM or OpenSSH, without passphrase). */
  readonly keySecret?: string | undefined;
  /** `SHA256:...` of the server's key, as ssh-keygen writes it; absent: nobody is trusted. */
  readonly fingerprint?: string | undefined;
  readonly folder: string;
  /** With `{destination}`, `{link}`, `{place}`, `{time}` and `{ext}`. */
  readonly name: string;
  /** What comes within so long is one file; 0: sent at once. */
  readonly everyMinutes: number;
}

/** A mail a batch. */
export interface MailTarget {
  readonly kind: "mail";
  readonly host: string;
  readonly port: number;
  readonly security: "starttls" | "tls" | "none";
  readonly user?: string | undefined;
  /** Reference of the password. */
  readonly secret?: string | undefined;
  /** Path of a PEM file with the authority to trust; absent: the system's. */
  readonly authority?: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
  /** With `{destination}`, `{link}`, `{place}` and `{time}`. */
  readonly subject: string;
  /** What comes within so long is one mail. */
  readonly everyMinutes: number;
}

/** MQTT, a message a line. */
export interface MqttTarget extends Omit<TcpClientTarget, "kind"> {
  readonly kind: "mqtt";
  readonly user?: string | undefined;
  /** Reference of the password. */
  readonly secret?: string | undefined;
  /** With `{destination}` and `{link}`. */
  readonly topic: string;
  readonly qos: 1 | 2;
  /** Absent: 5. */
  readonly version?: MqttVersion;
}

export type MqttVersion = "5" | "3.1.1";

/** Out of a serial port. */
export type SerialTarget = SerialOptions;

export type Target = TcpClientTarget | TcpServerTarget | FileTarget | HttpTarget | SyslogTarget
  | SftpTarget | MailTarget | MqttTarget | SerialTarget;

/** So long is gathered before it is sent; 0: sent at once. */
export function gatherMsOf(to: Target): number {
  return "everyMinutes" in to ? to.everyMinutes * 60_000 : 0;
}

export interface Destination {
  readonly id: string;
  readonly links: readonly LinkId[];
  readonly what: Content;
  readonly to: Target;
}

/** One line, or what came without an end of line. */
export interface Piece {
  /** `<link>/<position>...`: the same for the same bytes, so that a receiver can drop repeats. */
  readonly id: string;
  /** When it became durable here, milliseconds since 1970 UTC. */
  readonly atMs: number;
  /** With its end of line, as received or written. */
  readonly bytes: Uint8Array;
}

/** What is handed over in one go; taken as a whole or not at all. */
export interface Batch {
  readonly link: LinkId;
  readonly pieces: readonly Piece[];
  /** Stands first in a new file or connection: the names of the columns. */
  readonly head: Uint8Array;
  /** Of a range of time that is sent once more on request: its end. It tells both times apart. */
  readonly againUntilMs: number | undefined;
}
