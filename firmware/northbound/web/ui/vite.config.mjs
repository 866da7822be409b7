/** Builds the page into build/ui of the project: `vite build firmware/northbound/web/ui`. */
export default {
  root: import.meta.dirname,
  logLevel: "info",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: "../../../../build/ui",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // The content policy allows images by address only from the unit itself.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
};
