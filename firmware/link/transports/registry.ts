/** Every kind of transport that a configuration may name, and how it opens. */

import type { World } from "../../base/world.js";
import type { TransportOpener } from "../opener.js";
import { fileOpener } from "./file.js";
import { folderOpener } from "./folder.js";
import type { TransportOptions } from "./options.js";
import { serialOpener } from "./serial.js";
import { tcpListenOpener, tcpOpener } from "./tcp.js";
import { tlsOpener } from "./tls.js";
import { udpOpener } from "./udp.js";
import { usbOpener } from "./usb.js";

export function transportOpener(options: TransportOptions, world: World): TransportOpener {
  switch (options.kind) {
    case "tcp": return tcpOpener(options, world);
    case "tcp-listen": return tcpListenOpener(options, world);
    case "tls": return tlsOpener(options, world);
    case "serial": return serialOpener(options, world);
    case "usb": return usbOpener(options, world);
    case "udp": return udpOpener(options, world);
    case "file": return fileOpener(options, world);
    case "folder": return folderOpener(options, world);
  }
}
