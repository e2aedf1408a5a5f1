import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/** Everything is built for the oldest it runs on: Electron 33 (Chromium 130, Node 20). */
const NODE = 'node20';
const CHROME = 'chrome130';

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: NODE,
      // These are read in one piece: `inn` is there in half the time.
      externalizeDeps: { exclude: ['commander', 'zod', 'ws'] },
      rolldownOptions: {
        input: {
          electron: 'src-main/electron/main.ts',
          inn: 'src-main/cli/main.ts',
          'machine-worker': 'src-main/workers/machine.ts',
          'hart-worker': 'src-main/workers/hart.ts',
          'network-worker': 'src-main/workers/network.ts',
          'memory-worker': 'src-main/workers/memory-preparation.ts',
          'disk-worker': 'src-main/workers/disk-work.ts',
          'archive-worker': 'src-main/workers/archive-work.ts',
        },
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
          // What is read by several is read once.
          codeSplitting: { groups: [{ name: 'schemas', test: /node_modules.zod/ }] },
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: NODE,
      rolldownOptions: {
        input: { preload: 'src-main/electron/preload.ts' },
        // A sandboxed preload script can only be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      target: CHROME,
      minify: true,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: 'src-renderer/index.html' },
    },
  },
});
