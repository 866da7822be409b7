/** Whether the PBX is alive and well: silence, system status, the session's own timer. */

import { ok, type Result, type Text } from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { CstaCodec, SystemStatus } from "../../firmware/wire/csta/message.js";
import type { Invocations } from "./invocations.js";
import { timers } from "./timers.js";

/** Unanswered questions after which the line is lost (OmniPCX Office, CSTA link). */
export const missesMax = 2;

interface SupervisionHooks {
  lost(reason: Text): void;
  /** `trouble` is other than before. */
  changed(): void;
  resync(reason: string): void;
  /** The PBX is overloaded. */
  slower(): void;
}

const troubles: Readonly<Partial<Record<SystemStatus, Text>>> = {
  initializing: { en: "the PBX is starting", fr: "le PBX démarre" },
  disabled: { en: "the PBX has disabled CSTA", fr: "le PBX a désactivé CSTA" },
  partiallyDisabled: { en: "the PBX has partly disabled CSTA",
    fr: "le PBX a désactivé CSTA en partie" },
  overloadImminent: { en: "the PBX is nearly overloaded", fr: "le PBX est presque surchargé" },
  overloadReached: { en: "the PBX is overloaded", fr: "le PBX est surchargé" },
};

export class Supervision {
  readonly #clock: Clock;
  readonly #codec: CstaCodec;
  readonly #invocations: Invocations;
  readonly #hooks: SupervisionHooks;
  #heardAtMs = 0;
  #misses = 0;
  #silence: Cancellable | undefined;
  #renewal: Cancellable | undefined;
  #isClosed = false;
  trouble: Text | undefined;
  sessionID: string | undefined;

  constructor(
    clock: Clock, codec: CstaCodec, invocations: Invocations, hooks: SupervisionHooks,
  ) {
    this.#clock = clock;
    this.#codec = codec;
    this.#invocations = invocations;
    this.#hooks = hooks;
  }

  start(sessionID: string | undefined, durationSeconds: number | undefined): void {
    this.sessionID = sessionID;
    this.#heardAtMs = this.#clock.monotonicMs();
    this.#watch();
    if (sessionID !== undefined) {
      this.#renewLater(sessionID, (durationSeconds ?? 0) * 1_000 || timers.session.ms);
    }
  }

  heard(atMs: number): void {
    this.#heardAtMs = Math.max(this.#heardAtMs, atMs);
    this.#misses = 0;
  }

  status(status: SystemStatus): void {
    const before = this.trouble;
    this.trouble = troubles[status];
    if (status === "overloadImminent" || status === "overloadReached") this.#hooks.slower();
    if (status === "messagesLost") this.#hooks.resync("the PBX says that it lost messages");
    if (before === this.trouble) return;
    this.#hooks.changed();
    if (this.trouble === undefined) this.#hooks.resync("the PBX works normally again");
  }

  close(): void {
    this.#isClosed = true;
    this.#silence?.cancel();
    this.#renewal?.cancel();
  }

  #watch(): void {
    if (this.#isClosed) return;
    const silentMs = this.#clock.monotonicMs() - this.#heardAtMs;
    const waitMs = Math.max(0, timers.silence.ms - silentMs);
    this.#silence = this.#clock.after(waitMs, "csta.silence", () => {
      if (this.#clock.monotonicMs() - this.#heardAtMs < timers.silence.ms) this.#watch();
      else void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const answer = await this.#status();
    if (this.#isClosed) return;
    if (answer.ok && answer.value !== undefined) this.status(answer.value);
    if (answer.ok || answer.fault.code !== "deadline-passed") {
      this.#misses = 0;
      this.#watch();
      return;
    }
    this.#misses += 1;
    if (this.#misses < missesMax) {
      await this.#ask();
      return;
    }
    this.#hooks.lost({ en: `the PBX did not tell its system status ${missesMax} times`,
      fr: `le PBX n'a pas dit son état ${missesMax} fois` });
  }

  /** Asks for the PBX's status; a PBX that does not tell it is told ours, and answers that. */
  async #status(): Promise<Result<SystemStatus | undefined>> {
    const { ms } = timers.statusAnswer;
    if (this.#codec.services.has("RequestSystemStatus")
      && !this.#invocations.refused.has("RequestSystemStatus")) {
      const answer = await this.#invocations.invoke("RequestSystemStatus", {}, ms);
      return answer.ok ? ok(answer.value.systemStatus) : answer;
    }
    const answer = await this.#invocations.invoke("SystemStatus", { systemStatus: "normal" }, ms);
    return answer.ok ? ok(undefined) : answer;
  }

  #renewLater(sessionID: string, durationMs: number): void {
    this.#renewal = this.#clock.after(durationMs / 2, "csta.session", () => {
      void this.#renew(sessionID, durationMs);
    });
  }

  async #renew(sessionID: string, durationMs: number): Promise<void> {
    const answer = await this.#invocations.ask("ResetApplicationSessionTimer",
      timers.statusAnswer.ms, (invokeID) => ({ kind: "keep-session", invokeID, sessionID,
        duration: timers.session.ms / 1_000 }));
    if (this.#isClosed) return;
    if (!answer.ok) {
      this.#hooks.lost({ en: `the application session could not be kept: ${answer.fault.message}`,
        fr: "la session d'application n'a pas pu être prolongée" });
      return;
    }
    const kept = answer.value.kind === "session-kept" ? answer.value.duration * 1_000 : 0;
    this.#renewLater(sessionID, kept > 0 ? kept : durationMs);
  }
}
