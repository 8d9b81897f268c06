import { defineConfig } from "vite";

// Fixed names, so that a rebuild of the same sources changes no name; the page is served as /page/NAME.
export default defineConfig({
  base: "/page/",
  worker: { format: "es", rollupOptions: { output: { entryFileNames: "worker.js", chunkFileNames: "worker-[name].js" } } },
  build: {
    outDir: "../src/roadstead/workbench/page",
    emptyOutDir: true,
    assetsDir: "",
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      output: { entryFileNames: "main.js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
