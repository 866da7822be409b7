import type { ComponentChildren, JSX } from "preact";

/** One row of a description list. */
export function Fact(props: {
  readonly label: string; readonly children: ComponentChildren;
}): JSX.Element {
  return <div><dt>{props.label}</dt><dd>{props.children}</dd></div>;
}
