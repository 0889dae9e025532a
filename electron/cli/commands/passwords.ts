import path from 'node:path';
import { Option, type Command } from 'commander';
import { PASSWORD_STATES, type PasswordPolicy, type PasswordState } from '../../../shared/domain/passwords.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import { saveParts } from './save-parts.ts';

/** `causeway passwords ...`: how initial passwords are made, and which accounts need one. No command shows or writes a password. */
export function addPasswordCommands(program: Command, run: Run): void {
  const passwords = program.command('passwords').description('initial passwords: how they are made, and which new accounts need a reset');
  passwords.command('list', { isDefault: true }).description('list accounts that migrations created, newest first; never their passwords').option('--pair <name>').addOption(new Option('--state <state>').choices([...PASSWORD_STATES])).option('--csv <file>', 'write all to a new CSV file').option('--limit <n>', 'accounts shown', '200')
    .action((o: { pair?: string; state?: PasswordState; csv?: string; limit: string }) => run({ needs: 'project' }, async (session, context) => {
      const limit = rowLimit(o.limit);
      const query = { pairId: (await session.pair(o.pair)).id, state: o.state ?? '' as const };
      if (o.csv !== undefined) {
        const accounts = await saveParts(o.csv, async (after) => await session.call('passwords.export', { ...query, after }), context);
        session.out.result({ file: path.resolve(o.csv), accounts }, [`Wrote ${accounts} accounts to ${o.csv}.`]);
        return EXIT.ok;
      }
      const { rows, total } = await readRows(limit, async (request) => await session.call('passwords.accounts', { ...query, ...request }));
      session.out.result({ rows, total }, [
        ...table(['USER PRINCIPAL NAME', 'NAME', 'PASSWORD', 'CREATED', 'GRAPH ID'], rows.map((r) => [r.userPrincipalName, r.name, r.state, new Date(r.createdAt).toISOString().slice(0, 16).replace('T', ' '), r.targetId])),
        ...(total > rows.length ? [`(${total - rows.length} more; use --limit or --csv)`] : []),
      ]);
      return EXIT.ok;
    }));
  passwords.command('policy').description('show, or change, how initial passwords of a pair are made').option('--pair <name>').option('--length <n>', '8 to 256 characters')
    .addOption(new Option('--look-alikes <choice>', 'characters such as I, l and 1').choices(['left out', 'allowed'])).option('--symbols <characters>', 'symbols to use; empty for none')
    .action((o: { pair?: string; length?: string; lookAlikes?: PasswordPolicy['lookAlikes']; symbols?: string }) => run({ needs: 'project' }, async (session) => {
      const { id, name } = await session.pair(o.pair);
      const { delivery, ...now } = await session.call('passwords.policy', { pairId: id });
      const wanted = { ...now, ...(o.length === undefined ? {} : { length: Number(o.length) }), ...(o.lookAlikes === undefined ? {} : { lookAlikes: o.lookAlikes }), ...(o.symbols === undefined ? {} : { symbols: o.symbols }) };
      const changes = o.length !== undefined || o.lookAlikes !== undefined || o.symbols !== undefined;
      const policy = changes ? await session.call('passwords.savePolicy', { pairId: id, policy: wanted }) : now;
      session.out.result({ ...policy, delivery }, [
        `${name}: ${policy.length} characters; look-alikes ${policy.lookAlikes}; symbols ${policy.symbols === '' ? 'none' : policy.symbols}.`,
        ...(delivery === 'none' ? ['Passwords are sent once and kept nowhere: nobody knows them. Reset the password of each new account before its first sign-in (causeway passwords list).'] : []),
      ]);
      return EXIT.ok;
    }));
}
