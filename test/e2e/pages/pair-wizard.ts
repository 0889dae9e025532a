import { expect, type Page } from '@playwright/test';
import { shellOf } from './shell.ts';

/** What a person types into the New Migration Pair wizard for a directory over LDAPS and a simulation that runs already. */
export interface PairFacts {
  readonly name: string;
  readonly domain: string;
  readonly server: string;
  readonly caFile: string;
  readonly user: string;
  readonly password: string;
  readonly origin: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Goes through the wizard page by page. Gives the outcomes of the connection test, `[check, outcome, reason]`.
 * @param look called on the pages that show what was typed, after the fields are gone.
 */
export async function createPair(page: Page, facts: PairFacts, look: () => Promise<void>): Promise<readonly (readonly string[])[]> {
  const shell = shellOf(page);
  await shell.action('New Migration Pair').click();
  const wizard = shell.dialog('New Migration Pair');
  const box = (label: string) => wizard.getByLabel(label, { exact: true });
  const next = () => wizard.getByRole('button', { name: 'Next', exact: true }).click();
  await wizard.getByRole('textbox', { name: 'Name' }).fill(facts.name);
  await next();
  await box('Domain').fill(facts.domain);
  await box('Servers').fill(facts.server);
  await box('CA file').fill(facts.caFile);
  await wizard.getByRole('textbox', { name: 'User name' }).fill(facts.user);
  await box('Password').fill(facts.password);
  await next();
  await wizard.getByRole('radio', { name: /^Simulated tenant/ }).click();
  await wizard.getByRole('radio', { name: 'A simulation that runs already' }).click();
  await wizard.getByRole('textbox', { name: 'Origin' }).fill(facts.origin);
  await wizard.getByRole('textbox', { name: 'Tenant ID' }).fill(facts.tenantId);
  await wizard.getByRole('textbox', { name: 'Client ID' }).fill(facts.clientId);
  await box('Client secret').fill(facts.clientSecret);
  await next();
  await wizard.getByRole('radio', { name: 'Create as Microsoft 365 groups' }).click();
  await next();
  const checks = wizard.getByRole('row').filter({ has: page.getByRole('cell') });
  await expect(checks.first()).toBeVisible({ timeout: 30_000 });
  const outcomes = await Promise.all((await checks.all()).map((row) => row.getByRole('cell').allInnerTexts()));
  await look();
  await next();
  await expect(wizard.getByText(facts.origin)).toBeVisible();
  await look();
  await wizard.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(wizard).toBeHidden();
  return outcomes;
}
