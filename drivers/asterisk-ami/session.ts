/**
 * The conversation: greeting, login, boot, keepalive, and then events in, actions out.
 * Order: banner → Challenge → Login → CoreSettings, CoreStatus → FullyBooted → ready.
 */

import { createHash } from "node:crypto";
import {
  done, fail, faultText, inEachLanguage, inLanguage, ok, type Result, type Text,
} from "../../firmware/base/result.js";
import type { Cancellable } from "../../firmware/base/world.js";
import type { Proof, Session, SessionContext } from "../../firmware/link/driver.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import type { LinkSnapshot } from "../../firmware/model/snapshot.js";
import { amiDecoder, type AmiField, type AmiMessage } from "../../firmware/wire/ami.js";
import { Actions, type Reply } from "./actions.js";
import { Audit } from "./audit.js";
import { Doubts } from "./doubts.js";
import { AmiMapper } from "./map.js";
import type { AmiOptions } from "./options.js";
import { prove } from "./probe.js";
import { perform } from "./services.js";
import { takeSnapshot } from "./snapshot.js";
import { timers } from "./timers.js";
import { Watchers } from "./watchers.js";

export type AmiContext = SessionContext<AmiOptions>;

/** What services, snapshot and probe need of the session. */
export interface Conversation {
  readonly context: AmiContext;
  readonly mapper: AmiMapper;
  readonly watchers: Watchers;
  /** The actions this user may use, by name; undefined until ListCommands was answered. */
  commands: ReadonlySet<string> | undefined;
  /** When the login was complete. */
  upAtMs: number;
  /** An event of the class call has come since the login. */
  heardCalls: boolean;
  /** Device → technology, as the PBX listed them: `1001` → `PJSIP`. */
  readonly technologies: Map<string, string>;
  send(
    action: string, fields: readonly AmiField[], deadlineMs: number, list?: boolean,
  ): Promise<Result<Reply>>;
  /** The ActionID of the action sent next. */
  nextActionId(): string;
}

/** Live messages held while a snapshot is taken; above it the snapshot fails and is repeated. */
export const heldMax = 20_000;

type Phase = "banner" | "login" | "booting" | "up" | "over";

class AmiSession implements Session {
  readonly #context: AmiContext;
  readonly #decoder = amiDecoder();
  readonly #actions: Actions;
  readonly #conversation: Conversation;
  readonly #doubts: Doubts;
  readonly #audit: Audit;
  #phase: Phase = "banner";
  #booted: (() => void) | undefined;
  #bootedSeen = false;
  #statusRefused = false;
  #step: Cancellable | undefined;
  #keepalive: Cancellable | undefined;
  #due: Cancellable | undefined;
  #dueAtMs: number | undefined;
  #lastReceivedMs = 0;
  #held: { message: AmiMessage; atMs: number }[] | undefined;
  #refused = 0;

  constructor(context: AmiContext) {
    this.#context = context;
    const { clock } = context.world;
    this.#actions = new Actions(clock, (bytes) => this.#phase === "over"
      ? fail("link-down", "The AMI session is over.") : context.transport.send(bytes));
    this.#conversation = {
      context, mapper: new AmiMapper(context.link, context.options), watchers: new Watchers(clock),
      commands: undefined, upAtMs: 0, heardCalls: false, technologies: new Map(),
      send: (action, fields, deadlineMs, list) =>
        this.#actions.send(action, fields, deadlineMs, list),
      nextActionId: () => this.#actions.nextId,
    };
    this.#doubts = new Doubts(clock, this.#conversation.mapper, context.requestResync);
    this.#audit = new Audit(this.#conversation, () => this.#held !== undefined);
  }

  start(): void {
    const { transport, world } = this.#context;
    this.#lastReceivedMs = world.clock.monotonicMs();
    this.#step = world.clock.after(timers.banner.ms, "ami.banner", () => {
      this.#lose({ en: "no greeting: is this an Asterisk Manager port?",
        fr: "aucun accueil : est-ce bien un port Asterisk Manager ?" });
    });
    transport.onReceive((bytes, atMs) => { this.#receive(bytes, atMs); });
    transport.onClosed((reason) => {
      this.#closed(inEachLanguage((words, language) => language === "en"
        ? `the PBX closed the line: ${words(reason)}`
        : `le PBX a fermé la ligne : ${words(reason)}`));
    });
  }

  #receive(bytes: Uint8Array, atMs: number): void {
    this.#lastReceivedMs = atMs;
    for (const decoded of this.#decoder.push(bytes)) {
      if (this.#phase === "over") return;
      if (decoded.kind === "garbage") this.#context.garbage(decoded.bytes, decoded.reason);
      else this.#message(decoded.message, atMs);
    }
  }

  #message(message: AmiMessage, atMs: number): void {
    if (message.kind === "banner") {
      if (this.#phase !== "banner") return;
      this.#phase = "login";
      this.#step?.cancel();
      void this.#login();
      return;
    }
    // An OriginateResponse carries the ActionID of its Originate and is an event all the same.
    if (message.name !== "OriginateResponse" && this.#actions.take(message)) return;
    if (message.kind !== "event" || message.name.length === 0) return;
    if (message.name === "FullyBooted") {
      this.#fullyBootedCame();
    } else if (message.name === "Shutdown") {
      const restart = message.get("Restart") ?? "?";
      this.#lose({ en: `the PBX is shutting down (restart: ${restart})`,
        fr: `le PBX s'arrête (redémarrage : ${restart})` });
    } else if (this.#held === undefined) {
      this.#apply(message, atMs);
    } else if (this.#held.length < heldMax) {
      this.#held.push({ message, atMs });
    }
  }

  #apply(message: AmiMessage, atMs: number): void {
    const { context, mapper, watchers } = this.#conversation;
    if (!this.#conversation.heardCalls) {
      this.#conversation.heardCalls = message.get("Privilege")?.startsWith("call") === true;
    }
    for (const event of mapper.apply(message, atMs)) {
      context.emit(event);
      watchers.event(event);
    }
    watchers.message(message);
    this.#doubts.message(message);
    if (mapper.picture.refused > this.#refused) {
      this.#refused = mapper.picture.refused;
      context.report({ type: "impaired", reason: {
        en: "more channels than this driver follows",
        fr: "plus de canaux que ce pilote n'en suit" } });
    }
    this.#scheduleDue();
  }

  /** Calls `expire` when the mapper waits for an explanation that does not come. */
  #scheduleDue(): void {
    const dueMs = this.#conversation.mapper.dueMs;
    if (dueMs === this.#dueAtMs) return;
    this.#due?.cancel();
    this.#due = undefined;
    this.#dueAtMs = dueMs;
    if (dueMs === undefined) return;
    const { clock } = this.#context.world;
    this.#due = clock.after(Math.max(0, dueMs - clock.monotonicMs()), "ami.due", () => {
      this.#dueAtMs = undefined;
      const { mapper, context, watchers } = this.#conversation;
      for (const event of mapper.expire(Math.max(dueMs, clock.monotonicMs()))) {
        context.emit(event);
        watchers.event(event);
      }
      this.#scheduleDue();
    });
  }

  async #login(): Promise<void> {
    const result = await this.#authenticate();
    if (this.#phase === "over") return;
    if (!result.ok) {
      this.#lose(faultText(result.fault));
      return;
    }
    this.#phase = "booting";
    const identified = await this.#identify();
    if (this.#isOver()) return;
    if (!identified.ok && identified.fault.code !== "permission-denied") {
      const why = faultText(identified.fault);
      this.#lose(inEachLanguage((words, language) =>
        `${language === "en" ? "after the login: " : "après la connexion : "}${words(why)}`));
      return;
    }
    const booted = await this.#fullyBooted();
    if (this.#isOver()) return;
    this.#phase = "up";
    this.#conversation.upAtMs = this.#context.world.clock.monotonicMs();
    this.#watchLine();
    this.#audit.start();
    this.#context.report({ type: "ready" });
    this.#statusRefused = !identified.ok;
    if (this.#statusRefused || !booted) this.#tellMissing(booted);
  }

  /** What works only in part because of the manager user's classes. */
  #tellMissing(booted: boolean): void {
    const missing: Text[] = [
      ...(this.#statusRefused ? [{ en: "CoreStatus is refused (write classes system or "
        + "reporting), so that a restart of the PBX cannot be noticed",
      fr: "CoreStatus est refusé (classes d'écriture system ou reporting) : un redémarrage du "
        + "PBX passerait inaperçu" }] : []),
      ...(booted ? [] : [{ en: "FullyBooted did not come: the PBX is still starting, or the user "
        + "lacks the read class system",
      fr: "FullyBooted n'est pas venu : le PBX démarre encore, ou l'utilisateur n'a pas la classe "
        + "de lecture system" }]),
    ];
    this.#context.report(missing.length === 0 ? { type: "ready" } : { type: "impaired",
      reason: inEachLanguage((words, language) =>
        missing.map(words).join(language === "en" ? "; " : " ; ")) });
  }

  /** A method, because the phase may change while one awaits. */
  #isOver(): boolean {
    return this.#phase === "over";
  }

  async #authenticate(): Promise<Result<void>> {
    const { options, transport } = this.#context;
    const secret = this.#context.secret(options.secret);
    if (!secret.ok) return secret;
    const user: AmiField = ["Username", options.user];
    if (options.auth === "plain") {
      if (transport.kind !== "tls" && !options.allowPlainPassword) {
        return fail("config-invalid", {
          en: "auth: plain would show the secret on the wire: use TLS, auth: md5, or set "
            + "allowPlainPassword.",
          fr: "auth: plain montrerait le secret sur la ligne : utilisez TLS, auth: md5, ou "
            + "allowPlainPassword." });
      }
      return this.#accepted([user, ["Secret", secret.value], ["Events", "on"]]);
    }
    const challenge = await this.#actions.send("Challenge", [["AuthType", "MD5"]],
      timers.login.ms);
    if (!challenge.ok) return challenge;
    const text = challenge.value.response.get("Challenge") ?? "";
    const key = createHash("md5").update(text).update(secret.value).digest("hex");
    return this.#accepted([["AuthType", "MD5"], user, ["Key", key], ["Events", "on"]]);
  }

  async #accepted(fields: readonly AmiField[]): Promise<Result<void>> {
    const reply = await this.#actions.send("Login", fields, timers.login.ms);
    if (reply.ok) return done;
    if (reply.fault.code !== "service-refused") return reply;
    const { user } = this.#context.options;
    const { message } = reply.fault;
    return fail("link-login-refused", {
      en: `The PBX refused the manager user "${user}" or its secret, or this gateway's address `
        + `(deny/permit in manager.conf): ${message}`,
      fr: `Le PBX refuse l'utilisateur « ${user} », son secret, ou l'adresse de cette passerelle `
        + `(deny/permit dans manager.conf) : ${message}` });
  }

  /** Tells who the PBX is; its start time is its incarnation. */
  async #identify(): Promise<Result<void>> {
    const settings = await this.#actions.send("CoreSettings", [], timers.login.ms);
    const status = await this.#actions.send("CoreStatus", [], timers.login.ms);
    const version = settings.ok ? settings.value.response.get("AsteriskVersion") : undefined;
    const started = status.ok
      ? [status.value.response.get("CoreStartupDate"), status.value.response.get("CoreStartupTime")]
        .filter((part) => part !== undefined && part !== "").join(" ") : "";
    this.#context.identify({ product: "Asterisk",
      ...(version === undefined ? {} : { version }),
      ...(started === "" ? {} : { incarnation: started }) });
    return status.ok ? done : status;
  }

  #fullyBooted(): Promise<boolean> {
    if (this.#bootedSeen) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#booted = () => {
        this.#step?.cancel();
        resolve(true);
      };
      this.#step = this.#context.world.clock.after(timers.booted.ms, "ami.booted", () => {
        resolve(false);
      });
    });
  }

  /** Also after the wait for it was given up: what is missing is told anew. */
  #fullyBootedCame(): void {
    const isLate = this.#phase === "up" && !this.#bootedSeen;
    this.#bootedSeen = true;
    this.#booted?.();
    if (!isLate) return;
    this.#tellMissing(true);
    this.#context.requestResync("the PBX has finished starting");
  }

  /** Pings after silence; a Ping without answer is a lost line. */
  #watchLine(): void {
    const { clock } = this.#context.world;
    const silentMs = clock.monotonicMs() - this.#lastReceivedMs;
    const waitMs = Math.max(0, timers.keepalive.ms - silentMs);
    this.#keepalive = clock.after(waitMs, "ami.keepalive", () => {
      if (clock.monotonicMs() - this.#lastReceivedMs < timers.keepalive.ms) {
        this.#watchLine();
        return;
      }
      void this.#actions.send("Ping", [], timers.pong.ms).then((reply) => {
        if (this.#phase !== "up") return;
        if (!reply.ok && reply.fault.code === "deadline-passed") {
          this.#lose({ en: `no answer to Ping within ${timers.pong.ms} ms`,
            fr: `pas de réponse à Ping en ${timers.pong.ms} ms` });
        } else {
          this.#watchLine();
        }
      });
    });
  }

  /** A refused login closes the line too: what the PBX said before must be heard first. */
  #closed(reason: Text): void {
    if (this.#phase !== "login") this.#lose(reason);
    else this.#context.world.clock.after(0, "ami.closed", () => { this.#lose(reason); });
  }

  #lose(reason: Text): void {
    if (this.#phase === "over") return;
    this.#end(inLanguage(reason, "en"));
    this.#context.report({ type: "lost", reason });
  }

  #end(reason: string): void {
    this.#phase = "over";
    for (const timer of [this.#step, this.#keepalive, this.#due]) timer?.cancel();
    this.#held = undefined;
    this.#doubts.close();
    this.#audit.close();
    this.#conversation.watchers.close(reason);
    this.#actions.close(reason);
  }

  #notUp(): Result<never> | undefined {
    return this.#phase === "up" ? undefined : fail("link-down", "The AMI login is not complete.");
  }

  async request(request: ServiceRequest, deadlineMs: number): Promise<Result<ServiceResponse>> {
    return this.#notUp() ?? await perform(this.#conversation, request, deadlineMs);
  }

  async probe(deadlineMs: number): Promise<Result<readonly Proof[]>> {
    return this.#notUp() ?? await prove(this.#conversation, deadlineMs);
  }

  async snapshot(deadlineMs: number): Promise<Result<LinkSnapshot>> {
    const refused = this.#notUp();
    if (refused !== undefined) return refused;
    if (this.#held !== undefined) return fail("queue-full", "A snapshot is being taken already.");
    const held: { message: AmiMessage; atMs: number }[] = [];
    this.#held = held;
    const taken = await takeSnapshot(this.#conversation, deadlineMs,
      () => held.map((each) => each.message));
    if (this.#isOver()) return fail("link-down", "The line was lost during the snapshot.");
    if (held.length >= heldMax) {
      this.#held = undefined;
      return fail("queue-full", `More than ${heldMax} messages during the snapshot.`);
    }
    // The snapshot first, then what happened since: the caller must have applied it by then.
    this.#context.world.clock.after(0, "ami.replay", () => { this.#replay(held, taken); });
    return taken.ok ? ok(taken.value.snapshot) : taken;
  }

  #replay(
    held: readonly { message: AmiMessage; atMs: number }[],
    taken: Result<{ readonly stale: ReadonlySet<AmiMessage> }>,
  ): void {
    if (this.#held !== held) return;
    this.#held = undefined;
    for (const { message, atMs } of held) {
      if (this.#isOver()) return;
      if (!taken.ok || !taken.value.stale.has(message)) this.#apply(message, atMs);
    }
  }

  close(): void {
    if (this.#phase === "over") return;
    if (this.#phase === "up") void this.#actions.send("Logoff", [], timers.login.ms);
    this.#end("the link is being closed");
  }
}

export function openSession(context: AmiContext): Session {
  const session = new AmiSession(context);
  session.start();
  return session;
}
