import path from 'node:path';
import { Option, type Command } from 'commander';
import type { PasswordAccount } from '../../../shared/contracts/passwords.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { PASSWORD_STATES, type PasswordPolicy, type PasswordState } from '../../../shared/domain/passwords.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import { saveParts } from './save-parts.ts';

/** `causeway passwords ...`: how initial passwords are made, and which accounts need one. No command shows or writes a password. */
export function addPasswordCommands(program: Command, run: Run): void {
  const passwords = program.command('passwords').description('initial passwords: how they are made, and which new accounts need a reset');
  passwords.command('list', { isDefault: true }).description('list accounts that migrations created, newest first; never their passwords').option('--pair <name>').addOption(new Option('--state <state>').choices([...PASSWORD_STATES])).option('--csv <file>', 'write all to a new CSV file').option('--limit <n>', 'accounts shown', '200')
    .action((o: { pair?: string; state?: PasswordState; csv?: string; limit: string }) => run({ needs: 'project' }, async (session, context) => {
      const limit = Number(o.limit);
      if (!Number.isInteger(limit) || limit < 1) throw appError(ErrorCode.InvalidInput, `--limit must be a whole number from 1, not "${o.limit}".`);
      const query = { pairId: (await session.pair(o.pair)).id, state: o.state ?? '' as const };
      if (o.csv !== undefined) {
        const accounts = await saveParts(o.csv, async (after) => await session.call('passwords.export', { ...query, after }), context);
        session.out.result({ file: path.resolve(o.csv), accounts }, [`Wrote ${accounts} accounts to ${o.csv}.`]);
        return EXIT.ok;
      }
      const rows: PasswordAccount[] = [];
      let total = 0;
      let after: string | null = null;
      do {
        const page: { rows: PasswordAccount[]; next: string | null; total: number } = await session.call('passwords.accounts', { ...query, after, limit: Math.min(500, limit - rows.length) });
        rows.push(...page.rows);
        total = page.total;
        after = page.next;
      } while (after !== null && rows.length < limit);
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
