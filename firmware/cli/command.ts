/** A command as data: its words, its method, how arguments become a request, how it is shown. */

import type { DescEnum, DescMessage, DescMethod, DescMethodServerStreaming, DescMethodUnary,
  MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { timestampFromMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import { usageFailure } from "./failure.js";
import type { Bilingual } from "./language.js";
import type { Session } from "./session.js";
import { enumValue, parseDurationMs } from "./wording.js";

export interface OptionDeclaration {
  /** As commander writes it: `--comment <text>`. */
  readonly flags: string;
  readonly about: Bilingual;
  readonly choices?: readonly string[];
  readonly required?: boolean;
}

export interface Command {
  /** Noun and verb: `call make`. */
  readonly words: string;
  readonly aliases?: readonly string[];
  /** `<link>`, `[revision]`: required and optional ones. */
  readonly args?: readonly string[];
  readonly options?: readonly OptionDeclaration[];
  readonly about: Bilingual;
  /** The methods that it calls; together the commands call every method of the API. */
  readonly methods: readonly DescMethod[];
  run(session: Session, input: Input): Promise<void>;
}

/** The words of the command line after commander has checked them. */
export class Input {
  readonly #args: Readonly<Record<string, string | undefined>>;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #session: Session;

  constructor(
    args: Readonly<Record<string, string | undefined>>,
    options: Readonly<Record<string, unknown>>, session: Session,
  ) {
    this.#args = args;
    this.#options = options;
    this.#session = session;
  }

  /** An argument; empty when it is optional and absent. */
  arg(name: string): string {
    return this.#args[name] ?? "";
  }

  /** A whole number as argument; 0 when absent. */
  number(name: string): bigint {
    return wholeNumber(name, this.#args[name] ?? "0");
  }

  /** `on` or `off` as argument. */
  onOff(name: string): boolean {
    const word = this.arg(name);
    if (word !== "on" && word !== "off") throw usageFailure(`"${word}" is neither on nor off`);
    return word === "on";
  }

  /** An option's text; empty when absent. */
  text(name: string): string {
    const value = this.#options[name];
    return typeof value === "string" ? value : "";
  }

  has(name: string): boolean {
    return this.#options[name] !== undefined;
  }

  flag(name: string): boolean {
    return this.#options[name] === true;
  }

  /** A whole number as option; 0 when absent. */
  count(name: string): bigint {
    const text = this.text(name);
    return text === "" ? 0n : wholeNumber(`--${name}`, text);
  }

  word(name: string, descriptor: DescEnum): number {
    const text = this.text(name);
    return text === "" ? 0 : enumValue(descriptor, text);
  }

  /** A time, or how long ago: `2026-11-23T08:00`, `2h`, `7d`. */
  time(name: string): Timestamp | undefined {
    const text = this.text(name);
    if (text === "") return undefined;
    const { environment } = this.#session;
    const ms = environment.parseTime(text) ?? environment.nowMs() - parseDurationMs(text);
    return timestampFromMs(ms);
  }
}

function wholeNumber(name: string, text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw usageFailure(`${name}: "${text}" is no whole number`);
  return BigInt(text);
}

type Maybe<T> = T | Promise<T>;

interface Described {
  readonly words: string;
  readonly aliases?: readonly string[];
  readonly args?: readonly string[];
  readonly options?: readonly OptionDeclaration[];
  readonly about: Bilingual;
}

/** A command that asks once and shows the answer; without `show` it only says that it was done. */
export function ask<M extends DescMethodUnary>(declaration: Described & {
  readonly method: M;
  request(input: Input, session: Session): Maybe<MessageInitShape<M["input"]>>;
  show?(response: MessageShape<M["output"]>, session: Session, input: Input): Promise<void>;
}): Command {
  const { method, request, show, ...described } = declaration;
  return { ...described, methods: [method], async run(session, input) {
    const response = await session.unary(method, await request(input, session));
    if (session.format !== "table") await session.data<M["output"]>(method.output, response);
    else if (show !== undefined) await show(response, session, input);
    else await session.text(session.say(["Done.", "Fait."]));
  } };
}

/** A command that follows page after page, up to `--limit` items. */
export function askPages<M extends DescMethodUnary, I extends DescMessage>(
  declaration: Described & {
    readonly method: M;
    readonly item: I;
    readonly limitDefault: number;
    readonly pageMax: number;
    request(input: Input, page: { readonly size: number; readonly token: string }):
    MessageInitShape<M["input"]>;
    page(response: MessageShape<M["output"]>):
    { readonly items: readonly MessageShape<I>[]; readonly next: string };
    show(items: readonly MessageShape<I>[], session: Session, input: Input): Promise<void>;
  },
): Command {
  const { method, item, limitDefault, pageMax, request, page, show, ...described } = declaration;
  const limit: OptionDeclaration = { flags: "--limit <count>",
    about: [`show at most so many (${limitDefault})`, `en montrer au plus (${limitDefault})`] };
  return { ...described, options: [...described.options ?? [], limit], methods: [method],
    async run(session, input) {
      const most = Number(input.count("limit")) || limitDefault;
      const items: MessageShape<I>[] = [];
      let token = "";
      do {
        const size = Math.min(most - items.length, pageMax);
        const found = page(await session.unary(method, request(input, { size, token })));
        items.push(...found.items.slice(0, most - items.length));
        token = found.next;
      } while (token !== "" && items.length < most);
      if (session.format !== "table") {
        for (const one of items) await session.data<I>(item, one, true);
        return;
      }
      await show(items, session, input);
      if (token !== "") {
        session.note([`Only the first ${items.length} are shown; --limit shows more.`,
          `Seuls les ${items.length} premiers sont montrés ; --limit en montre plus.`]);
      }
    } };
}

/** A command that reads a stream to its end. */
export function follow<M extends DescMethodServerStreaming>(declaration: Described & {
  readonly method: M;
  request(input: Input, session: Session): Maybe<MessageInitShape<M["input"]>>;
  show(messages: AsyncIterable<MessageShape<M["output"]>>, session: Session, input: Input):
  Promise<void>;
}): Command {
  const { method, request, show, ...described } = declaration;
  return { ...described, methods: [method], async run(session, input) {
    await show(session.stream(method, await request(input, session)), session, input);
  } };
}
