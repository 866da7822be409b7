/** The drivers by name. Code that no link uses is not loaded: it would take memory for years. */

/** A driver, or as much of it as somebody needs. */
interface Named {
  readonly name: string;
}

export type DriverLoaders<D extends Named> = Readonly<Record<string, () => Promise<D>>>;

export class DriverShelf<D extends Named> {
  readonly #loaders: ReadonlyMap<string, () => Promise<D>>;
  readonly #loaded = new Map<string, D>();

  constructor(loaders: DriverLoaders<D>) {
    this.#loaders = new Map(Object.entries(loaders));
  }

  /** Those at hand, in the registry's order. */
  get loaded(): readonly D[] {
    return [...this.#loaders.keys()].flatMap((name) => this.#loaded.get(name) ?? []);
  }

  /** Of those loaded. */
  get(name: string): D | undefined {
    return this.#loaded.get(name);
  }

  /** Names of no driver are passed over. */
  async load(names: Iterable<string>): Promise<void> {
    await Promise.all([...new Set(names)].map(async (name) => {
      const driver = this.#loaded.get(name) ?? await this.#loaders.get(name)?.();
      if (driver !== undefined) this.#loaded.set(name, driver);
    }));
  }

  async all(): Promise<readonly D[]> {
    await this.load(this.#loaders.keys());
    return this.loaded;
  }
}

/** Drivers that are there already. */
export function shelfOf<D extends Named>(...drivers: readonly D[]): DriverShelf<D> {
  return new DriverShelf(Object.fromEntries(
    drivers.map((driver) => [driver.name, () => Promise.resolve(driver)])));
}
