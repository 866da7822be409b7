import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { every, nowMs } from "../clock.js";
import type { DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { type Fault, request } from "../api/client.js";
import type { Cell } from "../state/cell.js";
import { language } from "../text/language.js";

export function useCell<T>(source: Cell<T>): T {
  const [, redraw] = useReducer<number, undefined>((count) => count + 1, 0);
  const shown = source.get();
  useLayoutEffect(() => {
    if (source.get() !== shown) redraw(undefined);
    return source.subscribe(() => { redraw(undefined); });
  }, [source]);
  return shown;
}

/** The wall clock, drawn again each period; for durations and countdowns. */
export function useNow(periodMs = 1_000): number {
  const [now, setNow] = useState(nowMs());
  useEffect(() => every(periodMs, () => { setNow(nowMs()); }), [periodMs]);
  return now;
}

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly fault: Fault | undefined;
  readonly loading: boolean;
  reload(): void;
}

/** Asks when mounted, when a dependency or the language changes, on `reload`, and again each
 * period if one is given; the old answer stays on screen meanwhile, and an overtaken answer is
 * dropped. */
export function useAnswer<M extends DescMethodUnary>(
  method: M, init: MessageInitShape<M["input"]>, dependencies: readonly unknown[],
  periodMs?: number,
): Loaded<MessageShape<M["output"]>> {
  const [value, setValue] = useState<MessageShape<M["output"]> | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [loading, setLoading] = useState(true);
  const [turn, setTurn] = useState(0);
  const latest = useRef(0);
  const isUnderWay = useRef(false);
  /** Nobody asked for it: no button shows that it is asked. */
  const isQuiet = useRef(false);
  const spoken = useCell(language);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    isUnderWay.current = true;
    if (!isQuiet.current) setLoading(true);
    isQuiet.current = false;
    void request(method, init).then((answer) => {
      if (mine !== latest.current) return;
      isUnderWay.current = false;
      setLoading(false);
      if (answer.ok) setValue(answer.value);
      setFault(answer.ok ? undefined : answer.fault);
    });
    return () => { latest.current += 1; };
  }, [...dependencies, turn, spoken]);
  useEffect(() => periodMs === undefined ? undefined : every(periodMs, () => {
    if (isUnderWay.current) return;
    isQuiet.current = true;
    setTurn((count) => count + 1);
  }), [periodMs]);
  return { value, fault, loading, reload: () => { setTurn((count) => count + 1); } };
}
