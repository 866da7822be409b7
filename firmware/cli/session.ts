/** What a running command has: the connection, and ways of showing what came back. */

import { create, toJson, type DescMessage, type DescMethodServerStreaming, type DescMethodUnary,
  type JsonValue, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { stringify } from "yaml";
import type { Channel, ChannelSettings } from "./client.js";
import type { Environment } from "./environment.js";
import { inLanguage, type Bilingual, type Language } from "./language.js";
import { connectionOf, type Connection, type ConnectionOptions } from "./settings.js";
import { layPairs, layTable } from "./table.js";

export type OutputFormat = "table" | "json" | "yaml";

export interface SessionParts {
  readonly environment: Environment;
  readonly language: Language;
  readonly format: OutputFormat;
  readonly timeoutMs: number;
  readonly connection: ConnectionOptions;
  readonly open: (settings: ChannelSettings) => Channel;
}

/** A column's title, with `>` before it when it is aligned to the right. */
export type Title = Bilingual;

export class Session {
  readonly environment: Environment;
  readonly language: Language;
  readonly format: OutputFormat;
  readonly #parts: SessionParts;
  #connection: Connection | undefined;
  #channel: Channel | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.environment = parts.environment;
    this.language = parts.language;
    this.format = parts.format;
  }

  async connection(): Promise<Connection> {
    this.#connection ??= await connectionOf(this.#parts.connection, this.environment);
    return this.#connection;
  }

  /** Connects as somebody else from now on: after a sign-in. */
  reconnect(change: Partial<Connection>): void {
    this.close();
    if (this.#connection !== undefined) this.#connection = { ...this.#connection, ...change };
  }

  /** `signal` where the call shall outlive an interruption. */
  async unary<M extends DescMethodUnary>(
    method: M, request: MessageInitShape<M["input"]>, signal = this.environment.interrupted,
  ): Promise<MessageShape<M["output"]>> {
    const channel = await this.#open();
    return channel.unary(method, create<M["input"]>(method.input, request), {
      deadlineMs: this.environment.nowMs() + this.#parts.timeoutMs, signal });
  }

  async* stream<M extends DescMethodServerStreaming>(
    method: M, request: MessageInitShape<M["input"]>, signal = this.environment.interrupted,
  ): AsyncIterable<MessageShape<M["output"]>> {
    const channel = await this.#open();
    yield* channel.stream(method, create<M["input"]>(method.input, request),
      { deadlineMs: undefined, signal });
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  say(text: Bilingual): string {
    return inLanguage(text, this.language);
  }

  /** For people, beside the result: on the error stream. */
  note(text: Bilingual | string): void {
    this.environment.err(`${typeof text === "string" ? text : this.say(text)}\n`);
  }

  async text(text: string): Promise<void> {
    await this.environment.out(text.endsWith("\n") || text === "" ? text : `${text}\n`);
  }

  async table(titles: readonly Title[], rows: readonly (readonly string[])[]): Promise<void> {
    const columns = titles.map((title) => {
      const text = this.say(title);
      return text.startsWith(">") ? { title: text.slice(1), align: "right" as const }
        : { title: text };
    });
    await this.environment.out(layTable(columns, rows, this.environment.columns));
  }

  async pairs(pairs: readonly (readonly [Bilingual, string])[]): Promise<void> {
    await this.environment.out(layPairs(pairs.map(([name, value]) => [this.say(name), value])));
  }

  /** A message for programs, in the format asked for. */
  async data<D extends DescMessage>(
    descriptor: D, message: MessageShape<D>, oneOfMany = false,
  ): Promise<void> {
    await this.plain(toJson(descriptor, message, { alwaysEmitImplicit: true }), oneOfMany);
  }

  /** Plain data for programs; `oneOfMany`: one line of JSON, or one document of YAML. */
  async plain(value: JsonValue, oneOfMany = false): Promise<void> {
    const text = this.format === "yaml" ? `${oneOfMany ? "---\n" : ""}${stringify(value)}`
      : `${JSON.stringify(value, undefined, oneOfMany ? undefined : 2)}\n`;
    await this.environment.out(text);
  }

  async #open(): Promise<Channel> {
    if (this.#channel === undefined) {
      const connection = await this.connection();
      this.#channel = this.#parts.open({ ...connection, language: this.language });
    }
    return this.#channel;
  }
}
