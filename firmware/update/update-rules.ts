/** Which bundle may be installed. Pure. */

import { done, fail, type Result } from "../base/result.js";
import type { BundleInfo, Memory, Running } from "./appliance.js";

/** As Debian names the machine. */
export const compatibleWith = `jackfield-${process.arch === "x64" ? "amd64" : process.arch}`;

export interface Permissions {
  /** An older version, or the same once more. */
  readonly downgrade: boolean;
  /** A version that was taken back before. */
  readonly again: boolean;
}

/** Semantic versions without build metadata; a pre-release is older than its release. */
export function compareVersions(left: string, right: string): number {
  const parse = (text: string): { readonly numbers: number[]; readonly pre: string } => {
    const [release = "", ...pre] = text.split("-");
    return { numbers: release.split(".").map(Number), pre: pre.join("-") };
  };
  const [a, b] = [parse(left), parse(right)];
  for (let index = 0; index < Math.max(a.numbers.length, b.numbers.length); index += 1) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  if (a.pre === b.pre) return 0;
  if (a.pre === "" || b.pre === "") return a.pre === "" ? 1 : -1;
  return a.pre < b.pre ? -1 : 1;
}

export function mayInstall(
  bundle: BundleInfo, running: Running, memory: Memory, permissions: Permissions,
): Result<void> {
  if (bundle.compatible !== compatibleWith) {
    return fail("update-refused", {
      en: `the bundle is for ${bundle.compatible}, this unit is ${compatibleWith}`,
      fr: `le paquet est pour ${bundle.compatible}, ce boîtier est ${compatibleWith}` });
  }
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(bundle.version)) {
    return fail("update-refused", { en: `the bundle's version "${bundle.version}" is none`,
      fr: `la version « ${bundle.version} » du paquet n'en est pas une` });
  }
  if (running.onTrial) {
    return fail("update-refused", { en: `version ${running.version} is still on trial`,
      fr: `la version ${running.version} est encore à l'essai` });
  }
  if (bundle.rollbackIndex < running.floor) {
    return fail("update-refused", {
      en: `version ${bundle.version} has rollback index ${bundle.rollbackIndex}; this unit goes `
        + `back to none below ${running.floor}, not even when asked`,
      fr: `la version ${bundle.version} a l'indice de retour ${bundle.rollbackIndex} ; ce `
        + `boîtier ne revient à aucun sous ${running.floor}, même sur demande` });
  }
  if (!permissions.downgrade && compareVersions(bundle.version, running.version) <= 0) {
    return fail("update-refused", {
      en: `version ${bundle.version} is not newer than ${running.version}, which runs; ask for a `
        + "downgrade if you mean it",
      fr: `la version ${bundle.version} n'est pas plus récente que ${running.version}, en service ;`
        + " demandez un retour en arrière si c'est voulu" });
  }
  if (!permissions.again && memory.failed?.version === bundle.version) {
    return fail("update-refused", {
      en: `version ${bundle.version} was taken back before; ask for it again if you mean it`,
      fr: `la version ${bundle.version} a déjà été retirée ; redemandez-la si c'est voulu` });
  }
  return done;
}
