import path from 'node:path';
import { type Command, Option } from 'commander';
import type { PairInput } from '../../../shared/contracts/pairs.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { CLOUDS, DISTRIBUTION_GROUP_CHOICES, SIGN_IN_METHODS, type Cloud, type DistributionGroupChoice, type SignInMethod } from '../../../shared/domain/settings.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Context, Run } from '../run.ts';
import { reportTask } from '../task-outcome.ts';
import { addPairSecretsCommand } from './pair-secrets.ts';
import { readSecret } from './secret-input.ts';

interface PairOptions {
  readonly name: string; readonly ldif?: string; readonly domain?: string; readonly server?: string[]; readonly security: 'ldaps' | 'starttls' | 'plain'; readonly ca?: string;
  readonly user?: string; readonly passwordFile?: string; readonly base?: string; readonly tenant?: string; readonly client?: string; readonly cloud: Cloud;
  readonly signIn: SignInMethod; readonly secretFile?: string; readonly certificate?: string; readonly readOnly?: boolean; readonly simulated?: string; readonly simulatedState?: string;
  readonly upnSuffix: string; readonly country: string; readonly distributionGroups: DistributionGroupChoice; readonly redirectionDomain: string; readonly template?: string;
}

const words = <T extends string>(values: readonly T[]) => values.map((v) => v.replaceAll(' ', '-'));
const unword = <T extends string>(values: readonly T[]) => (v: string): T => {
  const hit = values.find((x) => x.replaceAll(' ', '-').toLowerCase() === v.toLowerCase());
  if (hit === undefined) throw appError(ErrorCode.InvalidInput, `"${v}" is not one of ${words(values).join(', ')}.`);
  return hit;
};

/** `causeway pair ...`: create, list, show, test, discover, permissions, delete. */
export function addPairCommands(program: Command, run: Run): void {
  const pair = program.command('pair').description('migration pairs: one Active Directory domain and one Microsoft 365 tenant');
  connectionOptions(pair.command('create').description('create a migration pair'))
    .addHelpText('after', `
Examples:
  causeway pair create --name Contoso --domain corp.example.com --user svc@corp.example.com --password-file pw.txt --ca corp-ca.pem \\
      --tenant contoso.onmicrosoft.com --client 11111111-2222-3333-4444-555555555555 --secret-file secret.txt --upn-suffix contoso.com --country DE
  causeway pair create --name Rehearsal --ldif export.ldf --simulated http://127.0.0.1:4710 --secret-file sim-secret.txt --tenant <id> --client <id>`)
    .action((o: PairOptions) => run({ needs: 'project' }, async (session, context) => {
      const created = await session.call('pairs.create', await toInput(o, context));
      session.out.result(created, [`Created migration pair "${created.name}" (${created.id}).`]);
      return EXIT.ok;
    }));
  pair.command('list').description('list the migration pairs').action(() => run({ needs: 'project' }, async (session) => {
    const { rows } = await session.call('pairs.list', {});
    session.out.result(rows, table(['NAME', 'SOURCE', 'TARGET', 'OBJECTS', 'COLLECTIONS', 'ID'], rows.map((p) => [p.name, p.sourceName, p.targetName, p.sourceObjects, p.collections, p.id])));
    return EXIT.ok;
  }));
  pair.command('test').description('try both sides step by step; writes nothing').argument('[pair]').action((name?: string) => run({ needs: 'project' }, async (session) => {
    const { lines } = await session.call('pairs.test', { id: (await session.pair(name)).id });
    session.out.result(lines, table(['CHECK', 'OUTCOME', ''], lines.map((l) => [l.check, l.outcome, l.message])));
    return lines.some((l) => l.outcome === 'failed') ? EXIT.connection : EXIT.ok;
  }));
  pair.command('discover').description('read both sides into the project; writes nothing to either').argument('[pair]').action((name?: string) => run({ needs: 'project' }, async (session) => {
    const { taskId } = await session.call('tasks.discover', { pairId: (await session.pair(name)).id });
    const task = await session.follow(taskId);
    return reportTask(session.out, task, task, [task.message]);
  }));
  addPairSecretsCommand(pair, run);
  pair.command('permissions').description('permissions that the application needs, with the reason of each').option('--read-only', 'for a pair that only reads').action((o: { readOnly?: boolean }) => run({ needs: 'project' }, async (session) => {
    const { rows } = await session.call('pairs.permissions', { readOnly: o.readOnly ?? false });
    session.out.result(rows, table(['PERMISSION', 'KIND', 'REASON'], rows.map((r) => [r.permission, r.kind, r.reason])));
    return EXIT.ok;
  }));
  pair.command('delete').description('delete a pair and its collections from the project; nothing in the directory or the tenant changes').argument('<pair>').option('--force', 'also when objects are migrated and not rolled back')
    .action((name: string, o: { force?: boolean }) => run({ needs: 'project' }, async (session) => {
      const found = await session.pair(name);
      await session.call('pairs.delete', { id: found.id, force: o.force ?? false });
      session.out.result({ deleted: found.id }, [`Deleted migration pair "${found.name}".`]);
      return EXIT.ok;
    }));
}

function connectionOptions(command: Command): Command {
  return command
    .requiredOption('--name <name>', 'name of the pair')
    .option('--ldif <file>', 'source: an LDIF export instead of a live directory')
    .option('--domain <dns name>', 'source: Active Directory domain; its domain controllers are found by DNS')
    .option('--server <host...>', 'source: domain controllers in order of preference, host or host:port')
    .addOption(new Option('--security <how>', 'source: encryption; plain sends the password readable').choices(['ldaps', 'starttls', 'plain']).default('ldaps'))
    .option('--ca <file>', 'source: PEM file of an authority to trust besides the system\'s')
    .option('--user <name>', 'source: user principal name or DN')
    .option('--password-file <file>', 'source: file with the password, - for standard input; asked for on a terminal otherwise')
    .option('--base <dn>', 'source: container to read (default: the whole domain)')
    .option('--tenant <id or domain>', 'target: tenant')
    .option('--client <id>', 'target: application (client) id')
    .addOption(new Option('--cloud <cloud>', 'target: national cloud').choices([...CLOUDS]).default('global'))
    .addOption(new Option('--sign-in <method>', `target: ${words(SIGN_IN_METHODS).join(', ')}`).argParser(unword(SIGN_IN_METHODS)).default('client secret'))
    .option('--secret-file <file>', 'target: file with the client secret, or with the private key for a certificate')
    .option('--certificate <file>', 'target: PEM certificate')
    .option('--read-only', 'target: ask for read permissions only')
    .option('--simulated <url>', 'target: a simulated tenant at this loopback address, for a rehearsal')
    .option('--simulated-state <file>', 'target: a simulated tenant that runs inside this program, kept in this file')
    .option('--upn-suffix <domain>', 'default UPN suffix', '')
    .option('--country <code>', 'default country code, ISO 3166 alpha-2', '')
    .addOption(new Option('--distribution-groups <choice>', `distribution groups: ${words(DISTRIBUTION_GROUP_CHOICES).join(', ')}`).argParser(unword(DISTRIBUTION_GROUP_CHOICES)).default('distribution group'))
    .option('--redirection-domain <domain>', 'mail redirection domain', '')
    .option('--template <name>', 'schema template that the rules are made from; causeway rules templates lists them');
}

async function toInput(o: PairOptions, context: Context): Promise<PairInput> {
  if (o.ldif === undefined && o.domain === undefined && o.server === undefined) throw appError(ErrorCode.InvalidInput, 'Give the source: --ldif FILE, or --domain and --user for a live directory.');
  if (o.ldif === undefined && o.user === undefined) throw appError(ErrorCode.InvalidInput, 'Give --user, the account that reads Active Directory (user principal name or DN).');
  const simulated = o.simulated !== undefined || o.simulatedState !== undefined;
  if (!simulated && (o.tenant === undefined || o.client === undefined)) throw appError(ErrorCode.InvalidInput, 'Give --tenant and --client of the Microsoft 365 side, or --simulated for a rehearsal.');
  if (o.security === 'plain' && o.ldif === undefined) context.out.note('Warning: plain LDAP sends the password and everything read over the network unencrypted.');
  const sourcePassword = o.ldif === undefined ? await readSecret(o.passwordFile, `Password of ${o.user}`, context.streams) : undefined;
  const needsSecret = o.signIn === 'client secret' || o.signIn === 'certificate';
  const targetSecret = needsSecret && (o.secretFile !== undefined || !simulated) ? await readSecret(o.secretFile, `Secret of application ${o.client}`, context.streams) : undefined;
  return {
    name: o.name,
    source: o.ldif !== undefined ? { kind: 'ldif', file: path.resolve(o.ldif) } : {
      kind: 'ldap', domain: o.domain ?? '', servers: o.server ?? [], security: o.security, caFile: o.ca === undefined ? null : path.resolve(o.ca), username: o.user ?? '', secretRef: '', baseDn: o.base ?? '',
    },
    target: {
      cloud: o.cloud, tenantId: o.tenant ?? 'simulated', clientId: o.client ?? 'simulated', signIn: o.signIn, secretRef: '', certificateFile: o.certificate === undefined ? null : path.resolve(o.certificate),
      readOnly: o.readOnly ?? false, simulated: o.simulated !== undefined ? { origin: o.simulated } : o.simulatedState !== undefined ? { stateFile: path.resolve(o.simulatedState) } : null,
    },
    ...(sourcePassword === undefined ? {} : { sourcePassword }), ...(targetSecret === undefined ? {} : { targetSecret }),
    redirectionDomain: o.redirectionDomain, ...(o.template === undefined ? {} : { schemaTemplate: o.template }), defaults: { upnSuffix: o.upnSuffix, countryCode: o.country, distributionGroups: o.distributionGroups },
  };
}
