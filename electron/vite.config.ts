import { readFileSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const at = (relative: string): string => path.resolve(import.meta.dirname, '..', relative);

export default defineConfig({
  main: {
    build: {
      outDir: at('out/main'), externalizeDeps: true,
      rollupOptions: { input: { index: at('electron/main/index.ts'), host: at('electron/host/index.ts'), agent: at('electron/host/agent.ts') } },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'), externalizeDeps: false,
      rollupOptions: { input: { index: at('electron/preload/index.ts') }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: at('renderer'), plugins: [react()],
    define: { CAUSEWAY_AGENT_UNIT: JSON.stringify(readFileSync(at('resources/agent/causeway-agent.service'), 'utf8')) },
    build: { outDir: at('out/renderer'), emptyOutDir: true, chunkSizeWarningLimit: 1500, rollupOptions: { input: { index: at('renderer/index.html') } } },
  },
});
