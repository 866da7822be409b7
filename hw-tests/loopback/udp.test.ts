/** Datagrams on real sockets of the kernel, up to what the kernel itself drops. */

import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { existsSync } from "node:fs";
import { inLanguage } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import type { Sender, Transport } from "../../firmware/link/transport.js";
import { dropsEveryMs, troubleMs, udpOpener } from "../../firmware/link/transports/udp.js";
import type { UdpOptions } from "../../firmware/link/transports/options.js";

const world = nodeWorld(() => undefined, "error");

async function opened(
  more: Partial<UdpOptions> = {}, at = world,
): Promise<{ transport: Transport; port: number }> {
  const opener = udpOpener({ kind: "udp", address: "127.0.0.1", port: 0, ...more }, at);
  const result = await opener.open(1_000);
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  assert.ok(opener.port !== undefined);
  return { transport: result.value, port: opener.port };
}

function sender(type: "udp4" | "udp6" = "udp4"): Promise<Socket> {
  const socket = createSocket(type);
  return new Promise((resolve) => { socket.bind(0, () => { resolve(socket); }); });
}

function sent(socket: Socket, bytes: string | Uint8Array, port: number, to: string): Promise<void> {
  return new Promise((resolve) => { socket.send(bytes, port, to, () => { resolve(); }); });
}

interface Heard { readonly text: string; readonly from: Sender | undefined }

function heard(transport: Transport, count: number): Promise<readonly Heard[]> {
  const all: Heard[] = [];
  return new Promise((resolve) => {
    transport.onReceive((bytes, atMs, from) => {
      assert.ok(atMs > 0);
      all.push({ text: Buffer.from(bytes).toString("latin1"), from });
      if (all.length === count) resolve(all);
    });
  });
}

describe("udp transport", () => {
  it("keeps datagrams whole, says who sent each, and answers that one", async () => {
    const { transport, port } = await opened();
    const [one, two] = [await sender(), await sender()];
    const big = "x".repeat(60_000);
    const coming = heard(transport, 3);
    await sent(one, "first", port, "127.0.0.1");
    await sent(one, "", port, "127.0.0.1");
    await sent(two, big, port, "127.0.0.1");
    await sent(one, "third", port, "127.0.0.1");
    const all = await coming;
    assert.deepEqual(all.map(({ text }) => text), ["first", big, "third"]);
    assert.deepEqual(all.map(({ from }) => from?.port),
      [one.address().port, two.address().port, one.address().port]);
    const answer = new Promise<string>((resolve) => {
      two.once("message", (bytes) => { resolve(bytes.toString()); });
    });
    const asker = all[1]?.from;
    assert.ok(asker !== undefined && transport.sendTo?.(Buffer.from("taken"), asker).ok);
    assert.equal(await answer, "taken");
    assert.equal(transport.send(Buffer.from("x")).ok, false);
    const reason = new Promise((resolve) => { transport.onClosed(resolve); });
    transport.close();
    assert.deepEqual(await reason, { en: "closed by us", fr: "fermé par nous" });
    const late = transport.sendTo?.(Buffer.from("x"), { address: "127.0.0.1", port: 9 });
    assert.ok(late?.ok === false && late.fault.code === "link-down");
    one.close();
    two.close();
  });

  it("takes datagrams only from those who may send, and answers over both families", async () => {
    const { transport, port } = await opened({ address: "::", senders: ["127.0.0.2", "::1"] });
    const [four, six] = [await sender(), await sender("udp6")];
    const right = createSocket("udp4");
    await new Promise<void>((resolve) => { right.bind(0, "127.0.0.2", resolve); });
    const coming = heard(transport, 2);
    await sent(four, "from 127.0.0.1", port, "127.0.0.1");
    await sent(right, "from 127.0.0.2", port, "127.0.0.1");
    await sent(six, "from ::1", port, "::1");
    const all = await coming;
    assert.deepEqual(all.map(({ text, from }) => [text, from?.address]),
      [["from 127.0.0.2", "127.0.0.2"], ["from ::1", "::1"]]);
    const answered = Promise.all([right, six].map((socket) => new Promise<string>((resolve) => {
      socket.once("message", (bytes) => { resolve(bytes.toString()); });
    })));
    for (const { from } of all) {
      assert.ok(from !== undefined && transport.sendTo?.(Buffer.from(from.address), from).ok);
    }
    assert.deepEqual(await answered, ["127.0.0.2", "::1"]);
    transport.close();
    for (const socket of [four, six, right]) socket.close();
  });

  it("says when another program has the port", async () => {
    const { transport, port } = await opened();
    const second = await udpOpener({ kind: "udp", address: "127.0.0.1", port }, world).open(1_000);
    assert.ok(!second.ok && second.fault.code === "address-in-use");
    transport.close();
  });

  it("tells what the kernel had to drop while nobody read", async function () {
    if (!existsSync("/proc/net/udp")) this.skip();
    const simulated = new SimulatedWorld(3);
    const { transport, port } = await opened({}, simulated);
    const told: string[] = [];
    let next = (): void => undefined;
    transport.onTrouble?.((reason) => {
      told.push(reason === undefined ? "over" : inLanguage(reason, "en"));
      next();
    });
    transport.onReceive(() => undefined);
    const socket = await sender();
    const look = (): Promise<void> => new Promise((resolve) => {
      next = resolve;
      void simulated.advance(dropsEveryMs);
    });
    // The first look happened when it opened; this makes sure that it is over.
    while (simulated.timersPending.length === 0) await new Promise(setImmediate);
    // No turn of the event loop between them: the socket is not read meanwhile.
    const bytes = Buffer.alloc(8_192);
    for (let n = 0; n < 4_000; n += 1) socket.send(bytes, port, "127.0.0.1");
    await new Promise<void>((resolve) => { socket.send("end", port, "127.0.0.1", () => {
      resolve();
    }); });
    await look();
    assert.match(told[0] ?? "", /^\d+ datagrams lost: they came faster than they could be read$/);
    for (let passedMs = 0; told.length < 2 && passedMs < 3 * troubleMs; passedMs += dropsEveryMs) {
      await simulated.advance(dropsEveryMs);
      while (simulated.timersPending.length === 0) await new Promise(setImmediate);
    }
    assert.equal(told.at(-1), "over");
    transport.close();
    socket.close();
  });
});
