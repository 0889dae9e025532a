import { createInterface } from 'node:readline';
import { startSimulator } from '../../electron/simulator/index.ts';
import { startFakeLdap } from '../servers/fake-ldap.ts';
import { playDirectory } from './cycle-directory.ts';
import { makeOrganisation, tenantOf } from './cycle-organisation.ts';

/**
 * Child of cycle.ts: a domain controller and a tenant that hold the same organisation. Says in one line how both are reached; then answers each line of
 * its input with one of JSON: `change N` changes so many objects in the directory, `counts` tells what was asked of both so far. Argument: number of objects.
 */
const made = makeOrganisation(Number(process.argv[2] ?? '1000'));
const directory = playDirectory(made);
const simulator = await startSimulator({ quotas: 'off', seed: tenantOf(made) });
const ldap = await startFakeLdap(directory.script);
const say = (value: unknown): void => { process.stdout.write(`${JSON.stringify(value)}\n`); };
say({ url: simulator.url, tenantId: simulator.tenantId, clientId: simulator.clientId, clientSecret: simulator.clientSecret, server: ldap.server });
for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument] = line.split(' ');
  say(command === 'change' ? { changed: directory.change(Number(argument)) } : { httpRequests: simulator.stats.httpRequests, ldapSearches: ldap.seen.searches });
}
await ldap.stop();
await simulator.close();
