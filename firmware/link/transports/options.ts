/** What each kind of transport needs to know. The configuration's schema yields these shapes. */

export interface TcpOptions {
  readonly kind: "tcp";
  readonly host: string;
  readonly port: number;
}

/** The PBX connects to us. */
export interface TcpListenOptions {
  readonly kind: "tcp-listen";
  readonly address: string;
  readonly port: number;
}

export interface TlsOptions {
  readonly kind: "tls";
  readonly host: string;
  readonly port: number;
  /** The name the certificate must carry; defaults to the host. */
  readonly serverName?: string | undefined;
  /** Path of a PEM file with the authority to trust; without it the system's. */
  readonly authority?: string | undefined;
  /** SHA-256 of the peer's certificate, hexadecimal, with or without colons. */
  readonly fingerprint?: string | undefined;
}

export interface SerialOptions {
  readonly kind: "serial";
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: "none" | "even" | "odd" | "mark" | "space";
  readonly stopBits: 1 | 1.5 | 2;
  readonly flowControl: "none" | "rts-cts" | "dtr-dsr" | "xon-xoff";
  /** How to ask a PBX without flow control to wait; absent: not at all. */
  readonly hold?: "none" | "dtr-rts";
}

/** An interface of a USB device that no kernel driver makes a serial port of. */
export interface UsbOptions {
  readonly kind: "usb";
  /** `usb:VENDOR:PRODUCT:SERIAL[:INTERFACE]` or `usb-socket:BUS-PORT[:INTERFACE]`. */
  readonly address: string;
}

/** Datagrams that anybody, or only some, send to us. */
export interface UdpOptions {
  readonly kind: "udp";
  readonly address: string;
  readonly port: number;
  /** Addresses and networks (`192.0.2.0/24`) that may send; absent: all. */
  readonly senders?: readonly string[] | undefined;
}

/** A file to which something appends lines. */
export interface FileOptions {
  readonly kind: "file";
  readonly path: string;
}

/** Files that are put into a folder, each once. */
export interface FolderOptions {
  readonly kind: "folder";
  readonly folder: string;
  /** A file that did not change for so long is complete. */
  readonly steadySeconds: number;
  /** What becomes of a file that was read: into `done/`, or away. */
  readonly afterwards: "keep" | "delete";
  /** In `done/`. */
  readonly keepDays: number;
}

export type TransportOptions = TcpOptions | TcpListenOptions | TlsOptions | SerialOptions
  | UsbOptions | UdpOptions | FileOptions | FolderOptions;
