/** Options that are tried on bytes before they are in force, for the servers. */

import { fail } from "./base/result.js";
import { readSource } from "./config/document-source.js";
import type { Driver } from "./link/driver.js";
import type { DriverShelf } from "./link/driver-shelf.js";
import type { GatewayView } from "./northbound/api/gateway-view.js";

export function optionTrials(
  drivers: Pick<DriverShelf<Pick<Driver, "name" | "tryOptions">>, "all">,
): GatewayView["tryOptions"] {
  return async (name, optionsYaml, bytes, atMs) => {
    const able = (await drivers.all()).filter(({ tryOptions }) => tryOptions !== undefined);
    const driver = name === "" && able.length === 1 ? able[0]
      : able.find((each) => each.name === name);
    if (driver?.tryOptions === undefined) {
      const names = able.map((each) => each.name).join(", ");
      return fail("argument-invalid", {
        en: `The options of ${name === "" ? "which driver" : name} cannot be tried; of these `
          + `drivers they can: ${names}.`,
        fr: `Les options de ${name === "" ? "quel pilote" : name} ne s'essaient pas ; celles de `
          + `ces pilotes s'essaient : ${names}.` });
    }
    const source = readSource(optionsYaml);
    if (source.problems.length > 0) {
      return fail("config-invalid", "The options are not readable.", { fields:
        source.problems.map(({ message, line }) => ({ path: `line ${line}`, message })) });
    }
    return driver.tryOptions(source.value, bytes, atMs);
  };
}
