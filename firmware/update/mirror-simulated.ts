/** A mirror in memory: what it has, how it answers, and what was taken from it. */

import { fail, ok, type Result } from "../base/result.js";
import type { Answer, Source } from "./mirror.js";

const pieceBytes = 25_000;

export class SimulatedMirror implements Source {
  readonly files = new Map<string, Uint8Array>();
  knowsRanges = true;
  /** Of the next answers: after so many bytes the connection breaks. */
  readonly cuts: number[] = [];
  /** The next answers, instead of what it has: HTTP's, or 0 for none at all. */
  readonly failures: number[] = [];
  readonly asked: string[] = [];
  closed = 0;

  read(url: string, offset: number, end: number | undefined): Promise<Result<Answer>> {
    this.asked.push(`${url} ${offset}-${end ?? ""}`);
    const file = this.files.get(url);
    const failure = file === undefined ? undefined : this.failures.shift();
    if (failure === 0) return Promise.resolve(fail("link-down", "the mirror cannot be reached"));
    const status = failure ?? (file === undefined ? 404
      : this.knowsRanges && (offset > 0 || end !== undefined) ? 206 : 200);
    const content = status === 206 ? file?.subarray(offset, end) : file;
    return Promise.resolve(ok({ status, body: this.#pieces(content ?? new Uint8Array()) }));
  }

  close(): void {
    this.closed += 1;
  }

  async *#pieces(content: Uint8Array): AsyncGenerator<Uint8Array> {
    const cut = content.length > 0 ? this.cuts.shift() : undefined;
    for (let at = 0; at < content.length; at += pieceBytes) {
      if (cut !== undefined && at >= cut) throw new Error("reset by peer");
      yield await Promise.resolve(content.subarray(at, at + pieceBytes));
    }
  }
}
