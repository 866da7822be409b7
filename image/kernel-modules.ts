/** Which kernel modules an image carries, and in which order they are loaded. */

/** Of `modules.dep`: a module's file, and those that it needs, the deepest last. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** The wanted lines of a list: no comments, no empty ones. */
export function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

export function parseDependencies(modulesDep: string): Dependencies {
  return new Map(linesOf(modulesDep).map((line) => {
    const [file = "", needed = ""] = line.split(":");
    return [file, needed.trim().split(/\s+/).filter((name) => name !== "")];
  }));
}

/** `kernel/drivers/block/virtio_blk.ko` is `virtio_blk`: the kernel takes - and _ for one. */
export function moduleName(file: string): string {
  return (file.split("/").pop() ?? "").replace(/\.ko$/, "").replaceAll("-", "_");
}

/**
 * The files for these names, each after what it needs. A name that is built into the kernel
 * (`modules.builtin`) needs none; one that the kernel does not have is an error.
 */
export function loadOrder(
  names: readonly string[], dependencies: Dependencies, builtin: string,
): string[] {
  const files = new Map([...dependencies.keys()].map((file) => [moduleName(file), file]));
  const inKernel = new Set(linesOf(builtin).map(moduleName));
  const order = new Set<string>();
  for (const name of names) {
    const file = files.get(moduleName(name));
    if (file === undefined) {
      if (inKernel.has(moduleName(name))) continue;
      throw new Error(`the kernel has no module ${name}`);
    }
    for (const needed of [...dependencies.get(file) ?? []].reverse()) order.add(needed);
    order.add(file);
  }
  return [...order];
}

/** All files below these paths (`drivers/usb/serial`, `fs/fat`), with what they need, sorted. */
export function selection(paths: readonly string[], dependencies: Dependencies): string[] {
  const chosen = new Set<string>();
  for (const path of paths) {
    const found = [...dependencies.keys()]
      .filter((file) => file === `kernel/${path}` || file.startsWith(`kernel/${path}/`));
    if (found.length === 0) throw new Error(`the kernel has no module in ${path}`);
    for (const file of found) {
      chosen.add(file);
      for (const needed of dependencies.get(file) ?? []) chosen.add(needed);
    }
  }
  return [...chosen].sort();
}
