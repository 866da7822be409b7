/** The configuration as it is being changed: it waits while its author looks at another page. */

import { cell } from "./cell.js";
import { session } from "./session.js";

/** Undefined: as it is in force. */
export const draft = cell<string | undefined>(undefined);

session.subscribe(() => {
  if (session.get().name !== "in") draft.set(undefined);
});
