/**
 * Network settings from a stick: `jackfield.json`, and beside it `jackfield.json.sig`, its
 * signature (SHA-256 with RSA) by the key whose public half lies in the image. Pure.
 */

import { verify } from "node:crypto";
import { settingsOf, wrongSettings, type NetworkSettings }
  from "../../firmware/update/network-settings.js";

export interface Seed {
  readonly network: NetworkSettings;
}

/** `unit`: the board's UUID. Throws what is wrong: the journal tells it. */
export function readSeed(
  document: Buffer, signature: Buffer, publicKeyPem: string, unit: string,
): Seed {
  if (!verify("sha256", document, publicKeyPem, signature)) {
    throw new Error("the seed is not signed by our key");
  }
  const { version, unit: meant, network } = JSON.parse(document.toString()) as
    Readonly<Record<string, unknown>>;
  if (version !== 1) throw new Error("the seed's version is not 1");
  if (typeof meant === "string" && meant.toLowerCase() !== unit.toLowerCase()) {
    throw new Error(`the seed is for the unit ${meant}`);
  }
  if (typeof network !== "object" || network === null) throw new Error("the seed has no network");
  const given = network as Readonly<Record<string, unknown>>;
  const read = settingsOf(given);
  // What was left out as not well formed is a mistake of whoever signed it.
  const lost = Object.keys(given).filter((key) =>
    JSON.stringify(given[key]) !== JSON.stringify(read[key as keyof NetworkSettings]));
  if (lost.length > 0) throw new Error(`the seed's network: ${lost.join(", ")}`);
  const wrong = wrongSettings(read).map(({ path, message }) => `${path} ${message}`);
  if (wrong.length > 0) throw new Error(`the seed's network: ${wrong.join("; ")}`);
  return { network: read };
}
