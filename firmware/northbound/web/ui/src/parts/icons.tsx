import type { JSX } from "preact";

/** Line icons on a grid of 24, drawn for this page. */
const paths = {
  overview: "M4 13h7V4H4zM13 20h7v-9h-7zM13 4v4h7V4zM4 20h7v-4H4z",
  calls: "M6.5 3.5 9 8 7 9.8c1.3 3 3.2 5 6.2 6.2L15 14l4.5 2.5c0 2.6-1.6 4-3.5 4C9.5 20 4 14.5"
    + " 3.5 8c0-2 1.2-4 3-4.500z",
  links: "M8 8V4M16 8V4M6 8h12v4a6 6 0 0 1-12 0zM12 18v3",
  ports: "M4 7h16a1.5 1.5 0 0 1 1.4 2l-2 6.500a2 2 0 0 1-1.900 1.500H6.500a2 2 0 0 1-1.900-1.500"
    + "l-2-6.500A1.5 1.5 0 0 1 4 7zM8 10.500h.01M12 10.500h.01M16 10.500h.01M10 13.500h.01"
    + "M14 13.500h.01",
  records: "M5 4h14v16H5zM8.5 9h7M8.5 13h7M8.5 17h4",
  delivery: "M3 6.500h11v9.500H3zM14 10h4l3 3v3h-7M7.5 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4z"
    + "M17 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  reports: "M6 3.500h12v17H6zM9 8h6M9 11.500h6M9.5 16.500l1.500 1.500 3-3",
  applications: "M4 4h10v9H4zM4 7h10M10 16.500v3.500h10v-9h-3M8 17h2",
  numbers: "M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  alarms: "M12 3.500a6 6 0 0 1 6 6v4l2 3.500H4L6 13.500v-4a6 6 0 0 1 6-6zM10 20h4",
  configuration: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
  system: "M5 5h14v6H5zM5 13h14v6H5zM8 8h.01M8 16h.01M12 8h4M12 16h4",
  access: "M12 3 5 6v5c0 4.5 3 8 7 10 4-2 7-5.5 7-10V6zM9 12l2.2 2.200L15.5 10",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c1-4 4-5.5 7.5-5.500s6.5 1.5 7.5"
    + " 5.5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  add: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17.5 19 7",
  warning: "M12 4 2.5 20h19zM12 10v4.500M12 17.500h.01",
  cross: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 9l6 6M15 9l-6 6",
  pause: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM10 9v6M14 9v6",
  spin: "M12 3a9 9 0 1 1-9 9",
  incoming: "M18 6 7 17M7 9v8h8",
  outgoing: "M6 18 17 7M9 7h8v8",
  internal: "M4 9h15l-3.5-3.500M20 15H5l3.5 3.5",
  question: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.500a2.5 2.5 0 1 1 3.5 2.300c-.7.3"
    + "-1 .8-1 1.700M12 17h.01",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3"
    + " 0 1 0 0 6 3 3 0 0 0 0-6z",
  download: "M12 4v11M7.5 10.5 12 15l4.5-4.500M5 20h14",
  right: "M9 5l7 7-7 7",
  out: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  refresh: "M19.5 12a7.5 7.5 0 1 1-2.2-5.300L20 9.500M20 4.500v5h-5",
  bell: "M12 3.500a6 6 0 0 1 6 6v4l2 3.500H4L6 13.500v-4a6 6 0 0 1 6-6zM10 20h4",
} as const;

export type IconName = keyof typeof paths;

/** Decoration: the meaning always stands in text beside it. */
export function Icon(props: { readonly name: IconName; readonly class?: string }): JSX.Element {
  return (
    <svg class={`icon ${props.class ?? ""}`} viewBox="0 0 24 24" aria-hidden="true"
      focusable="false">
      <path d={paths[props.name]} />
    </svg>
  );
}

/** The mark: two jacks of a patch panel and the cord between them. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g class="mark-jacks">
        <circle cx="9" cy="9" r="3.5" /><circle cx="23" cy="9" r="3.5" />
        <circle cx="9" cy="23" r="3.5" /><circle cx="23" cy="23" r="3.5" />
      </g>
      <path class="mark-cord" d="M9 9c0 12 14 2 14 14" />
    </svg>
  );
}
