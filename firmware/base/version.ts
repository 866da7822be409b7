/** The version of the programs; `package.json` has the same. */
export const version = "0.1.0";
