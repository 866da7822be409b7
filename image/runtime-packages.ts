/** Which npm packages the program still needs beside its one file, and which of their files. */

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * These packages and all that they depend on, sorted. Optional ones that are not installed (other
 * machines' binaries) are left out; a needed one that is missing is an error.
 */
export function closure(
  wanted: readonly string[], manifest: (name: string) => Manifest | undefined,
): string[] {
  const found = new Set<string>();
  const visit = (name: string, optional: boolean): void => {
    if (found.has(name)) return;
    const read = manifest(name);
    if (read === undefined) {
      if (optional) return;
      throw new Error(`the package ${name} is not installed: npm ci`);
    }
    found.add(name);
    // npm writes optional dependencies into both lists.
    const optionals = read.optionalDependencies ?? {};
    for (const needed of Object.keys({ ...read.dependencies, ...optionals })) {
      visit(needed, needed in optionals);
    }
  };
  for (const name of wanted) visit(name, false);
  return [...found].sort();
}

const machine = `linux-${process.arch}`;

/** Sources, types, texts and other machines' binaries stay behind. */
export function isNeeded(file: string): boolean {
  const prebuilt = /(^|\/)prebuilds\/([^/]+)\//.exec(file)?.[2];
  if (file.endsWith(".node") && file.includes("musl")) return false;
  if (prebuilt !== undefined) return prebuilt === machine;
  if (/(^|\/)(tests?|examples?)\//.test(file)) return false;
  return /\.(js|cjs|mjs|json|node)$/.test(file) || /(^|\/)(LICEN[CS]E|COPYING)/i.test(file);
}
