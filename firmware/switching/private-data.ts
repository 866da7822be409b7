/** Private data between PBXs and applications of the same encoding: nothing is looked into. */

import { fail, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { Link } from "../link/link.js";
import type { LinkId } from "../model/identifiers.js";
import { isWithinBounds, privateCharactersMax, type PrivateEncoding, type PrivateNotice }
  from "../model/private-data.js";

export interface PrivateDataParts {
  readonly world: World;
  findLink(id: LinkId): Link | undefined;
}

type Watcher = (link: LinkId, encoding: PrivateEncoding, notice: PrivateNotice) => void;

export class PrivateData {
  readonly #parts: PrivateDataParts;
  readonly #watchers = new Set<Watcher>();
  #dropped = 0;

  constructor(parts: PrivateDataParts) {
    this.#parts = parts;
  }

  /** Notices that were too large to be passed on. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Returns how to stop. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => { this.#watchers.delete(watcher); };
  }

  /** What a PBX says. */
  told(link: LinkId, notice: PrivateNotice): void {
    const encoding = this.#parts.findLink(link)?.status.declared.privateData;
    if (encoding === undefined) return;
    const elements = notice.type === "privateEvent" ? [notice.element] : notice.elements;
    if (!isWithinBounds(elements)) {
      this.#dropped += 1;
      this.#parts.world.log.event("private-data.dropped", { link, type: notice.type }, "warn");
      return;
    }
    for (const watcher of this.#watchers) watcher(link, encoding, notice);
  }

  /**
   * Asks the PBX (Escape); gives what it answers. `encoding` undefined: whatever the link's is.
   * Faults: `link-unknown`, `private-data-not-supported`, `argument-invalid`, `link-down`, the
   * PBX's own.
   */
  async escape(
    link: LinkId, elements: readonly string[], actor: string, deadlineMs: number,
    encoding?: PrivateEncoding,
  ): Promise<Result<readonly string[]>> {
    const found = this.#parts.findLink(link);
    if (found === undefined) return fail("link-unknown", `there is no link ${link}`);
    const spoken = found.status.declared.privateData;
    if (spoken === undefined || (encoding !== undefined && encoding !== spoken)) {
      const by = spoken ?? found.status.driver;
      return fail("private-data-not-supported", {
        en: `the PBX of link ${link} (${by}) does not understand this private data`,
        fr: `le PBX du lien ${link} (${by}) ne comprend pas ces données privées` });
    }
    if (elements.length === 0 || !isWithinBounds(elements)) {
      return fail("argument-invalid", {
        en: `expected private data of at most ${privateCharactersMax} characters`,
        fr: `attendu : des données privées de ${privateCharactersMax} caractères au plus` });
    }
    this.#parts.world.log.event("private-data.escape", { link, actor });
    return found.escape(elements, deadlineMs);
  }
}
