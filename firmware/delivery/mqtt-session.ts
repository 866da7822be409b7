/**
 * A publisher's half of MQTT 5 (OASIS standard of 2019-03-07) and of 3.1.1 (2014-10-29), which has
 * no properties and no reason codes: sign-in, messages of QoS 1 and 2, keep-alive. What was begun
 * on one connection is finished on the next while the server keeps the session.
 */

import type { IConnackPacket, Packet, Parser } from "mqtt-packet";
import { fail, messageOf, ok, type Result, type Text } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { Transport } from "../link/transport.js";
import type { MqttVersion } from "./destination.js";
import { openMs } from "./stream-outlet.js";

export const keepAliveMs = 30_000;
/** The server forgets a session that was not taken up again for so long. */
const sessionSeconds = 86_400;
/** On their way at once, also where the server would take more. */
const inFlightMax = 100;
/**
 * To a server of 3.1.1, which cannot tell how many it takes. Mosquitto 2.0 was seen to take 20 and
 * to throw away, unsaid, what exceeds them.
 */
const inFlightUntoldMax = 10;
/** What a server says to a publisher is short. */
const answerBytesMax = 65_536;
/** §2.4: reason codes from here on are failures. */
const failureMin = 0x80;
/** §4.3.3: the server has finished with this message already. */
const packetUnknown = 0x92;

export interface MqttSignIn {
  readonly version: MqttVersion;
  readonly clientId: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

export interface MqttMessage {
  /** The same for a repeat; other messages have others. */
  readonly key: string;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 1 | 2;
  readonly contentType: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** `published`: no answer yet; `released`: QoS 2, the server holds it; `taken`: finished. */
interface Progress {
  readonly packetId: number;
  readonly stage: "published" | "released" | "taken";
}

/** What outlives a connection. */
export class MqttProgress {
  readonly #byKey = new Map<string, Progress>();
  /** Of what is not finished. */
  readonly #keys = new Map<number, string>();
  #lastId = 0;

  of(key: string): Progress | undefined {
    return this.#byKey.get(key);
  }

  begin(key: string): number {
    do this.#lastId = this.#lastId % 0xffff + 1; while (this.#keys.has(this.#lastId));
    this.#keys.set(this.#lastId, key);
    this.#byKey.set(key, { packetId: this.#lastId, stage: "published" });
    return this.#lastId;
  }

  /** The message that a packet of the server speaks of; undefined when it is finished. */
  keyOf(packetId: number): string | undefined {
    return this.#keys.get(packetId);
  }

  move(key: string, stage: Progress["stage"]): void {
    const found = this.#byKey.get(key);
    if (found === undefined) return;
    this.#byKey.set(key, { ...found, stage });
    if (stage === "taken") this.#keys.delete(found.packetId);
  }

  forget(key: string): void {
    const packetId = this.#byKey.get(key)?.packetId ?? 0;
    if (this.#keys.get(packetId) === key) this.#keys.delete(packetId);
    this.#byKey.delete(key);
  }

  /** The server has lost the session: what is not finished begins anew. */
  sessionLost(): void {
    for (const key of this.#keys.values()) this.#byKey.delete(key);
    this.#keys.clear();
  }
}

/** The part of the library that is needed, loaded when the first session opens. */
interface Codec {
  readonly generate: (packet: Packet) => Buffer;
  readonly parser: Parser;
}

/** §3.1.2.2: protocol levels. */
const levels = { "5": 5, "3.1.1": 4 } as const;

async function codec(version: MqttVersion): Promise<Codec> {
  const { default: library } = await import("mqtt-packet");
  const options = { protocolVersion: levels[version] };
  return { parser: library.parser(options),
    generate: (packet) => library.generate(packet, options) };
}

export class MqttSession {
  readonly #transport: Transport;
  readonly #codec: Codec;
  readonly #world: World;
  readonly #progress: MqttProgress;
  readonly #version: MqttVersion;
  #windowMax = inFlightMax;
  #keepAlive: Cancellable | undefined;
  #answered = true;
  #unread = 0;
  #welcome: ((answer: Result<IConnackPacket>) => void) | undefined;
  /** The messages of the batch under way that the server has not finished with. */
  #open = new Map<string, MqttMessage>();
  #queue: MqttMessage[] = [];
  #settle: ((result: Result<void>) => void) | undefined;

  private constructor(transport: Transport, parts: { readonly codec: Codec; readonly world: World;
    readonly progress: MqttProgress; readonly version: MqttVersion }) {
    this.#transport = transport;
    this.#codec = parts.codec;
    this.#world = parts.world;
    this.#progress = parts.progress;
    this.#version = parts.version;
  }

  /** On a transport that has just been opened; on a fault it is closed. */
  static async open(
    transport: Transport, signIn: MqttSignIn, world: World, progress: MqttProgress,
    onClosed: (reason: Text) => void,
  ): Promise<Result<MqttSession>> {
    const session = new MqttSession(transport, { codec: await codec(signIn.version),
      world, progress, version: signIn.version });
    const welcomed = await session.#signIn(signIn, onClosed);
    if (welcomed.ok) return ok(session);
    transport.close();
    return welcomed;
  }

  /** Ok when the server has taken all; on a fault some may have been taken, and are remembered. */
  publish(messages: readonly MqttMessage[]): Promise<Result<void>> {
    return new Promise((resolve) => {
      this.#settle = (result) => {
        this.#settle = undefined;
        this.#open.clear();
        this.#queue = [];
        resolve(result);
      };
      const open = messages.filter(({ key }) => this.#progress.of(key)?.stage !== "taken");
      this.#open = new Map(open.map((message) => [message.key, message]));
      this.#queue = [...open];
      this.#advance();
    });
  }

  /** Breaks off what is under way. */
  abandon(reason: Text): void {
    this.#settle?.(fail("delivery-failed", reason));
    this.close();
  }

  close(): void {
    if (this.#keepAlive !== undefined) {
      this.#send({ cmd: "disconnect", reasonCode: 0 });
    }
    this.#transport.close();
  }

  #signIn(
    { clientId, user, password }: MqttSignIn, onClosed: (reason: Text) => void,
  ): Promise<Result<IConnackPacket>> {
    return new Promise((resolve) => {
      const timer = this.#world.clock.after(openMs, "mqtt.welcome", () => {
        this.#welcome?.(fail("deadline-passed", { en: "the server does not answer the sign-in",
          fr: "le serveur ne répond pas à l'identification" }));
      });
      this.#welcome = (answer) => {
        timer.cancel();
        this.#welcome = undefined;
        resolve(answer);
      };
      const { parser } = this.#codec;
      parser.on("packet", (packet) => {
        this.#unread = 0;
        this.#packet(packet);
      });
      parser.on("error", (error) => { this.#broken(messageOf(error)); });
      this.#transport.onReceive((bytes) => {
        this.#unread += bytes.length;
        parser.parse(Buffer.from(bytes));
        if (this.#unread > answerBytesMax) this.#broken("an answer without end");
      });
      this.#transport.onClosed((reason) => {
        this.#keepAlive?.cancel();
        this.#keepAlive = undefined;
        this.#welcome?.(fail("delivery-failed", reason));
        this.#settle?.(fail("delivery-failed", reason));
        onClosed(reason);
      });
      this.#send({ cmd: "connect", protocolId: "MQTT", protocolVersion: levels[this.#version],
        clean: false, clientId, keepalive: keepAliveMs / 1_000,
        ...(this.#version === "5" && { properties: { sessionExpiryInterval: sessionSeconds,
          maximumPacketSize: answerBytesMax } }),
        ...(user !== undefined && { username: user }),
        ...(password !== undefined && { password: Buffer.from(password) }) });
    });
  }

  #packet(packet: Packet): void {
    switch (packet.cmd) {
      case "connack": this.#connack(packet); break;
      case "puback": this.#answer(packet.messageId, packet.reasonCode, "taken"); break;
      case "pubrec": this.#answer(packet.messageId, packet.reasonCode, "released"); break;
      case "pubcomp":
        this.#answer(packet.messageId,
          packet.reasonCode === packetUnknown ? 0 : packet.reasonCode, "taken");
        break;
      case "pingresp": this.#answered = true; break;
      case "disconnect":
        this.#broken(packet.properties?.reasonString ?? `the server ends the session, reason ${
          packet.reasonCode ?? 0}`);
        break;
      default: break;
    }
  }

  #connack(packet: IConnackPacket): void {
    const code = packet.reasonCode ?? packet.returnCode ?? 0;
    // Version 3.1.1 counts its refusals from 1, also where a server of that version refuses us.
    if (code > 0) {
      this.#welcome?.(fail("delivery-failed", {
        en: `the server refuses the sign-in: ${connackWords[code]?.en ?? `reason ${code}`}`,
        fr: `le serveur refuse l'identification : ${
          connackWords[code]?.fr ?? `raison ${code}`}` }));
      return;
    }
    if (!packet.sessionPresent) this.#progress.sessionLost();
    this.#windowMax = this.#version === "5"
      ? Math.min(inFlightMax, packet.properties?.receiveMaximum ?? inFlightMax)
      : inFlightUntoldMax;
    const { serverKeepAlive } = packet.properties ?? {};
    this.#stayAlive(serverKeepAlive === undefined || serverKeepAlive === 0 ? keepAliveMs
      : Math.min(keepAliveMs, serverKeepAlive * 1_000));
    this.#welcome?.(ok(packet));
  }

  #stayAlive(everyMs: number): void {
    this.#keepAlive = this.#world.clock.after(everyMs, "mqtt.keep-alive", () => {
      if (!this.#answered) {
        this.#broken("no answer to a keep-alive");
        return;
      }
      this.#answered = false;
      this.#send({ cmd: "pingreq" });
      this.#stayAlive(everyMs);
    });
  }

  #answer(packetId: number | undefined, reason: number | undefined, stage: "released" | "taken"):
  void {
    const key = this.#progress.keyOf(packetId ?? 0);
    if ((reason ?? 0) >= failureMin) {
      if (key !== undefined) this.#progress.forget(key);
      this.#settle?.(fail("delivery-failed", { en: `the server refuses a message, reason ${reason}`,
        fr: `le serveur refuse un message, raison ${reason}` }));
      return;
    }
    // §4.3.3: also for a message that is not known any more the exchange is brought to its end.
    if (stage === "released") this.#send({ cmd: "pubrel", messageId: packetId ?? 0 });
    if (key === undefined) return;
    this.#progress.move(key, stage);
    if (stage === "taken") this.#open.delete(key);
    this.#advance();
  }

  /** Sends as many as the server lets; what an earlier connection had begun is taken up. */
  #advance(): void {
    while (this.#queue.length > 0 && this.#open.size - this.#queue.length < this.#windowMax) {
      const message = this.#queue.shift();
      if (message === undefined) break;
      const before = this.#progress.of(message.key);
      if (before?.stage === "taken") continue;
      if (before?.stage === "released") {
        this.#send({ cmd: "pubrel", messageId: before.packetId });
        continue;
      }
      const { key, topic, payload, qos, contentType, properties } = message;
      this.#send({ cmd: "publish", messageId: before?.packetId ?? this.#progress.begin(key), topic,
        payload, qos, retain: false, dup: before !== undefined,
        ...(this.#version === "5"
          && { properties: { contentType, userProperties: properties } }) });
    }
    if (this.#open.size === 0) this.#settle?.(ok(undefined));
  }

  #send(packet: Packet): void {
    const sent = this.#transport.send(this.#codec.generate(packet));
    if (!sent.ok) this.#broken(sent.fault.message);
  }

  #broken(reason: Text): void {
    this.#welcome?.(fail("delivery-failed", reason));
    this.#settle?.(fail("delivery-failed", reason));
    this.#transport.close();
  }
}

/** §3.2.2.2, and §3.2.2.3 of 3.1.1 (below 128): what an administrator can do something about. */
const connackWords: Readonly<Record<number, { readonly en: string; readonly fr: string }>> = {
  1: { en: "it speaks another version of MQTT", fr: "il parle une autre version de MQTT" },
  2: { en: "the client identifier is not valid", fr: "l'identifiant du client est invalide" },
  3: { en: "the server is not available", fr: "le serveur n'est pas disponible" },
  4: { en: "bad user name or password", fr: "mauvais utilisateur ou mot de passe" },
  5: { en: "not authorised", fr: "non autorisé" },
  0x84: { en: "it does not speak MQTT 5", fr: "il ne parle pas MQTT 5" },
  0x85: { en: "the client identifier is not valid", fr: "l'identifiant du client est invalide" },
  0x86: { en: "bad user name or password", fr: "mauvais utilisateur ou mot de passe" },
  0x87: { en: "not authorised", fr: "non autorisé" },
  0x88: { en: "the server is not available", fr: "le serveur n'est pas disponible" },
};
