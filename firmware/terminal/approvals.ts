/** Terminals that wait for the word of a second person before they open. */

import { done, fail, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import { minuteMs } from "./terminal.js";
import type { Ending, TerminalHeader } from "./transcript.js";

/** Nobody's word within so long is a no. */
export const approvalMs = 10 * minuteMs;

export type Decision = { readonly approvedBy: string } | { readonly ending: Ending };

interface Waiting {
  /** Who opens it, and who has offered the line: none of them is a second person. */
  readonly asking: readonly (string | undefined)[];
  decide(decision: Decision): void;
}

export class Approvals {
  readonly #world: World;
  readonly #waiting = new Map<number, Waiting>();

  constructor(world: World) {
    this.#world = world;
  }

  ask({ id, actor }: TerminalHeader, offeredBy: string | undefined): Promise<Decision> {
    return new Promise((resolve) => {
      const decide = (decision: Decision): void => {
        timer.cancel();
        this.#waiting.delete(id);
        resolve(decision);
      };
      const timer = this.#world.clock.after(approvalMs, "terminal.approval",
        () => { decide({ ending: "not-approved" }); });
      this.#waiting.set(id, { asking: [actor, offeredBy], decide });
    });
  }

  /** Faults: `permission-denied` for who has asked, `precondition` where nothing waits. */
  grant(id: number, actor: string): Result<void> {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) {
      return fail("precondition", { en: `The terminal ${id} waits for nobody's approval.`,
        fr: `Le terminal ${id} n'attend l'accord de personne.` });
    }
    if (waiting.asking.includes(actor)) {
      return fail("permission-denied", { en: "A second person has to approve it.",
        fr: "Une deuxième personne doit donner son accord." });
    }
    waiting.decide({ approvedBy: actor });
    return done;
  }

  /** False where nothing waits under this id. */
  end(id: number, ending: Ending): boolean {
    const waiting = this.#waiting.get(id);
    waiting?.decide({ ending });
    return waiting !== undefined;
  }

  endAll(ending: Ending): void {
    for (const { decide } of [...this.#waiting.values()]) decide({ ending });
  }
}
