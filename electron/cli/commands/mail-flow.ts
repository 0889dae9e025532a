import path from 'node:path';
import { Option, type Command } from 'commander';
import type { MailFlowSummary } from '../../../shared/contracts/cutover.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { MAIL_SITUATIONS, MAIL_VERDICTS, type MailSituation, type MailVerdict } from '../../../shared/domain/cutover.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import { saveParts } from './save-parts.ts';

interface ShowOptions { readonly pair?: string; readonly situation: MailSituation; readonly verdict: MailVerdict | 'findings' | 'all'; readonly search: string; readonly limit: string; readonly person?: string; readonly csv?: string }

/** `causeway mail-flow ...`: where mail for each person goes, now and after the switch. */
export function addMailFlowCommands(program: Command, run: Run): void {
  const flow = program.command('mail-flow').description('follow the mail of each person through both organisations, as they are now and as they will be after the switch');
  flow.command('run').description('read both sides and DNS and follow all mail; nothing is sent or written').option('--pair <name>', 'the pair (default: the only one)')
    .addOption(new Option('--situation <which>', 'as it is now, or after the switch').choices([...MAIL_SITUATIONS, 'both']).default('both'))
    .addHelpText('after', '\nExample:\n  causeway mail-flow run')
    .action((o: { readonly pair?: string; readonly situation: MailSituation | 'both' }) => run({ needs: 'project' }, async (session) => {
      const found = await session.call('mailFlow.run', { pairId: (await session.pair(o.pair)).id, situation: o.situation });
      session.out.result(found, [...found.situations.flatMap(summaryLines), ...found.left.map((one) => `not followed: ${one.addresses} addresses in ${one.domain}, which is no mail domain of the organisation`)]);
      return found.situations.some((one) => one.findings > 0) ? EXIT.failed : EXIT.ok;
    }));
  flow.command('show').description('what was found').option('--pair <name>', 'the pair (default: the only one)')
    .addOption(new Option('--situation <which>', 'as it is now, or after the switch').choices([...MAIL_SITUATIONS]).default('after'))
    .addOption(new Option('--verdict <which>', 'only these people').choices([...MAIL_VERDICTS, 'findings', 'all']).default('findings'))
    .option('--search <text>', 'part of a name', '').option('--person <name>', 'the ways of one person\'s mail, by name or objectGUID').option('--csv <file>', 'write everything to a new CSV file').option('--limit <n>', 'people shown', '200')
    .addHelpText('after', '\nExamples:\n  causeway mail-flow show\n  causeway mail-flow show --situation before --verdict loop\n  causeway mail-flow show --person "Ann Smith"\n  causeway mail-flow show --verdict all --csv flow.csv')
    .action((o: ShowOptions) => run({ needs: 'project' }, async (session, context) => {
      const limit = rowLimit(o.limit);
      const of = { pairId: (await session.pair(o.pair)).id, situation: o.situation };
      if (o.csv !== undefined) {
        const people = await saveParts(o.csv, async (after) => await session.call('mailFlow.export', { ...of, verdict: o.verdict, after }), context);
        session.out.result({ file: path.resolve(o.csv), people }, [`Wrote ${people} people to ${o.csv}.`]);
        return EXIT.ok;
      }
      if (o.person !== undefined) {
        const { person } = o;
        const { rows: hits } = await readRows(limit, async (request) => await session.call('mailFlow.rows', { ...of, verdict: 'all', search: /^[0-9a-f-]{36}$/.test(person) ? '' : person, ...request }));
        const exact = hits.filter((one) => one.sourceId === person || one.name.toLowerCase() === person.toLowerCase());
        const [only, ...more] = exact.length > 0 ? exact : hits;
        const sourceId = /^[0-9a-f-]{36}$/.test(person) ? person : only?.sourceId;
        if (sourceId === undefined) throw appError(ErrorCode.NotFound, `The mail of "${person}" was not followed; run "causeway mail-flow run" first. It follows people with a mailbox.`);
        if (more.length > 0) throw appError(ErrorCode.InvalidInput, `Several are named "${person}"; give the objectGUID: ${[only, ...more].map((one) => one?.sourceId).join(', ')}.`);
        const { row, traces } = await session.call('mailFlow.path', { ...of, sourceId });
        session.out.result({ row, traces }, [`${row.name}: ${row.verdict}: ${row.message}`, ...traces.flatMap((one) => ['', `${one.sender} to ${one.address}: ${one.verdict}`, ...one.hops.map((hop) => `  ${hop}`), `  => ${one.message}`])]);
        return EXIT.ok;
      }
      const { situations } = await session.call('mailFlow.summary', { pairId: of.pairId });
      const { rows, total } = await readRows(limit, async (request) => await session.call('mailFlow.rows', { ...of, verdict: o.verdict, search: o.search, ...request }));
      const summary = situations.filter((one) => one.situation === o.situation);
      session.out.result({ summary, rows, total }, [...summary.flatMap(summaryLines), ...table(['NAME', 'VERDICT', 'WHAT HAPPENS', 'OBJECTGUID'], rows.map((one) => [one.name, one.verdict, one.message, one.sourceId])), ...(total > rows.length ? [`(${total - rows.length} more; use --limit, --search or --csv)`] : [])]);
      return EXIT.ok;
    }));
}

function summaryLines({ situation, runAt, people, findings, counts }: MailFlowSummary): string[] {
  const about = situation === 'before' ? 'As it is now' : 'After the switch';
  if (runAt === null) return [`${about}: not followed yet.`];
  const told = MAIL_VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) => `${counts[verdict]} ${verdict}`).join(', ');
  return [`${about} (${new Date(runAt).toISOString().slice(0, 16).replace('T', ' ')}): ${people} people, ${findings} findings${told === '' ? '' : `: ${told}`}.`];
}
