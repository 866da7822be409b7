/** The form of a secret reference: `env:NAME`, `file:/path` or `store:name`. */

import { secretReference } from "./schema.js";

export function isReference(text: string): boolean {
  return secretReference.safeParse(text).success;
}

/** Options so named hold secrets, whatever the driver. */
export function isSecretName(name: string): boolean {
  return /(?:secret|password|passphrase)$/i.test(name);
}
