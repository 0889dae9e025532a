import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The window alone (`vite build renderer`): what electron/vite.config.ts builds under `renderer`, without the shell. */
export default defineConfig({
  base: './', plugins: [react()],
  build: { outDir: '../out/renderer', emptyOutDir: true, chunkSizeWarningLimit: 1500 },
});
