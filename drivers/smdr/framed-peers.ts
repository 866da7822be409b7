/** The PBX's end of the framings: keeps each record until it is acknowledged. */

import type { Cancellable, World } from "../../firmware/base/world.js";
import { blockOf } from "./framings/nec-blocks.js";
import { ack, nak, necDefaults, type NecSettings } from "./framings/nec.js";
import { MessageReader, messageOf } from "./framings/nec-tcp.js";
import { kinds, messageOf as oxeMessage, messagesIn, ticketBytes, words }
  from "./framings/oxe-tcp.js";
import { packetOf, RspReader, types } from "./framings/rsp-packets.js";

export interface FramedPeerPlan {
  readonly world: World;
  /** Towards the gateway. */
  readonly send: (bytes: Uint8Array) => void;
  /** NEC's: default as the driver's. */
  readonly nec?: NecSettings;
}

export interface FramedPeer {
  /** The line is plugged in, or the connection open; what was not acknowledged comes again. */
  connected(): void;
  /** Bytes from the gateway. */
  receive(bytes: Uint8Array): void;
  /** A record, with its end of line where the protocol has none of its own. */
  print(record: Uint8Array): void;
  /** The next so many frames get a wrong bit. */
  damage(count: number): void;
  /** The next so many answers of the gateway are lost on the way. */
  lose(count: number): void;
  /** In order. */
  readonly acknowledged: readonly string[];
  readonly waiting: number;
  /** Forgets its timers: the connection is gone. */
  close(): void;
}

/** What all of them do: a queue, and faults. */
class Queue {
  readonly acknowledged: string[] = [];
  readonly records: Uint8Array[] = [];
  readonly #send: (bytes: Uint8Array) => void;
  #damage = 0;
  #lose = 0;

  constructor({ send }: FramedPeerPlan) {
    this.#send = send;
  }

  damage(count: number): void { this.#damage += count; }
  lose(count: number): void { this.#lose += count; }

  send(frame: Uint8Array): void {
    const sent = Uint8Array.from(frame);
    if (this.#damage > 0) {
      this.#damage -= 1;
      const at = Math.floor(sent.length / 2);
      sent[at] = (sent[at] ?? 0) ^ 0x01;
    }
    this.#send(sent);
  }

  /** Whether the answer is to be forgotten. */
  loses(): boolean {
    if (this.#lose === 0) return false;
    this.#lose -= 1;
    return true;
  }

  shift(count: number): void {
    for (const record of this.records.splice(0, count)) {
      this.acknowledged.push(Buffer.from(record).toString("latin1"));
    }
  }
}

/** Sends each record at once and hears nothing: NEC blocks without polling, iSDX octets. */
export function createUnaskedPeer(plan: FramedPeerPlan, blocks: "nec" | "isdx"): FramedPeer {
  const queue = new Queue(plan);
  const { parity } = plan.nec ?? necDefaults;
  return {
    connected: () => undefined, receive: () => undefined, close: () => undefined,
    print: (record) => { queue.send(blocks === "nec" ? blockOf(record, parity) : record); },
    damage: (count) => { queue.damage(count); },
    lose: () => undefined,
    acknowledged: queue.acknowledged,
    waiting: 0,
  };
}

/** Answers polls with a block, or EOT. */
export function createNecPolledPeer(plan: FramedPeerPlan): FramedPeer {
  const queue = new Queue(plan);
  const { parity, address } = plan.nec ?? necDefaults;
  const eot = 0x04;
  let heard = "";
  let offered = false;
  const offer = (): void => {
    const [record] = queue.records;
    offered = record !== undefined;
    queue.send(record === undefined ? Uint8Array.of(eot) : blockOf(record, parity));
  };
  const octet = (value: number): void => {
    heard = (heard + String.fromCharCode(value)).slice(-4);
    if (heard === `\u0004${address}\u0005`) {
      if (!queue.loses()) offer();
    } else if ((value === ack || value === nak) && offered && !queue.loses()) {
      if (value === ack) queue.shift(1);
      offer();
    } else if (value === eot) {
      offered = false;
    }
  };
  return {
    connected: () => { offered = false; },
    receive: (bytes) => { bytes.forEach(octet); },
    print: (record) => { queue.records.push(record); },
    damage: (count) => { queue.damage(count); },
    lose: (count) => { queue.lose(count); },
    acknowledged: queue.acknowledged,
    get waiting() { return queue.records.length; },
    close: () => undefined,
  };
}

/** Gives one numbered record for each request. */
export function createNecTcpPeer(plan: FramedPeerPlan): FramedPeer {
  const queue = new Queue(plan);
  const { device } = plan.nec ?? necDefaults;
  let reader = new MessageReader();
  let count = 0;
  const number = (): number => 0x30 + count % 10;
  const offer = (record: Uint8Array): void => {
    queue.send(messageOf({ identifier: "2", device,
      data: Buffer.concat([Buffer.of(number()), blockOf(record, false)]) }));
  };
  return {
    connected: () => { reader = new MessageReader(); },
    receive: (bytes) => {
      for (const piece of reader.push(bytes)) {
        if (piece.kind === "damage" || queue.loses()) continue;
        const { identifier, data } = piece.message;
        const [record] = queue.records;
        if (identifier === "1" && record !== undefined) offer(record);
        if (identifier === "4" && data[0] === number() && data[1] === ack) {
          queue.shift(1);
          count += 1;
        }
      }
    },
    print: (record) => { queue.records.push(record); },
    damage: (frames) => { queue.damage(frames); },
    lose: (answers) => { queue.lose(answers); },
    acknowledged: queue.acknowledged,
    get waiting() { return queue.records.length; },
    close: () => undefined,
  };
}

const oxeTestMs = 30_000;

/** Says its role to who wants tickets, sends them, and asks whether somebody is still there. */
export function createOxePeer(plan: FramedPeerPlan): FramedPeer {
  const queue = new Queue(plan);
  let kept = Buffer.alloc(0);
  let begun = false;
  let testing: Cancellable | undefined;
  const test = (): void => {
    testing = plan.world.clock.after(oxeTestMs, "peer.oxe", () => {
      queue.send(oxeMessage(words.test));
      test();
    });
  };
  const stop = (): void => {
    begun = false;
    testing?.cancel();
  };
  const go = (): void => {
    for (const record of begun ? [...queue.records] : []) {
      const body = Buffer.alloc(ticketBytes);
      body.set([1, 0, kinds.call, 0]);
      body.set(record.subarray(0, ticketBytes - 4), 4);
      queue.send(oxeMessage(body));
      queue.shift(1);
    }
  };
  return {
    connected: () => {
      stop();
      kept = Buffer.alloc(0);
    },
    receive: (bytes) => {
      kept = Buffer.concat([kept, bytes]);
      const { messages, octets } = messagesIn(kept);
      kept = kept.subarray(octets);
      for (const body of messages) {
        const word = body.toString("latin1");
        if (word === words.want) queue.send(oxeMessage(words.main));
        if (word !== words.begin) continue;
        begun = true;
        test();
        go();
      }
    },
    print: (record) => {
      queue.records.push(record);
      go();
    },
    damage: (count) => { queue.damage(count); },
    lose: () => undefined,
    acknowledged: queue.acknowledged,
    get waiting() { return queue.records.length; },
    close: stop,
  };
}

/** As `ip-services` of Communication Manager sets them where nothing is changed. */
export const packetResponseMs = 30_000;
export const connectivityMs = 60_000;
/** Packets on their way at once. */
const windowMax = 6;

/** Connects, starts a session, and repeats packets that nobody acknowledges. */
export function createRspPeer(plan: FramedPeerPlan): FramedPeer {
  const queue = new Queue(plan);
  const { clock } = plan.world;
  let reader = new RspReader();
  let started = false;
  /** Of the first record in the queue. */
  let sequence = 1;
  let sent = 0;
  let repeat: Cancellable | undefined;
  let alive: Cancellable | undefined;
  const stop = (): void => {
    repeat?.cancel();
    alive?.cancel();
  };
  const arm = (): void => {
    stop();
    if (sent > 0) {
      repeat = clock.after(packetResponseMs, "peer.rsp", () => {
        sent = 0;
        go();
      });
    }
    alive = clock.after(connectivityMs, "peer.rsp-alive", () => {
      queue.send(Uint8Array.of(types.alive));
      arm();
    });
  };
  const go = (): void => {
    if (!started) return;
    for (const record of queue.records.slice(sent, windowMax)) {
      queue.send(packetOf(types.data,
        [{ identifier: 4, value: [(sequence + sent) & 0xff] }], record));
      sent += 1;
    }
    arm();
  };
  const acknowledged = (next: number): void => {
    const count = (next - sequence) & 0xff;
    if (count > sent || queue.loses()) return;
    queue.shift(count);
    sequence += count;
    sent -= count;
    go();
  };
  return {
    connected: () => {
      reader = new RspReader();
      started = false;
      sent = 0;
      stop();
      queue.send(packetOf(types.start, [{ identifier: 6, value: [0] },
        { identifier: 7, value: [0] }, { identifier: 2, value: [windowMax] },
        { identifier: 3, value: [0, 0, 0, 0] }]));
    },
    receive: (bytes) => {
      for (const piece of reader.push(bytes)) {
        if (piece.kind !== "head") continue;
        if (piece.type === types.accept) {
          started = true;
          go();
        } else if (piece.type === types.ack && piece.sequence !== undefined) {
          acknowledged(piece.sequence);
        }
      }
    },
    print: (record) => {
      queue.records.push(record);
      if (started && sent < windowMax) go();
    },
    damage: (count) => { queue.damage(count); },
    lose: (count) => { queue.lose(count); },
    acknowledged: queue.acknowledged,
    get waiting() { return queue.records.length; },
    close: () => {
      started = false;
      stop();
    },
  };
}
