/** A document that the command line names: a file, or `-` for the standard input. */

import { usageFailure } from "./failure.js";
import type { Session } from "./session.js";

export async function readDocument(session: Session, path: string): Promise<string> {
  if (path === "-") return session.environment.input();
  const bytes = await session.environment.readFile(path);
  if (bytes === undefined) {
    throw usageFailure(session.say([`the file ${path} cannot be read`,
      `le fichier ${path} ne peut pas être lu`]));
  }
  return new TextDecoder().decode(bytes);
}
