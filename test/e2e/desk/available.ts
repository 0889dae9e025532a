import { existsSync } from 'node:fs';
import { test } from '@playwright/test';
import { missingPackages } from '../../servers/packages.ts';

/**
 * Skips the tests of the file, with the reason, when Chromium or another thing they need is missing. Where CI is `true`
 * nothing is skipped, so that the suite fails loudly.
 * @param more what else stands in the way; empty: nothing.
 */
export function needsBrowser(more: () => Promise<string> = async () => ''): void {
  test.beforeAll(async () => {
    const missing = existsSync('/usr/bin/chromium') ? [] : await missingPackages(['chromium']);
    const reason = missing.length > 0 ? 'missing package: chromium' : await more();
    if (reason === '' || process.env['CI'] === 'true') return;
    process.stderr.write(`skipped: ${reason}\n`);
    test.skip(true, reason);
  });
}
