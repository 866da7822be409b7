/** The gateway program in a guest, and what tests ask of it by gRPC. */

import assert from "node:assert/strict";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { LinksService, LinkState, type Link, type WatchLinksResponse }
  from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { PortsService, type Port } from "../../proto/gen/cti/gateway/v1/ports_pb.js";
import { RecordsService } from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { TerminalsService, type OpenTerminalResponse }
  from "../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { AccessService } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { createSmdrPeer } from "../../drivers/smdr/peer.js";
import { until } from "../loopback/gateway-process.js";
import { Collected, TestClient } from "../loopback/server-rig.js";
import type { Guest } from "./guest.js";

const world = nodeWorld(() => undefined, "error");
export const working = [LinkState.UP, LinkState.DEGRADED];

export function report(what: string, ms: number): void {
  process.stdout.write(`      measured: ${what} ${Math.round(ms)} ms\n`);
}

export class GuestGateway {
  readonly client: TestClient;
  readonly #links: Collected<WatchLinksResponse>;
  #callNumber = 0;

  private constructor(client: TestClient) {
    this.client = client;
    this.#links = new Collected(client.stream(LinksService.method.watchLinks, {}));
  }

  static async start(guest: Guest, config: string): Promise<GuestGateway> {
    const { welcome, authorityPem } = await guest.do("startGateway", config);
    const found = /user (\S+), password (\S+)/.exec(welcome);
    const on = { authority: { authorityPem } };
    const anonymous = new TestClient(on, guest.gatewayPort);
    const { token } = await anonymous.unary(AccessService.method.signIn,
      { name: found?.[1] ?? "", password: found?.[2] ?? "" });
    anonymous.close();
    return new GuestGateway(new TestClient(on, guest.gatewayPort, token));
  }

  /** Ends the connection only; the program ends with its machine. */
  async leave(): Promise<void> {
    this.client.close();
    await this.#links.ended;
  }

  /** How long it took, since `startMs`, until the link is in one of these states. */
  async becomes(
    link: string, states: readonly LinkState[], startMs = performance.now(),
  ): Promise<number> {
    const last = (): LinkState | undefined =>
      this.#links.items.findLast((item) => item.link?.id === link)?.link?.state;
    await until(`${link} is ${states.map((state) => LinkState[state]).join(" or ")}`,
      () => states.includes(last() ?? LinkState.UNSPECIFIED), 60_000);
    return performance.now() - startMs;
  }

  async statusOf(id: string): Promise<Link> {
    const { links } = await this.client.unary(LinksService.method.listLinks, {});
    return links.find((link) => link.id === id) ?? assert.fail(`there is no link ${id}`);
  }

  /** What a PBX prints for a new call; the caller's number. */
  printTo(send: (bytes: Uint8Array) => void): string {
    this.#callNumber += 1;
    const number = `0155${String(this.#callNumber).padStart(6, "0")}`;
    createSmdrPeer({ format: "panasonic-kx", world, live: false, send })
      .print({ device: "101", trunk: "01", number, direction: "incoming", ringMs: 2_000,
        talkMs: 5_000 });
    return number;
  }

  /** The same as text, for who has to carry it to the line. */
  printed(): { readonly number: string; readonly text: string } {
    let text = "";
    const number = this.printTo((bytes) => { text += Buffer.from(bytes).toString("latin1"); });
    return { number, text };
  }

  /** Has a terminal on a link's line for as long as `work` needs it. */
  async #onTerminal<T>(link: string, work: (id: string) => Promise<T>): Promise<T> {
    const session = new Collected<OpenTerminalResponse>(this.client.stream(
      TerminalsService.method.openTerminal, { link, reason: "the way back" }));
    const [first] = await session.until((items) => items.length > 0);
    const id = first?.event.case === "opened" ? first.event.value.id : assert.fail(link);
    const got = await work(id);
    await this.client.unary(TerminalsService.method.closeTerminal, { id });
    await session.ended;
    return got;
  }

  /** Types on a link's line while `take` waits for it at the other end; gives what came there. */
  typedTo<T>(link: string, text: string, take: () => Promise<T>): Promise<T> {
    return this.#onTerminal(link, async (id) => {
      const taken = take();
      await this.client.unary(TerminalsService.method.typeTerminal,
        { id, data: Buffer.from(text) });
      return taken;
    });
  }

  /** Sends a break on a link's line, while `meanwhile` looks at the other end. */
  breaks(link: string, breakMs: number, meanwhile: () => Promise<void>): Promise<void> {
    return this.#onTerminal(link, async (id) => {
      const sent = this.client.unary(TerminalsService.method.signalTerminal, { id, breakMs });
      await meanwhile();
      await sent;
    });
  }

  async recorded(link: string, number: string): Promise<void> {
    await until(`${link} has a record of ${number}`, async () => {
      const { records } = await this.client.unary(RecordsService.method.listRecords,
        { query: { link }, pageSize: 50 });
      return records.filter(({ calling }) => calling?.raw === number).length === 1;
    });
  }

  /** By serial number or, where the adapter has none, by address. */
  async portWith(name: string): Promise<Port> {
    let found: Port | undefined;
    await until(`the port of ${name}`, async () => {
      const { ports } = await this.client.unary(PortsService.method.listPorts, {});
      found = ports.find(({ serialNumber, adapterAddress }) =>
        serialNumber === name || adapterAddress === name);
      return found !== undefined;
    });
    assert.ok(found !== undefined);
    return found;
  }
}
