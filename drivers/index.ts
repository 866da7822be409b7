/** The registry: one line per driver. Everything else derives from it. */

import type { Driver } from "../firmware/link/driver.js";
import { driver as asteriskAmi } from "./asterisk-ami/driver.js";
import { driver as callerId } from "./caller-id/driver.js";
import { csta12, csta3, cstaXml } from "./csta/driver.js";
import { driver as espa } from "./espa/driver.js";
import { driver as fias } from "./fias/driver.js";
import { driver as mitelPms } from "./mitel-pms/driver.js";
import { driver as smdr } from "./smdr/driver.js";
import { driver as tap } from "./tap/driver.js";

export const driverRegistry: readonly Driver[] = [
  asteriskAmi,
  callerId,
  csta12,
  csta3,
  cstaXml,
  espa,
  fias,
  mitelPms,
  smdr,
  tap,
];
