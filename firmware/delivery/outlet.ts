/** The way to one destination. */

import { fail, type Fault, type Result, type Text } from "../base/result.js";
import type { World } from "../base/world.js";
import type { Batch, Destination } from "./destination.js";
import { FileOutlet } from "./file-outlet.js";
import { HttpOutlet } from "./http-outlet.js";
import { MailOutlet } from "./mail-outlet.js";
import { MqttOutlet } from "./mqtt-outlet.js";
import { SerialOutlet } from "./serial-outlet.js";
import { SftpOutlet } from "./sftp-outlet.js";
import { tcpOutlet } from "./stream-outlet.js";
import { syslogOutlet } from "./syslog-outlet.js";

export interface Outlet {
  /** For people: `tcp 192.0.2.7:5000`. */
  readonly description: string;
  /**
   * Each batch has a name by which the other end knows a repeat: one that failed comes again with
   * the same pieces, also after a restart.
   */
  readonly named?: true;
  /** It has to wait a while after each batch: give it so many bytes at once if they are there. */
  readonly batchBytes?: number;
  /** Ready to take a batch; at once where it is already, or nothing stands open between two. */
  open(): Promise<Result<void>>;
  /** Ok: the other end has taken all of it. A batch that failed may have been taken too. */
  deliver(batch: Batch): Promise<Result<void>>;
  /** Where it exists `deliver` only sends; ok: what was sent until now has been taken. */
  settled?(): Promise<Result<void>>;
  /** Ends what is under way; it then fails. */
  close(): Promise<void>;
}

export interface OutletParts {
  readonly world: World;
  readonly secret: (reference: string) => Result<string>;
  /** The unit's name, where the other end wants to know who speaks. */
  readonly unit: () => string;
  /** It was lost, or has become possible: worth trying `open`. */
  readonly changed: () => void;
}

/** How long the other end may take for one batch. */
export const takeMs = 30_000;

export function undelivered(description: string, reason: Text): ReturnType<typeof fail> {
  const say = (language: "en" | "fr"): string =>
    typeof reason === "string" ? reason : reason[language];
  return fail("delivery-failed", { en: `${description}: ${say("en")}`,
    fr: `${description} : ${say("fr")}` });
}

/** A fault of what an outlet is made of, with the outlet's name. */
export function failedWith(description: string, { code, message, french }: Fault):
ReturnType<typeof fail> {
  const failed = undelivered(description, { en: message, fr: french ?? message });
  return { ok: false, fault: { ...failed.fault, code } };
}

export function openOutlet(destination: Destination, parts: OutletParts): Outlet {
  const { to } = destination;
  switch (to.kind) {
    case "tcp-client": case "tcp-server": return tcpOutlet(to, parts);
    case "file": return new FileOutlet(destination, to, parts.world);
    case "http": return new HttpOutlet(destination, to, parts);
    case "syslog": return syslogOutlet(to, parts);
    case "mqtt": return new MqttOutlet(destination, to, parts);
    case "serial": return new SerialOutlet(to, parts);
    case "mail": return new MailOutlet(destination, to, parts);
    case "sftp": return new SftpOutlet(destination, to, parts);
  }
}
