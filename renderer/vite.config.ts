import { readFileSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The window alone (`vite build renderer`): what electron/vite.config.ts builds under `renderer`, without the shell. */
export default defineConfig({
  base: './', plugins: [react()],
  // Shown by New Agent: see build-texts.d.ts.
  define: { CAUSEWAY_AGENT_UNIT: JSON.stringify(readFileSync(path.resolve(import.meta.dirname, '../resources/agent/causeway-agent.service'), 'utf8')) },
  build: { outDir: '../out/renderer', emptyOutDir: true, chunkSizeWarningLimit: 1500 },
});
