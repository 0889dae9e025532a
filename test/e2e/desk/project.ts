import { expect } from '@playwright/test';
import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import type { Operator } from '../../integration/main-job/command.ts';
import { startTenant, writeState, type TenantProcess } from '../../integration/main-job/simulated-tenant.ts';

/** What a project for a test of the window is made of. */
export interface MadeProject {
  /** File of the project. */
  readonly project: string;
  readonly tenant: TenantProcess;
  /** Runs one more command on the project, which must end well. */
  readonly run: (...args: string[]) => Promise<void>;
}

/**
 * Makes a project by the command line: a pair "Pair" from an export to a simulated tenant in a process of its own, and a collection "Everyone".
 * The tenant ends with the operator.
 * @param source arguments of `causeway pair create` for a directory that is alive, instead of the export.
 * @param fill arguments of `causeway collection` that fill it, without `--collection`: `add --dn ...` or `query --filter ...`.
 */
export async function makeProject(operator: Operator, { name, ldif, source, seed, fill: [how = '', ...what] }: { readonly name: string; readonly ldif: string; readonly source?: readonly string[]; readonly seed: SimulatorSeed; readonly fill: readonly string[] }): Promise<MadeProject> {
  const file = await operator.file('organisation.ldf', ldif);
  await writeState(`${operator.folder}/tenant.json`, seed, `secret-of-the-${name}`);
  const tenant = await startTenant(operator, `${operator.folder}/tenant.json`, { quotas: 'off' });
  const project = `${operator.folder}/${name}.causeway`;
  const run = async (...args: string[]): Promise<void> => { const ran = await operator.run('--project', project, ...args); expect(ran, ran.stderr).toMatchObject({ code: 0 }); };
  await run('project', 'create', '--file', project, '--name', name);
  await run('pair', 'create', '--name', 'Pair', ...source ?? ['--ldif', file], '--simulated', tenant.url, '--tenant', tenant.tenantId, '--client', tenant.clientId, '--secret-file', await operator.file('secret.txt', tenant.clientSecret));
  await run('collection', 'create', '--name', 'Everyone');
  await run('collection', how, '--collection', 'Everyone', ...what);
  return { project, tenant, run };
}
