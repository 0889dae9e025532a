import { expect, type Locator, type Page } from '@playwright/test';
import { shellOf } from './shell.ts';

/** Pages of the wizard, by the names of the reference system. */
export const MAILBOX_PAGES = ['Welcome to E-mail Migration', 'Configure the connection settings', 'Select Mailboxes to Migrate', 'Start the migration'] as const;

/** The wizard of a new batch. */
export interface MailboxWizard {
  readonly root: Locator;
  /** The page that is shown. */
  at(page: (typeof MAILBOX_PAGES)[number], timeoutMs?: number): Promise<void>;
  press(name: string): Promise<void>;
  /** Browses for a list that is given as text. */
  browse(name: string, text: string): Promise<void>;
  /** Ticks the consent. */
  consent(): Promise<void>;
}

/** Page object of New E-Mail Migration. */
export function mailboxWizardOf(page: Page): MailboxWizard {
  const root = shellOf(page).dialog('New E-Mail Migration');
  return {
    root,
    at: async (name, timeoutMs = 30_000) => { await expect(root.getByRole('list', { name: 'Pages of the wizard' }).locator('[aria-current="step"]')).toContainText(name, { timeout: timeoutMs }); },
    press: async (name) => { await root.getByRole('button', { name, exact: true }).click(); },
    browse: async (name, text) => {
      await root.locator('input[type="file"]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
      await expect(root.getByText(name, { exact: true })).toBeVisible();
    },
    consent: async () => { await root.getByRole('checkbox', { name: 'The migration service may change the properties of the on-premises mailboxes listed here, to forward their mail (targetAddress).' }).click(); },
  };
}
