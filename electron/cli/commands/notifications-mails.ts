import path from 'node:path';
import { Option, type Command } from 'commander';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { MAIL_STATES, TEMPLATE_NAMES, type MailState, type TemplateName } from '../../../shared/domain/notifications.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import { saveParts } from './save-parts.ts';

interface Listed { readonly pair?: string; readonly state?: MailState; readonly search: string; readonly limit: string; readonly csv?: string }

/** `causeway notifications preview|test|mails|send|retry|release|cancel`: single mails. */
export function addMailCommands(notifications: Command, run: Run): void {
  notifications.command('preview').description('show what a person would get; the password as dots').addArgument(notifications.createArgument('<message>').choices([...TEMPLATE_NAMES]))
    .requiredOption('--object <name>', 'name or objectGUID of a person').option('--pair <name>').option('--collection <name>').addHelpText('after', '\nExample:\n  causeway notifications preview ChangeUPN --object "Ann Lee"')
    .action((name: TemplateName, o: { object: string; pair?: string; collection?: string }) => run({ needs: 'project' }, async (session) => {
      const pair = await session.pair(o.pair);
      const sourceId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(o.object) ? o.object.toLowerCase() : await find();
      async function find(): Promise<string> {
        const { rows } = await session.call('objects.page', { collectionId: (await session.collection(o.collection)).id, search: o.object, limit: 500 });
        const found = rows.filter((row) => row.name.toLowerCase() === o.object.toLowerCase());
        if (found.length !== 1) throw appError(found.length === 0 ? ErrorCode.NotFound : ErrorCode.InvalidInput, found.length === 0 ? `The collection has no object "${o.object}".` : `${found.length} objects are called "${o.object}"; give the objectGUID.`);
        return found[0]?.id ?? '';
      }
      const shown = await session.call('notifications.preview', { name, pairId: pair.id, sourceId });
      session.out.result(shown, [`To: ${shown.to}`, `Subject: ${shown.subject}`, '', shown.body]);
      return EXIT.ok;
    }));
  notifications.command('test').description('send one mail at once, to see whether the settings are right').requiredOption('--to <address>').addOption(new Option('--message <message>', 'a message with the meaning of each placeholder in its place; else a plain line').choices([...TEMPLATE_NAMES]))
    .addHelpText('after', '\nExample:\n  causeway notifications test --to me@contoso.com --message ChangeUPN')
    .action((o: { to: string; message?: TemplateName }) => run({ needs: 'project' }, async (session) => {
      const { answer } = await session.call('notifications.test', { to: o.to, ...(o.message === undefined ? {} : { name: o.message }) });
      session.out.result({ to: o.to, answer }, [`Sent to ${o.to}. The server said: ${answer}`]);
      return EXIT.ok;
    }));
  notifications.command('mails').description('list mails, newest first').option('--pair <name>').addOption(new Option('--state <state>').choices([...MAIL_STATES])).option('--search <text>', 'part of an address, a name or a subject', '').option('--csv <file>', 'write all to a new CSV file').option('--limit <n>', 'mails shown', '200')
    .addHelpText('after', '\nExample:\n  causeway notifications mails --state failed')
    .action((o: Listed) => run({ needs: 'project' }, async (session, context) => {
      const query = { state: o.state ?? '' as const, search: o.search, ...(o.pair === undefined ? {} : { pairId: (await session.pair(o.pair)).id }) };
      if (o.csv !== undefined) {
        const mails = await saveParts(o.csv, async (after) => await session.call('notifications.export', { ...query, after }), context);
        session.out.result({ file: path.resolve(o.csv), mails }, [`Wrote ${mails} mails to ${o.csv}.`]);
        return EXIT.ok;
      }
      const { counts } = await session.call('notifications.mails', { ...query, limit: 1 });
      const { rows, total } = await readRows(rowLimit(o.limit), async (request) => await session.call('notifications.mails', { ...query, ...request }));
      session.out.result({ rows, total, counts }, [
        ...table(['STATE', 'MESSAGE', 'TO', 'CREATED', 'TRIES', 'REMARK', 'ID'], rows.map((r) => [r.state, r.scenario, r.recipient || r.recipientName, new Date(r.createdAt).toISOString().slice(0, 16).replace('T', ' '), r.tries, [r.message, r.answer].filter((one) => one !== '').join(' '), r.id])),
        ...(total > rows.length ? [`(${total - rows.length} more; use --limit, --state or --csv)`] : []),
        Object.entries(counts).filter(([, n]) => n > 0).map(([state, n]) => `${n} ${state}`).join(', ') || 'No mails.',
      ]);
      return EXIT.ok;
    }));
  notifications.command('send').description('send what is due, in a project that no agent works for at the moment').addHelpText('after', '\nExample:\n  causeway notifications send')
    .action(() => run({ needs: 'project' }, async (session) => {
      let handled = 0;
      for (;;) {
        const pass = await session.call('notifications.send', {});
        handled += pass.handled;
        if (pass.handled === 0) break;
      }
      const { counts } = await session.call('notifications.mails', { limit: 1 });
      session.out.result({ handled, counts }, [`${handled} mails were handled; ${counts.waiting} wait, ${counts.failed} failed, ${counts.unclear} are unclear, ${counts.held} are held.`]);
      return counts.failed + counts.unclear > 0 ? EXIT.failed : EXIT.ok;
    }));
  const some = (command: Command): Command => command.argument('[id...]', 'ids of mails').addOption(new Option('--state <state>', 'all of a state').choices([...MAIL_STATES]));
  for (const [verb, about, example] of [['retry', 'send failed mails again', '--state failed'], ['release', 'let held mails go', '--state held'], ['cancel', 'take mails back that have not left', '--state waiting']] as const) {
    const command = some(notifications.command(verb).description(about)).addHelpText('after', `\nExample:\n  causeway notifications ${verb} ${example}`);
    if (verb === 'retry') command.option('--even-twice', 'also unclear ones, which may have arrived already');
    command.action((ids: string[], o: { state?: MailState; evenTwice?: true }) => run({ needs: 'project' }, async (session) => {
      const wanted = o.state === undefined ? ids : (await readRows(Number.POSITIVE_INFINITY, async (request) => await session.call('notifications.mails', { state: o.state ?? '', ...request }))).rows.map((row) => row.id);
      if (wanted.length === 0 && o.state === undefined) throw appError(ErrorCode.InvalidInput, 'Name the mails by their ids, or all of a state with --state.');
      let changed = 0;
      for (let from = 0; from < wanted.length; from += 1_000) {
        const part = wanted.slice(from, from + 1_000);
        changed += (verb === 'retry' ? await session.call('notifications.retry', { ids: part, ...(o.evenTwice ? { again: 'I know it may arrive twice' as const } : {}) }) : await session.call(verb === 'release' ? 'notifications.release' : 'notifications.cancel', { ids: part })).changed;
      }
      session.out.result({ changed }, [`${changed} of ${wanted.length} mails: ${verb === 'cancel' ? 'cancelled' : 'wait to be sent'}.`]);
      return EXIT.ok;
    }));
  }
}
