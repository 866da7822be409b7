/**
 * What the unit's one executable starts with: the first word names the program, or the name under
 * which it was called does (RAUC calls a handler without a word). Programs lie in the executable
 * (node:sea) as one text each; only the one that is wanted is read. What has native code lies
 * beside the executable.
 */

import Module from "node:module";
import path from "node:path";
import { getAssetKeys, getRawAsset } from "node:sea";

/** Of Node's loader: what every text that is required goes through. */
interface Loaded {
  filename: string;
  paths: readonly string[];
  _compile(text: string, file: string): unknown;
}

const called = path.basename(process.argv0);
// A program that forks another names its file.
const name = called === path.basename(process.execPath)
  ? path.basename(process.argv.splice(2, 1)[0] ?? "", ".js") : called;
const file = path.join(path.dirname(process.execPath), "program", `${name}.js`);
if (!getAssetKeys().includes(name)) throw new Error(`no program ${name}`);
const started = new Module(file) as unknown as Loaded;
started.filename = file;
started.paths = [path.join(path.dirname(process.execPath), "node_modules")];
started._compile(Buffer.from(getRawAsset(name)).toString("latin1"), file);
