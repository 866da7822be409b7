/** Server-sent events (HTML Standard 9.2) as the gateway writes them, out of pieces of text. */

export interface ServerEvent {
  /** "message" where the gateway names none. */
  readonly type: string;
  readonly data: string;
}

/** Nothing that the gateway says at once is longer. */
export const eventCharactersMax = 1_048_576;

/** The pieces may be cut anywhere. Throws RangeError at an event that is too long. */
export class EventStreamReader {
  #rest = "";

  /** The events that are complete with this piece. */
  push(text: string): readonly ServerEvent[] {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    if (this.#rest.length > eventCharactersMax) throw new RangeError("event too long");
    return blocks.map(eventOf).filter((event) => event !== undefined);
  }
}

function eventOf(block: string): ServerEvent | undefined {
  const values = (name: string): readonly string[] => block.split("\n")
    .filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  const data = values("data");
  return data.length === 0 ? undefined
    : { type: values("event")[0] ?? "message", data: data.join("\n") };
}
