/** The address after "#": `#/links/pbx-1?tab=frames` is page "links", argument "pbx-1". */

export const pageNames = ["overview", "calls", "links", "layout", "ports", "terminal", "records",
  "delivery", "reports", "applications", "numbers", "alarms", "configuration", "system", "access",
  "account", "more"] as const;
export type PageName = (typeof pageNames)[number];

export interface Route {
  /** Undefined: no such page. */
  readonly page: PageName | undefined;
  readonly argument: string;
}

function isPageName(name: string): name is PageName {
  return pageNames.some((known) => known === name);
}

function decoded(part: string): string {
  try { return decodeURIComponent(part); } catch { return part; }
}

export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#?\/?/, "").split("?")[0] ?? "";
  const [name = "", argument = ""] = path.split("/");
  if (name === "") return { page: "overview", argument: "" };
  return { page: isPageName(name) ? name : undefined, argument: decoded(argument) };
}

export function address(page: PageName, argument = ""): string {
  return argument === "" ? `#/${page}` : `#/${page}/${encodeURIComponent(argument)}`;
}
