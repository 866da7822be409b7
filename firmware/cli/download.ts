/** Bytes that come in chunks: to a file with a sign of life, or to the standard output. */

import type { Session } from "./session.js";
import { bytesText } from "./wording.js";

const progressMs = 500;

export interface Chunk {
  readonly data: Uint8Array;
  /** What else there is to say about how far it is: `1,234 records`. */
  readonly detail?: string;
}

/** Rewrites one line of the terminal; silent elsewhere. */
export class Progress {
  readonly #session: Session;
  #lastMs = -Infinity;
  #shown = false;

  constructor(session: Session) {
    this.#session = session;
  }

  show(text: string): void {
    const { environment } = this.#session;
    const now = environment.nowMs();
    if (!environment.interactive || now - this.#lastMs < progressMs) return;
    this.#lastMs = now;
    this.#shown = true;
    environment.err(`\r\u001b[K${text}`);
  }

  end(): void {
    if (this.#shown) this.#session.environment.err("\r\u001b[K");
  }
}

/** `file` empty: the standard output. Says at the end how much it was. */
export async function download(
  session: Session, file: string, chunks: AsyncIterable<Chunk>,
): Promise<void> {
  const { environment } = session;
  const progress = new Progress(session);
  const sink = file === "" || file === "-" ? undefined : await environment.sink(file);
  let bytes = 0;
  let detail = "";
  try {
    for await (const chunk of chunks) {
      bytes += chunk.data.length;
      detail = chunk.detail ?? detail;
      if (sink === undefined) await environment.out(chunk.data);
      else await sink.write(chunk.data);
      progress.show([detail, bytesText(bytes)].filter((text) => text !== "").join(", "));
    }
  } finally {
    progress.end();
    await sink?.close();
  }
  if (sink !== undefined) {
    const size = [detail, bytesText(bytes)].filter((text) => text !== "").join(", ");
    session.note([`${file}: ${size}`, `${file} : ${size}`]);
  }
}
