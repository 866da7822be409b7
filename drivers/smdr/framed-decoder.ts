/** Received bytes → record lines, through the framing of the link. */

import type { Decoded } from "../../firmware/base/codec.js";
import type { LineDecoder, SmdrLine, Tally } from "./codec.js";
import type { Framed, Framing } from "./framing.js";

/** A line, garbage, or what the framing wants done. */
export type Heard = Decoded<SmdrLine>
  | Exclude<Framed, { readonly kind: "text" | "record" | "skipped" | "garbage" }>;

export class FramedDecoder {
  readonly #framing: Framing;
  readonly #lines: LineDecoder;
  #record = 0;
  #skipped = 0;

  constructor(framing: Framing, lines: LineDecoder) {
    this.#framing = framing;
    this.#lines = lines;
  }

  /** A line, or a record, waits for its end, and silence would end it. */
  get endsBySilence(): boolean {
    return this.#framing.silenceEndsLine && this.#lines.pending;
  }

  get pendingBytes(): number {
    return this.#lines.pendingBytes;
  }

  get pendingText(): string {
    return this.#lines.pendingText;
  }

  open(): readonly Heard[] {
    return this.#through(this.#framing.open());
  }

  push(bytes: Uint8Array): readonly Heard[] {
    return this.#through(this.#framing.receive(bytes));
  }

  elapsed(): readonly Heard[] {
    return this.#through(this.#framing.elapsed());
  }

  /** Takes the unfinished line as it stands. */
  flush(): readonly Heard[] {
    return [...this.#lines.flush()];
  }

  /** The channel is closed: nothing more will come. */
  end(): readonly Heard[] {
    return [...this.#through(this.#framing.end()), ...this.#lines.flush()];
  }

  /** Forgets the unfinished line: it was a prompt. */
  discard(): void {
    this.#lines.discard();
  }

  /** What became of the bytes since it was asked last; those of garbage are not among them. */
  tally(): Tally {
    const lines = this.#lines.tally();
    const tally = { record: this.#record + lines.record, skipped: this.#skipped + lines.skipped };
    this.#record = 0;
    this.#skipped = 0;
    return tally;
  }

  #through(framed: readonly Framed[]): readonly Heard[] {
    const heard: Heard[] = [];
    for (const each of framed) {
      switch (each.kind) {
        case "text":
          heard.push(...this.#lines.push(each.bytes));
          if (each.ends === true) heard.push(...this.#lines.endLine());
          else if (!this.#framing.silenceEndsLine) heard.push(...this.#lines.endPaperLine());
          break;
        case "record":
          this.#whole(each.text, each.bytes, heard);
          break;
        case "skipped":
          this.#skipped += each.bytes;
          break;
        default:
          heard.push(each);
      }
    }
    return heard;
  }

  /** The bytes are a record if their text holds one, else garbage if it is any. */
  #whole(text: Uint8Array, bytes: Uint8Array, heard: Heard[]): void {
    heard.push(...this.#lines.flush());
    const before = this.tally();
    const found = [...this.#lines.push(text), ...this.#lines.flush()];
    this.#lines.tally();
    this.#record = before.record;
    this.#skipped = before.skipped;
    const messages = found.filter(({ kind }) => kind === "message");
    const garbage = found.find((each) => each.kind === "garbage");
    if (messages.length > 0) this.#record += bytes.length;
    else if (garbage === undefined) this.#skipped += bytes.length;
    else heard.push({ ...garbage, bytes });
    heard.push(...messages);
  }
}
