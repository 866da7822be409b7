/** The registry: one line per driver. Everything else derives from it. */

import type { Driver } from "../firmware/link/driver.js";
import { DriverShelf } from "../firmware/link/driver-shelf.js";

export const driverRegistry = new DriverShelf<Driver>({
  "asterisk-ami": async () => (await import("./asterisk-ami/driver.js")).driver,
  "caller-id": async () => (await import("./caller-id/driver.js")).driver,
  "csta12": async () => (await import("./csta/driver.js")).csta12,
  "csta3": async () => (await import("./csta/driver.js")).csta3,
  "csta-xml": async () => (await import("./csta/driver.js")).cstaXml,
  "espa": async () => (await import("./espa/driver.js")).driver,
  "fias": async () => (await import("./fias/driver.js")).driver,
  "mitel-pms": async () => (await import("./mitel-pms/driver.js")).driver,
  "smdr": async () => (await import("./smdr/driver.js")).driver,
  "tap": async () => (await import("./tap/driver.js")).driver,
});
