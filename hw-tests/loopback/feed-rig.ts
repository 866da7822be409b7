/** A printer that prints numbered lines, a gateway that delivers them, and what a receiver has. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import path from "node:path";
import { DeliveryService, DestinationState, type Destination }
  from "../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { GatewayProcess, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";

/** A line of a Panasonic printer; the last four digits of the number tell which. */
function line(number: number): string {
  return `22/11/26 09:15AM 101   01 <I>0301234${String(number).padStart(4, "0")}            `
    + "0'07 00:02'31            AN \r\n";
}

/** Numbers of the lines or records in a text, in order. */
export function numbersIn(text: string): readonly number[] {
  return [...text.matchAll(/0301234(\d{4})/g)].map(([, digits]) => Number(digits));
}

export function upTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** Every line is there, and what came first of each is in order. */
export function assertNoneLost(found: readonly number[], last: number): void {
  assert.deepEqual([...new Set(found)], upTo(last));
}

export class FeedRig {
  readonly folder: string;
  printed = 0;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #printer: Server;
  #cable: Socket | undefined;
  #gateway: GatewayProcess | undefined;
  #admin: GatewayProcess["admin"] | undefined;
  #user: SignedIn | undefined;

  private constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#environment = environment;
    this.#printer = createServer((socket) => {
      socket.on("error", () => undefined);
      this.#cable = socket;
    });
  }

  /** `destinations`: YAML, one a line. */
  static async start(
    destinations: readonly string[], environment: Readonly<Record<string, string>> = {},
  ): Promise<FeedRig> {
    const rig = new FeedRig(await temporaryFolder("feed"), environment);
    await new Promise<void>((resolve) => { rig.#printer.listen(0, "127.0.0.1", resolve); });
    await writeFile(rig.#file, `version: 1
unit: { language: en, timeZone: UTC }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: printer
    driver: smdr
    transport: { kind: tcp, host: 127.0.0.1, port: ${(rig.#printer.address() as AddressInfo).port} }
    options: { format: panasonic-kx }
destinations:
${destinations.map((each) => `  - ${each}\n`).join("")}`);
    await rig.begin();
    return rig;
  }

  async begin(): Promise<void> {
    this.#cable = undefined;
    const data = path.join(this.folder, "data");
    const gateway = new GatewayProcess(["--config", this.#file, "--data", data],
      this.#environment);
    this.#gateway = gateway;
    await gateway.running();
    await until("the printer's cable is in", () => this.#cable !== undefined);
    this.#admin ??= gateway.admin;
    this.#user = await gateway.signIn(data, this.#admin);
  }

  async kill(): Promise<void> {
    await this.#gateway?.stop("SIGKILL");
  }

  /** Prints so many lines and waits until the gateway has them. */
  async print(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      this.printed += 1;
      this.#cable?.write(line(this.printed));
    }
    const bytes = BigInt(this.printed * line(0).length);
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    await until("the gateway has them", async () => {
      const ledger = await this.#user?.client.unary(DeliveryService.method.getLedger,
        { link: "printer", fromDay: day(Date.now() - 86_400_000), toDay: day(Date.now()) });
      return ledger?.days.reduce((sum, { bytesIn }) => sum + bytesIn, 0n) === bytes;
    });
  }

  async destinations(): Promise<readonly Destination[]> {
    const answer = await this.#user?.client.unary(DeliveryService.method.listDestinations, {});
    return answer?.destinations ?? [];
  }

  /** Every destination is up, and nothing waits for it. */
  async allDelivered(): Promise<void> {
    await until("nothing waits", async () => (await this.destinations()).every((row) =>
      row.state === DestinationState.UP && row.feeds.every(({ waitingSince, again }) =>
        waitingSince === undefined && !again)), 90_000);
  }

  /** The only destination is down for such a reason. */
  async down(reason: RegExp): Promise<void> {
    let last = "";
    await until(`down: ${reason.source}`, async () => {
      const [row] = await this.destinations();
      last = row?.reason ?? "";
      return row?.state === DestinationState.DOWN && reason.test(last);
    }).catch((error: unknown) => { throw new Error(`it says: ${last}`, { cause: error }); });
  }

  async release(): Promise<void> {
    await this.#gateway?.stop();
    this.#printer.close();
    this.#cable?.destroy();
    await removeFolder(this.folder);
  }

  get #file(): string {
    return path.join(this.folder, "gateway.yaml");
  }
}
