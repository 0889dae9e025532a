import path from 'node:path';
import { defineConfig } from '@playwright/test';

const ROOT = path.resolve(import.meta.dirname, '../..');

/**
 * The console in Debian's Chromium, served by `causeway serve`. One spec file at a time: each starts servers of its own.
 * Nothing is repeated, so that a test that fails now and then is seen to fail. The limits are for machines that are much slower than
 * a desk: no test waits for a time, so they cost nothing where all is well.
 */
export default defineConfig({
  testDir: import.meta.dirname,
  testMatch: '*.spec.ts',
  globalSetup: path.join(import.meta.dirname, 'desk/build-window.ts'),
  outputDir: path.join(ROOT, 'out/test/e2e'),
  workers: 1,
  retries: 0,
  fullyParallel: false,
  forbidOnly: process.env['CI'] === 'true',
  timeout: 120_000,
  globalTimeout: 40 * 60_000,
  reporter: 'list',
  expect: { timeout: 20_000 },
  use: {
    browserName: 'chromium',
    headless: true,
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    locale: 'en-GB',
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    trace: 'off',
    video: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});
