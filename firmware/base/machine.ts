/** State machines as data: state × input → next state and effects. The table is pure. */

export interface Transition<S, E> {
  readonly next: S;
  readonly effects: readonly E[];
}

export type Table<S extends { name: string }, I extends { type: string }, E> = {
  readonly [N in S["name"]]: {
    readonly [T in I["type"]]?:
      (state: Extract<S, { name: N }>, input: Extract<I, { type: T }>) => Transition<S, E>;
  };
};

/** Looks one cell up. `undefined` is an unexpected input: count it, log it, ignore it. */
export function transition<S extends { name: string }, I extends { type: string }, E>(
  table: Table<S, I, E>, state: S, input: I,
): Transition<S, E> | undefined {
  const row: Record<string, unknown> = table[state.name as S["name"]];
  const cell = row[input.type] as ((state: S, input: I) => Transition<S, E>) | undefined;
  return cell?.(state, input);
}
