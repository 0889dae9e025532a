import os from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Unit and architecture tests run side by side; integration tests share servers and run one file at a time. */
export default defineConfig({
  test: {
    root: path.resolve(import.meta.dirname, '..'),
    // Without it a machine with two cores gets one.
    maxWorkers: Math.max(2, os.availableParallelism() - 1),
    // PostgreSQL for whoever asks for it, once for all of a run.
    globalSetup: [path.resolve(import.meta.dirname, 'servers/postgres-run.ts')],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts'], testTimeout: 20_000 } },
      {
        extends: true,
        test: {
          name: 'integration', include: ['test/integration/**/*.test.ts', 'test/chaos/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 120_000, fileParallelism: false,
        },
      },
    ],
  },
});
