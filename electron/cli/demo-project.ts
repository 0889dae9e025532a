import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startRunner } from '../agent/runner.ts';
import { openConsole, type Console } from '../app/container.ts';
import type { Platform } from '../platform/index.ts';
import type { DemoSize } from '../simulator/demo/index.ts';
import type { SimulatedTargets } from '../simulator/targets.ts';

/** What making a demo needs. */
export interface DemoOptions { readonly platform: Platform; readonly simulated: SimulatedTargets; readonly note: (text: string) => void; readonly size?: DemoSize }

/** Name of the demo's only collection. */
export const DEMO_COLLECTION = 'Everyone';
/** Name of the demo's only pair. */
export const DEMO_PAIR = 'Demo organisation';

/** Makes the demo project unless it is there: organisation as LDIF, simulated tenant, one pair, one collection. */
export async function ensureDemoProject(file: string, options: DemoOptions): Promise<void> {
  if (existsSync(file)) return;
  options.note('First start: making the demo project …');
  const console = await createDemoProject(file, options);
  await console.close();
}

/**
 * Makes a demo project and opens it.
 * @param file project file; its folder also gets the organisation (`organisation.ldf`) and the tenant (`tenant.json`).
 */
export async function createDemoProject(file: string, options: DemoOptions): Promise<Console> {
  const folder = path.dirname(file);
  const ldif = path.join(folder, 'organisation.ldf');
  const stateFile = path.join(folder, 'tenant.json');
  await mkdir(folder, { recursive: true });
  const { demoOrganisation, startSimulator } = await import('../simulator/index.ts');
  const { ldif: text, tenant } = demoOrganisation(options.size);
  await writeFile(ldif, text);
  // A tenant left by an earlier, deleted project belongs to that one.
  await rm(stateFile, { force: true });
  const seeded = await startSimulator({ quotas: 'real', seed: tenant, stateFile });
  await seeded.close();
  const console = await openConsole({ file, create: { name: 'Causeway demo', demo: true }, platform: options.platform, simulated: options.simulated.open, startRunner });
  try {
    const ctx = { signal: new AbortController().signal };
    const pair = await console.handlers['pairs.create']({
      name: DEMO_PAIR, source: { kind: 'ldif', file: ldif },
      target: { cloud: 'global', tenantId: 'simulated', clientId: 'simulated', signIn: 'client secret', secretRef: '', certificateFile: null, readOnly: false, simulated: { stateFile } },
      redirectionDomain: '', defaults: { upnSuffix: 'example.com', countryCode: '', distributionGroups: 'Microsoft 365 group' },
    }, ctx);
    const collection = await console.handlers['collections.create']({ pairId: pair.id, name: DEMO_COLLECTION }, ctx);
    await console.handlers['collections.queryObjects']({ id: collection.id, base: '', filter: '(objectClass=*)' }, ctx);
    return console;
  } catch (error) {
    await console.close();
    await rm(file, { force: true });
    throw error;
  }
}
