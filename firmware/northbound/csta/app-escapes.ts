/**
 * Private data of one application (Escape). It goes to one PBX that speaks the same encoding:
 * the one that the configuration names for the application, or the only one there is. What it does
 * there nobody can tell: it is for who may control all devices.
 */

import type { Result } from "../../base/result.js";
import type { LinkId } from "../../model/identifiers.js";
import type { CstaArgument } from "../../wire/csta/message.js";
import { auditActor } from "../access/audit-call.js";
import type { Identity } from "../access/roles.js";
import { errorOf, refused, requestError, type Answer } from "./answer.js";
import type { Domain } from "./domain.js";
import { privateEncoding } from "./event-tail.js";
import type { Rights } from "./rights.js";
import { requestDeadlineMs } from "./service-request.js";

export interface EscapesParts {
  readonly domain: Domain;
  readonly identity: Identity;
  readonly rights: Rights;
  readonly source: () => string;
}

export class AppEscapes {
  readonly #parts: EscapesParts;

  constructor(parts: EscapesParts) {
    this.#parts = parts;
  }

  /** Whether the application can use it. */
  get offered(): boolean {
    return this.#isAllowed && this.#links.length === 1;
  }

  async escape({ extensions }: CstaArgument<"Escape">): Promise<Answer> {
    const { domain: { gateway, config }, identity, source } = this.#parts;
    const elements = extensions.privateData ?? [];
    const links = this.#links;
    const [link] = links;
    const done: Answer = !this.#isAllowed
      ? { ok: false, error: errorOf({ code: "permission-denied" }) }
      : link === undefined
        ? { ok: false, error: errorOf({ code: "private-data-not-supported" }) }
        // Several would understand it, and none is declared.
        : links.length > 1 ? refused("operation", "requestIncompatibleWithObject")
          : answerOf(await gateway.privateData.escape(link, elements, identity.name,
            requestDeadlineMs, privateEncoding(config.protocol)));
    void gateway.audit.record({ actor: auditActor(identity), source: source(), action: "Escape",
      subject: link ?? "", outcome: done.ok ? "ok" : done.error.value,
      details: { characters: elements.reduce((sum, { length }) => sum + length, 0) } });
    return done;
  }

  get #isAllowed(): boolean {
    const { rights } = this.#parts;
    return rights.mayControl && rights.coversAll;
  }

  get #links(): readonly LinkId[] {
    const { domain, rights } = this.#parts;
    return domain.privateLinks.filter((link) => rights.hearsPrivateDataOf(link));
  }
}

function answerOf(answer: Result<readonly string[]>): Answer {
  if (!answer.ok) return { ok: false, error: requestError("Escape", answer.fault) };
  return { ok: true, result: answer.value.length === 0 ? {}
    : { extensions: { privateData: answer.value } } };
}
