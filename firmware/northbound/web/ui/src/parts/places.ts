/** The pages of the navigation, in its order, with the least role that sees each. */

import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import type { PageName } from "../state/route.js";
import { session } from "../state/session.js";
import type { IconName } from "./icons.js";

export interface Place {
  readonly page: PageName;
  readonly icon: IconName;
  readonly role: Role;
}

const places: readonly Place[] = [
  { page: "overview", icon: "overview", role: Role.VIEWER },
  { page: "calls", icon: "calls", role: Role.VIEWER },
  { page: "records", icon: "records", role: Role.VIEWER },
  { page: "delivery", icon: "delivery", role: Role.VIEWER },
  { page: "alarms", icon: "alarms", role: Role.VIEWER },
  { page: "links", icon: "links", role: Role.VIEWER },
  { page: "ports", icon: "ports", role: Role.VIEWER },
  { page: "reports", icon: "reports", role: Role.OPERATOR },
  { page: "applications", icon: "applications", role: Role.OPERATOR },
  { page: "numbers", icon: "numbers", role: Role.VIEWER },
  { page: "configuration", icon: "configuration", role: Role.ADMIN },
  { page: "system", icon: "system", role: Role.VIEWER },
  { page: "access", icon: "access", role: Role.ADMIN },
  { page: "account", icon: "account", role: Role.VIEWER },
];

/** On a phone these stand in the bar below; the others behind "more". */
export const barPages: readonly PageName[] = ["overview", "calls", "records", "alarms"];

export function visiblePlaces(): readonly Place[] {
  const now = session.get();
  return places.filter((place) => now.name === "in" && now.who.role >= place.role);
}
