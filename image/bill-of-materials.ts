/** What is in the image, as CycloneDX 1.5 JSON (ECMA-424): Debian packages, npm packages, more. */

export interface Part {
  readonly name: string;
  readonly version: string;
  /** Package URL; it is the part's identity. */
  readonly purl: string;
}

/** Of `dpkg-deb -f`: fields a line, an empty line behind each package. */
export function debianParts(text: string): Part[] {
  return text.split(/\n\s*\n/).map((block) =>
    new Map(block.split("\n").map((line): [string, string] => {
      const at = line.indexOf(":");
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }))).flatMap((fields) => {
    const [name, version] = [fields.get("Package"), fields.get("Version")];
    if (name === undefined || version === undefined) return [];
    return [{ name, version, purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}`
      + `?arch=${fields.get("Architecture") ?? "all"}&distro=bookworm` }];
  });
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly dev?: boolean;
    readonly optional?: boolean }>>;
}

const otherMachines = /darwin|win32|android|(free|open)bsd|musl|arm|ia32|riscv|loong|ppc|wasm/;

/** The packages that the program is made from; what is only for development stays out. */
export function npmParts(lock: LockFile): Part[] {
  return Object.entries(lock.packages).flatMap(([path, { version, dev, optional }]) => {
    const name = path.split("node_modules/").pop() ?? "";
    if (name === "" || version === undefined || dev === true) return [];
    // Other machines' binaries are named in the lock file but not installed.
    if (optional === true && otherMachines.test(name)) return [];
    return [{ name, version, purl: `pkg:npm/${name.replace("@", "%40")}@${version}` }];
  });
}

/** `at` is the moment of the release, RFC 3339. */
export function billOfMaterials(version: string, at: string, parts: readonly Part[]): object {
  const unique = new Map(parts.map((part) => [part.purl, part]));
  const sorted = [...unique.values()].sort((a, b) => a.purl < b.purl ? -1 : 1);
  return {
    bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
    metadata: { timestamp: at, component: { type: "firmware", name: "jackfield", version,
      "bom-ref": `jackfield@${version}` } },
    components: sorted.map(({ name, version: of, purl }) =>
      ({ type: "library", name, version: of, purl, "bom-ref": purl })),
  };
}
