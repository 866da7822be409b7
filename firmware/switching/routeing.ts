/**
 * Who routes the calls of which routeing device. A device has one routeing client, the first that
 * registered; at the PBX it is registered once, and no longer than there is a client. Dialogues
 * are carried between both, under names of our own.
 */

import { transition } from "../base/machine.js";
import { done, fail, ok, type Fault, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { Link } from "../link/link.js";
import type { DeviceId, LinkId } from "../model/identifiers.js";
import type { RouteAnswer, RouteMessage, RouteProgress, RouteRequest } from "../model/routeing.js";
import { dialogueTable, outOfService, type DialogueInput, type DialogueState }
  from "./route-dialogue.js";
import { PbxRegistrations } from "./route-registrations.js";
import type { NumberResolver } from "./switch.js";

/** Routeing clients of all links. */
export const registrationsMax = 1_000;
/** Routes that an application may name beside the one that it selects. */
export const alternatesMax = 16;
/** Dialogues of all links; one more is ended at once, and its call takes the default route. */
export const dialoguesMax = 2_000;
/** For the application's answer, unless the PBX waits for less. */
export const answerMs = 10_000;
/** From the route to the PBX's last word; then the dialogue is forgotten. */
export const endMs = 600_000;
/** The PBX's own time is used up to so much: our word must arrive within it. */
const shareOfPbxTime = 0.9;
const dialogueNumbers = 2 ** 32;

/** What a client is told; `dialogue` is a name of ours. */
export type RouteNotice =
  /** `replyTimeoutMs` is our own limit. */
  | (RouteRequest & { readonly link: LinkId })
  | RouteProgress
  /** The registration is over: the PBX routes by itself. */
  | { readonly type: "routeRegisterAbort"; readonly fault: Fault };

export interface RouteClient {
  /** Who it is, for others who want the device, and for logs. */
  readonly name: string;
  told(notice: RouteNotice): void;
}

export interface RouteRegistration {
  /** Names it among all registrations: eight hexadecimal digits. */
  readonly id: string;
  readonly link: LinkId;
  /** Undefined: every routeing device of the link that has no client of its own. */
  readonly device: DeviceId | undefined;
  readonly client: string;
  /**
   * Faults: `route-unknown` where the dialogue is over or is not of this registration,
   * `destination-invalid`; the dialogue goes on. `link-down`.
   */
  answer(answer: RouteAnswer): Result<void>;
  /** Dialogues that run end as of a client that is gone. */
  cancel(): void;
}

interface Registered extends RouteRegistration {
  readonly told: (notice: RouteNotice) => void;
}

interface Dialogue {
  readonly id: string;
  readonly link: LinkId;
  /** As the PBX calls it. */
  readonly native: string;
  readonly registration: Registered;
  /** The PBX's own limit, where it told one. */
  readonly pbxMs: number | undefined;
  answerMs: number;
  state: DialogueState;
  timer: Cancellable | undefined;
}

export interface RouteingParts {
  readonly world: World;
  readonly numbers: Pick<NumberResolver, "dial">;
  findLink(id: LinkId): Link | undefined;
}

export interface RouteingFigures {
  readonly requests: number;
  readonly timeouts: number;
  readonly unclaimed: number;
}

export class Routeing {
  readonly #parts: RouteingParts;
  readonly #pbx: PbxRegistrations;
  /** By link and device; the empty device stands for all. */
  readonly #registered = new Map<string, Registered>();
  readonly #dialogues = new Map<string, Dialogue>();
  #last = 0;
  #requests = 0;
  #timeouts = 0;
  #unclaimed = 0;

  constructor(parts: RouteingParts) {
    this.#parts = parts;
    this.#pbx = new PbxRegistrations({
      link: (id) => parts.findLink(id),
      wants: (link, device) => this.#registered.has(keyOf(link, device)),
    });
  }

  get figures(): RouteingFigures {
    return { requests: this.#requests, timeouts: this.#timeouts, unclaimed: this.#unclaimed };
  }

  registrations(): readonly RouteRegistration[] {
    return [...this.#registered.values()];
  }

  dialoguesOf(registration: RouteRegistration): number {
    return [...this.#dialogues.values()]
      .filter((dialogue) => dialogue.registration === registration
        && dialogue.state.name === "requested").length;
  }

  /**
   * `whenUp`: of a link that is down it holds from when the link is up. Faults: `link-unknown`,
   * `service-not-supported`, `route-taken`, `queue-full`, `link-down`, the PBX's own.
   */
  async register(
    link: LinkId, device: DeviceId | undefined, client: RouteClient, whenUp = false,
  ): Promise<Result<RouteRegistration>> {
    const found = this.#parts.findLink(link);
    if (found === undefined) return fail("link-unknown", `there is no link ${link}`);
    if (found.status.declared.routeing !== true) {
      return fail("service-not-supported", { en: `the PBX of link ${link} has no routeing services`,
        fr: `le PBX du lien ${link} n'offre pas de services d'acheminement` });
    }
    const key = keyOf(link, device);
    const holder = this.#registered.get(key);
    if (holder !== undefined) {
      return fail("route-taken", { en: `${device ?? link} is routed by ${holder.client} already`,
        fr: `${device ?? link} est déjà acheminé par ${holder.client}` });
    }
    if (this.#registered.size >= registrationsMax) {
      return fail("queue-full", `${registrationsMax} routeing clients are registered`);
    }
    const registration = this.#made(link, device, client);
    this.#registered.set(key, registration);
    const settled = await this.#pbx.settle(link, device);
    if (!settled.ok && !(whenUp && settled.fault.code === "link-down")) {
      this.#remove(registration);
      // The line may have been lost and found again meanwhile, and the device registered.
      void this.#pbx.settle(link, device);
      return settled;
    }
    this.#log("registered", registration);
    return ok(registration);
  }

  /** What a PBX says. */
  told(link: LinkId, message: RouteMessage): void {
    if (message.type === "routeRequest") this.#requested(link, message);
    else if (message.type === "routeRegisterAbort") {
      this.#pbx.lost(link, message.routeingDevice);
      const found = this.#registered.get(keyOf(link, message.routeingDevice));
      if (found !== undefined) {
        this.#abort(found, fail("service-refused", { en: "the PBX has ended the registration",
          fr: "le PBX a mis fin à l'enregistrement" }).fault);
      }
    } else {
      const dialogue = this.#of(link, message.dialogue);
      if (dialogue === undefined) return;
      const isAgain = message.type === "reRoute";
      if (isAgain) dialogue.answerMs = limitOf(message.replyTimeoutMs ?? dialogue.pbxMs);
      this.#input(dialogue, { type: "progress", progress: !isAgain ? message
        : { ...message, replyTimeoutMs: dialogue.answerMs } });
    }
  }

  /** Registrations outlive the link's line: they are made again. */
  linkUp(link: LinkId): void {
    for (const registration of this.#registered.values()) {
      if (registration.link === link) void this.#renew(registration);
    }
  }

  async #renew(registration: Registered): Promise<void> {
    const settled = await this.#pbx.settle(registration.link, registration.device);
    if (!settled.ok && settled.fault.code !== "link-down") {
      this.#abort(registration, settled.fault);
    }
  }

  linkDown(link: LinkId): void {
    this.#pbx.down(link);
    for (const dialogue of [...this.#dialogues.values()]) {
      if (dialogue.link === link) this.#input(dialogue, { type: "link-down" });
    }
  }

  /** The link is no more. */
  linkRemoved(link: LinkId): void {
    this.linkDown(link);
    for (const registration of [...this.#registered.values()]) {
      if (registration.link === link) {
        this.#abort(registration, fail("link-unknown", `link ${link} is no more`).fault);
      }
    }
  }

  #made(link: LinkId, device: DeviceId | undefined, client: RouteClient): Registered {
    const registration: Registered = {
      id: this.#next(), link, device, client: client.name,
      told: (notice) => { client.told(notice); },
      answer: (answer) => this.#answer(registration, answer),
      cancel: () => {
        if (!this.#remove(registration)) return;
        this.#log("cancelled", registration);
        void this.#pbx.settle(link, device);
      },
    };
    return registration;
  }

  #remove(registration: Registered): boolean {
    const key = keyOf(registration.link, registration.device);
    if (this.#registered.get(key) !== registration) return false;
    this.#registered.delete(key);
    for (const dialogue of [...this.#dialogues.values()]) {
      if (dialogue.registration === registration) this.#input(dialogue, { type: "client-gone" });
    }
    return true;
  }

  #abort(registration: Registered, fault: Fault): void {
    if (!this.#remove(registration)) return;
    this.#log("aborted", registration, { reason: fault.message });
    registration.told({ type: "routeRegisterAbort", fault });
  }

  #requested(link: LinkId, request: RouteRequest): void {
    this.#requests += 1;
    const known = this.#of(link, request.dialogue);
    // The PBX uses the name anew: what it named before is over.
    if (known !== undefined) this.#input(known, { type: "link-down" });
    const registration = this.#registered.get(keyOf(link, request.routeingDevice))
      ?? this.#registered.get(keyOf(link, undefined));
    if (registration === undefined || this.#dialogues.size >= dialoguesMax) {
      this.#unclaimed += 1;
      this.#toPbx(link, { type: "routeEnd", dialogue: request.dialogue, error: outOfService });
      return;
    }
    const { replyTimeoutMs: pbxMs } = request;
    const dialogue: Dialogue = { id: this.#next(), link, native: request.dialogue, registration,
      state: { name: "requested" }, timer: undefined, pbxMs, answerMs: limitOf(pbxMs) };
    this.#dialogues.set(dialogue.id, dialogue);
    this.#wait(dialogue, dialogue.answerMs);
    registration.told({ ...request, dialogue: dialogue.id, link,
      replyTimeoutMs: dialogue.answerMs });
  }

  #answer(registration: Registered, answer: RouteAnswer): Result<void> {
    const dialogue = this.#dialogues.get(answer.dialogue);
    if (dialogue?.registration !== registration) {
      return fail("route-unknown", { en: `there is no routeing dialogue ${answer.dialogue}`,
        fr: `il n'y a pas de dialogue d'acheminement ${answer.dialogue}` });
    }
    if (answer.type !== "routeSelect") {
      this.#input(dialogue, { type: "answer", answer });
      return done;
    }
    const { alternateRoutes = [], ...first } = answer;
    if (alternateRoutes.length > alternatesMax) {
      return fail("argument-invalid", { en: `more than ${alternatesMax} alternate routes`,
        fr: `plus de ${alternatesMax} routes de rechange` });
    }
    const dialled: string[] = [];
    for (const number of [first.routeSelected, ...alternateRoutes]) {
      const one = this.#parts.numbers.dial(dialogue.link, number);
      if (!one.ok) return one;
      dialled.push(one.value);
    }
    const [routeSelected = "", ...alternates] = dialled;
    this.#input(dialogue, { type: "answer", answer: { ...first, routeSelected,
      ...(alternates.length === 0 ? {} : { alternateRoutes: alternates }) } });
    return done;
  }

  #input(dialogue: Dialogue, input: DialogueInput): void {
    const moved = transition(dialogueTable, dialogue.state, input);
    if (moved === undefined) return;
    dialogue.state = moved.next;
    const isOver = moved.next.name === "over";
    if (isOver) {
      dialogue.timer?.cancel();
      this.#dialogues.delete(dialogue.id);
    }
    for (const effect of moved.effects) {
      if (effect.to === "clock") {
        this.#wait(dialogue, effect.wait === "answer" ? dialogue.answerMs : endMs);
      } else if (effect.to === "pbx") {
        this.#toPbx(dialogue.link, { ...effect.answer, dialogue: dialogue.native });
      } else dialogue.registration.told({ ...effect.progress, dialogue: dialogue.id });
    }
  }

  #wait(dialogue: Dialogue, ms: number): void {
    dialogue.timer?.cancel();
    dialogue.timer = this.#parts.world.clock.after(ms, "routeing.dialogue", () => {
      if (dialogue.state.name === "requested") {
        this.#timeouts += 1;
        this.#log("timeout", dialogue.registration);
      }
      this.#input(dialogue, { type: "time-over" });
    });
  }

  /** Of a line that is gone the link's own end tells both sides. */
  #toPbx(link: LinkId, answer: RouteAnswer): void {
    const told = this.#parts.findLink(link)?.routeing.answer(answer);
    if (told?.ok === false) {
      this.#parts.world.log.event("routeing.untold",
        { link, type: answer.type, reason: told.fault.message }, "warn");
    }
  }

  #of(link: LinkId, native: string): Dialogue | undefined {
    for (const dialogue of this.#dialogues.values()) {
      if (dialogue.link === link && dialogue.native === native) return dialogue;
    }
    return undefined;
  }

  #next(): string {
    this.#last = (this.#last + 1) % dialogueNumbers;
    return this.#last.toString(16).padStart(8, "0");
  }

  #log(what: string, { link, device, client }: Registered, more: object = {}): void {
    this.#parts.world.log.event(`routeing.${what}`, { link, device, client, ...more });
  }
}

function limitOf(pbxMs: number | undefined): number {
  return pbxMs === undefined || pbxMs <= 0 ? answerMs
    : Math.min(answerMs, Math.round(pbxMs * shareOfPbxTime));
}

function keyOf(link: LinkId, device: DeviceId | undefined): string {
  return `${link} ${device ?? ""}`;
}
