import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import type { ListCheck, ListSource, MailboxBatch, MailboxBatches, MailboxSettings } from '../../../shared/contracts/mailboxes.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { CONNECTION_METHODS, CONSENT, isActiveBatch, MAILBOX_PROFILES, MAILBOX_REPORTS, ROW_STATES, SOURCE_VERSIONS, type MailboxProfile, type MailboxReportKind, type RowState } from '../../../shared/domain/mailboxes.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Context, Run } from '../run.ts';
import type { Session } from '../session.ts';
import { saveParts } from './save-parts.ts';
import { readSecret } from './secret-input.ts';

interface OfPair { readonly pair?: string }
interface OfBatch extends OfPair { readonly batch?: string }
interface OfList extends OfPair { readonly collection?: string; readonly profile?: MailboxProfile }

/** How often a command that watches looks, milliseconds. */
const LOOK_MS = 5_000;

/** `causeway mailbox ...`: staged batches of mailboxes, copied by the migration service of Exchange Online. */
export function addMailboxCommands(program: Command, run: Run): void {
  const mailbox = program.commands.find((one) => one.name() === 'mailbox') ?? program.command('mailbox').description('staged mailbox migration to Exchange Online');
  addConnectionCommands(mailbox, run);
  addListCommands(mailbox, run);
  addBatchCommands(mailbox, run);
  addReportCommands(mailbox, run);
}

const ofPair = (command: Command): Command => command.option('--pair <name>', 'the migration pair (default: the only one)');
const ofBatch = (command: Command): Command => ofPair(command).option('--batch <name>', 'the batch by name or id (default: the newest)');

function addConnectionCommands(mailbox: Command, run: Run): void {
  ofPair(mailbox.command('settings').description('show or change how the migration service reaches Exchange on premises'))
    .addOption(new Option('--profile <profile>', 'limits of the service today, or of 2011').choices([...MAILBOX_PROFILES])).addOption(new Option('--method <method>').choices([...CONNECTION_METHODS]))
    .option('--administrator <address>', 'e-mail address of the migration administrator, for Autodiscover').option('--user <name>', 'Domain\\Username or UPN of the migration administrator').option('--password-file <file>', 'file with the password ("-": standard input); kept in the secret store')
    .option('--server <fqdn>', 'Exchange server').option('--proxy <fqdn>', 'RPC proxy server').option('--endpoint <name>', 'migration endpoint that is there already').option('--at-a-time <n>', 'number of mailboxes to migrate simultaneously')
    .option('--recipient <address...>', 'who gets the status mails').addOption(new Option('--version <version>', 'version of Exchange on premises').choices([...SOURCE_VERSIONS]))
    .addHelpText('after', '\nExamples:\n  causeway mailbox settings --method manual --user CORP\\\\migrator --password-file pw.txt --server EX1.contoso.com --proxy mail.contoso.com\n  causeway mailbox settings --method existing --endpoint Old')
    .action((o: OfPair & Partial<Record<'profile' | 'method' | 'administrator' | 'user' | 'passwordFile' | 'server' | 'proxy' | 'endpoint' | 'atATime' | 'version', string>> & { recipient?: string[] }) => run({ needs: 'project' }, async (session, context) => {
      const { id: pairId } = await session.pair(o.pair);
      const { hasSecret: _has, starter: _starter, ...now } = await session.call('mailboxes.settings', { pairId });
      const given = { profile: o.profile, method: o.method, administrator: o.administrator, username: o.user, server: o.server, proxy: o.proxy, endpoint: o.endpoint, atATime: o.atATime === undefined ? undefined : Number(o.atATime), recipients: o.recipient, sourceVersion: o.version };
      const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      const secret = o.passwordFile === undefined ? undefined : await readSecret(o.passwordFile, 'Password of the migration administrator', context.streams);
      const kept = Object.keys(changes).length === 0 && secret === undefined ? await session.call('mailboxes.settings', { pairId })
        : await session.call('mailboxes.saveSettings', { pairId, settings: { ...now, ...changes } as MailboxSettings, ...(secret === undefined ? {} : { secret }) });
      session.out.result(kept, Object.entries(kept).map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`));
      return EXIT.ok;
    }));
  ofPair(mailbox.command('test').description('let the migration service try to reach Exchange on premises')).addHelpText('after', '\nExample:\n  causeway mailbox test')
    .action((o: OfPair) => run({ needs: 'project' }, async (session) => {
      const test = await session.call('mailboxes.test', { pairId: (await session.pair(o.pair)).id });
      session.out.result(test, table(['CHECK', 'OUTCOME', 'MESSAGE'], test.lines.map((line) => [line.check, line.outcome, line.message])));
      return test.mayGoOn ? EXIT.ok : EXIT.connection;
    }));
}

function addListCommands(mailbox: Command, run: Run): void {
  const ofList = (command: Command): Command => ofPair(command).argument('[file]', 'CSV file: EmailAddress, Password, ForceChangePassword').option('--collection <name>', 'the mailboxes of a collection in place of a file').addOption(new Option('--profile <profile>').choices([...MAILBOX_PROFILES]));
  ofList(mailbox.command('check').description('check a list of mailboxes; changes nothing')).option('--report <file>', 'write every row error as CSV').addHelpText('after', '\nExample:\n  causeway mailbox check berlin.csv --report errors.csv')
    .action((file: string | undefined, o: OfList & { report?: string }) => run({ needs: 'project' }, async (session, context) => {
      const input = await listOf(session, file, o);
      const check = await session.call('mailboxes.check', input);
      if (o.report !== undefined) await saveParts(o.report, async (after) => await session.call('mailboxes.validation', { ...input, after }), context);
      session.out.result(check, checkLines(check));
      return check.fileFindings.length > 0 ? EXIT.usage : check.rowErrorsTotal > 0 ? EXIT.failed : EXIT.ok;
    }));
  ofList(mailbox.command('create').description('make a batch of a list; nothing is sent yet')).requiredOption('--name <name>', 'name of the batch').option('--recipient <address...>', 'who gets the status mails besides those of the settings').option('--consent', `agree: ${CONSENT}`)
    .addHelpText('after', '\nExample:\n  causeway mailbox create berlin.csv --name Berlin --consent')
    .action((file: string | undefined, o: OfList & { name: string; recipient?: string[]; consent?: boolean }) => run({ needs: 'project' }, async (session) => {
      if (o.consent !== true) throw appError(ErrorCode.InvalidInput, `Agree with --consent: ${CONSENT}`);
      const batch = await session.call('mailboxes.create', { ...await listOf(session, file, o), name: o.name, recipients: o.recipient ?? [], consent: 'given' });
      session.out.result(batch, [...batchLines(batch), `Number of mailboxes that will be migrated: ${batch.toCreate}. Run it:  causeway mailbox run --batch "${batch.name}"`]);
      return EXIT.ok;
    }));
}

function addBatchCommands(mailbox: Command, run: Run): void {
  ofPair(mailbox.command('list', { isDefault: true }).description('batches of the pair, newest first')).addHelpText('after', '\nExample:\n  causeway mailbox list')
    .action((o: OfPair) => run({ needs: 'project' }, async (session) => {
      const now = await session.call('mailboxes.batches', { pairId: (await session.pair(o.pair)).id });
      session.out.result(now, paneLines(now));
      return EXIT.ok;
    }));
  for (const [verb, channel, about] of [['run', 'mailboxes.run', 'run a batch and watch it'], ['stop', 'mailboxes.stop', 'stop a batch: what is being made is abandoned, what is made stays'], ['resume', 'mailboxes.resume', 'go on with a batch, and try again what failed']] as const) {
    ofBatch(mailbox.command(verb).description(about)).addOption(new Option('--until <when>', 'watch until then').choices(['asked', 'ready', 'done']).default(verb === 'stop' ? 'done' : 'asked')).addHelpText('after', `\nExample:\n  causeway mailbox ${verb} --batch Berlin --until done`)
      .action((o: OfBatch & { until: Until }) => run({ needs: 'project' }, async (session, context) => {
        const { id: batchId } = await batchOf(session, o);
        await session.call(channel, { batchId });
        return await watch(session, context, batchId, o.until);
      }));
  }
  ofBatch(mailbox.command('watch').description('look at a batch; with --until again and again')).addOption(new Option('--until <when>').choices(['asked', 'ready', 'done']).default('asked')).addHelpText('after', '\nExample:\n  causeway mailbox watch --batch Berlin --until done')
    .action((o: OfBatch & { until: Until }) => run({ needs: 'project' }, async (session, context) => await watch(session, context, (await batchOf(session, o)).id, o.until)));
  ofBatch(mailbox.command('discard').description('throw a batch away that was never run')).addHelpText('after', '\nExample:\n  causeway mailbox discard --batch Berlin')
    .action((o: OfBatch) => run({ needs: 'project' }, async (session) => {
      session.out.result(await session.call('mailboxes.discard', { batchId: (await batchOf(session, o)).id }), ['The batch is thrown away.']);
      return EXIT.ok;
    }));
  ofPair(mailbox.command('complete').description('complete the migration: remove its batches from Exchange Online')).option('--confirm <pair>', 'the name of the migration pair').option('--leftovers', 'complete although mailboxes are not converted or were never migrated')
    .addHelpText('after', '\nExample:\n  causeway mailbox complete --confirm Contoso --leftovers')
    .action((o: OfPair & { confirm?: string; leftovers?: boolean }) => run({ needs: 'project' }, async (session) => {
      const { id: pairId } = await session.pair(o.pair);
      const check = await session.call('mailboxes.completion', { pairId });
      const lines = [...check.active.map((name) => `active: ${name}`), ...check.warnings.map((text) => `attention: ${text}`)];
      if (o.confirm === undefined) {
        session.out.result(check, [...lines, `Nothing was changed. Complete it:  causeway mailbox complete --confirm "${check.confirmation}"${check.neverMigratedTotal + check.unconvertedTotal > 0 ? ' --leftovers' : ''}`]);
        return EXIT.notApproved;
      }
      let now = await session.call('mailboxes.complete', { pairId, confirmation: o.confirm, leftovers: o.leftovers === true ? 'complete all the same' : 'refuse' });
      while (now.rows.some((batch) => batch.wanted === 'close')) {
        for (const batch of now.rows) if (batch.wanted === 'close') await session.call('mailboxes.refresh', { batchId: batch.id });
        now = await session.call('mailboxes.batches', { pairId });
        if (now.rows.some((batch) => batch.wanted === 'close')) await pause(LOOK_MS);
      }
      session.out.result(now, [...lines, ...paneLines(now)]);
      return EXIT.ok;
    }));
}

function addReportCommands(mailbox: Command, run: Run): void {
  ofBatch(mailbox.command('rows').description('mailboxes of a batch')).addOption(new Option('--state <state>').choices([...ROW_STATES])).option('--search <text>', 'part of an address or name', '').option('--limit <n>', 'rows shown', '200').addHelpText('after', '\nExample:\n  causeway mailbox rows --batch Berlin --state Failed')
    .action((o: OfBatch & { state?: RowState; search: string; limit: string }) => run({ needs: 'project' }, async (session) => {
      const { id: batchId } = await batchOf(session, o);
      const { rows, total } = await readRows(rowLimit(o.limit), async (request) => await session.call('mailboxes.rows', { batchId, state: o.state ?? '', search: o.search, ...request }));
      session.out.result({ rows, total }, [...table(['ROW', 'ADDRESS', 'STATE', 'STAGE', 'SERVICE', 'ITEMS', 'SKIPPED', 'GRADE', 'ERROR', 'SUGGESTION'], rows.map((r) => [r.line, r.address, r.state, r.stage, r.serviceStatus, r.items, r.skipped, r.grade, r.error, r.suggestion])), ...(total > rows.length ? [`(${total - rows.length} more; use --limit)`] : [])]);
      return EXIT.ok;
    }));
  ofBatch(mailbox.command('reports').description('reports that were kept, or one of the batch as it stands now')).addOption(new Option('--kind <kind>', 'the newest kept report of this kind').choices([...MAILBOX_REPORTS])).option('--now', 'as the batch stands now').option('--out <file>', 'write the report to a file')
    .addHelpText('after', '\nExamples:\n  causeway mailbox reports\n  causeway mailbox reports --kind "Error Report" --out errors.csv')
    .action((o: OfBatch & { kind?: MailboxReportKind; now?: boolean; out?: string }) => run({ needs: 'project' }, async (session, context) => {
      const { id: pairId } = await session.pair(o.pair);
      const { id: batchId } = await batchOf(session, o);
      const { rows } = await session.call('mailboxes.reports', { pairId, ...(o.batch === undefined && o.kind === undefined ? {} : { batchId }) });
      if (o.kind === undefined) {
        session.out.result({ rows }, table(['REPORT', 'BATCH', 'ROWS', 'MADE', 'ID'], rows.map((r) => [r.kind, r.batchName, r.rows, time(r.madeAt), r.id])));
        return EXIT.ok;
      }
      const kept = rows.find((row) => row.kind === o.kind);
      if (o.now !== true && kept === undefined) throw appError(ErrorCode.NotFound, `There is no kept "${o.kind}" of this batch yet; see it as it stands now with --now.`);
      const { kind } = o;
      const part = async (after: string | null) => (o.now === true ? await session.call('mailboxes.current', { batchId, kind, after }) : await session.call('mailboxes.report', { id: kept?.id ?? '', after }));
      if (o.out !== undefined) session.out.result({ file: o.out, rows: await saveParts(o.out, part, context) }, [`The report is in ${o.out}.`]);
      else { const { text, ...more } = await part(null); session.out.result({ ...more, text }, text.replace(/^\uFEFF/, '').trimEnd().split('\r\n')); }
      return EXIT.ok;
    }));
}

/** Reads the list that a command names. @throws AppError INVALID_INPUT, BAD_FILE. */
async function listOf(session: Session, file: string | undefined, o: OfList): Promise<{ readonly pairId: string; readonly profile: MailboxProfile; readonly list: ListSource }> {
  const { id: pairId } = await session.pair(o.pair);
  const profile = o.profile ?? (await session.call('mailboxes.settings', { pairId })).profile;
  if ((file === undefined) === (o.collection === undefined)) throw appError(ErrorCode.InvalidInput, 'Name a CSV file, or a collection with --collection.');
  if (file === undefined) return { pairId, profile, list: { from: 'collection', collectionId: (await session.collection(o.collection)).id } };
  try {
    return { pairId, profile, list: { from: 'file', fileName: path.basename(file), content: readFileSync(file).toString('base64') } };
  } catch (cause) { throw appError(ErrorCode.BadFile, `The file ${file} cannot be read: ${(cause as Error).message}.`, { cause }); }
}

/** The batch that a command names; the newest when it names none. @throws AppError NOT_FOUND. */
async function batchOf(session: Session, o: OfBatch): Promise<MailboxBatch> {
  const { rows } = await session.call('mailboxes.batches', { pairId: (await session.pair(o.pair)).id });
  const found = o.batch === undefined ? rows[0] : rows.find((row) => row.id === o.batch || row.name.toLowerCase() === o.batch?.toLowerCase());
  if (found === undefined) throw appError(ErrorCode.NotFound, o.batch === undefined ? 'There is no mailbox batch yet. Make one:  causeway mailbox create' : `There is no mailbox batch "${o.batch}". See: causeway mailbox list`);
  return found;
}

type Until = 'asked' | 'ready' | 'done';
const pause = async (ms: number): Promise<void> => { await new Promise((resolve) => { setTimeout(resolve, ms); }); };

/** Looks at a batch, again and again until it is so; Ctrl+C ends the watching and leaves the batch at work. */
async function watch(session: Session, { interrupts }: Context, batchId: string, until: Until): Promise<number> {
  let left = false;
  const off = interrupts.onInterrupt(() => { left = true; });
  const reached = (now: MailboxBatch): boolean => now.wanted === '' && (until === 'asked' || !isActiveBatch(now.state) || (until === 'ready' && now.toCreate > 0 && now.forwarded + now.failed >= now.toCreate));
  try {
    let now = await session.call('mailboxes.refresh', { batchId });
    while (!reached(now) && !left) {
      session.out.note(`${now.name}: ${now.state}, ${now.created} of ${now.toCreate} created, ${now.done} done, ${now.failed} failed`);
      await pause(LOOK_MS);
      now = await session.call('mailboxes.refresh', { batchId });
    }
    session.out.result(now, batchLines(now));
    return now.failed > 0 || now.state === 'Failed' ? EXIT.failed : EXIT.ok;
  } finally { off(); }
}

const time = (at: number | null): string => (at === null ? '' : new Date(at).toISOString().slice(0, 16).replace('T', ' '));
const batchLines = (b: MailboxBatch): string[] => [
  `${b.name}: ${b.state}${b.wanted === '' ? '' : `, ${b.wanted} asked for`}${b.message === '' ? '' : `. ${b.message}`}`,
  `to be created ${b.toCreate}, created ${b.created}, active ${b.active}, forwarded ${b.forwarded}, done ${b.done}, failed ${b.failed}, stopped ${b.stopped}, waiting ${b.waiting}, left out ${b.leftOut}${b.grade === '' ? '' : `, data consistency ${b.grade}`}`,
  ...(b.timeLeftMs === null ? [] : [`about ${Math.ceil(b.timeLeftMs / 60_000)} minutes left`]), ...(b.taskId === null ? [] : [`Task ${b.taskId} sets forwarding: review and approve its plan.`]),
];
const paneLines = (now: MailboxBatches): string[] => [
  ...table(['BATCH', 'STATE', 'CREATED', 'ACTIVE', 'DONE', 'FAILED', 'LEFT OUT', 'STARTED', 'BY', 'ID'], now.rows.map((b) => [b.name, b.state, `${b.created} of ${b.toCreate}`, b.active, b.done, b.failed, b.leftOut, time(b.startedAt), b.startedBy ?? '', b.id])),
  `Mailboxes migrated in previous batches: ${now.migratedBefore}. Failed: ${now.failed}. Not converted to mail-enabled users: ${now.unconverted}.`, ...(now.cannotForward === null ? [] : [`attention: ${now.cannotForward}`]),
];
const checkLines = (check: ListCheck): string[] => [
  ...check.fileFindings.map((finding) => `file: ${finding.message}`), ...table(['ROW', 'ADDRESS', 'WHAT', 'ERROR', 'SUGGESTION'], check.rowErrors.map((e) => [e.line, e.address, e.severity, e.message, e.suggestion])),
  ...(check.rowErrorsTotal > check.rowErrors.length ? [`(${check.rowErrorsTotal - check.rowErrors.length} more; write all with --report)`] : []),
  ...(check.fileFindings.length > 0 ? [] : [`${check.total} rows: ${check.willMigrate} will be migrated (${check.fresh} new, ${check.resumed} go on where they failed), forwarding reset for ${check.reset}, left out ${check.leftOut}.`]),
];
