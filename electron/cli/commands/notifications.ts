import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import type { NotificationSettingsShown } from '../../../shared/contracts/notifications.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { MAIL_SECURITY, MAIL_TRANSPORTS, PLACEHOLDERS, TEMPLATE_NAMES, type NotificationSettings, type TemplateName } from '../../../shared/domain/notifications.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { agentNamed } from './agents.ts';
import { addMailCommands } from './notifications-mails.ts';
import { readSecret } from './secret-input.ts';

interface SettingOptions {
  readonly transport?: NotificationSettings['transport']; readonly host?: string; readonly port?: string; readonly security?: NotificationSettings['security']; readonly caFile?: string; readonly username?: string; readonly passwordFile?: string;
  readonly from?: string; readonly replyTo?: string; readonly pair?: string; readonly rate?: string; readonly support?: string; readonly hold?: TemplateName[]; readonly holdNone?: true;
}

/** `causeway notifications ...`: messages to people about their accounts: how they are sent, what they say, and the mails themselves. */
export function addNotificationCommands(program: Command, run: Run): void {
  const notifications = program.command('notifications').description('messages to people about their new accounts, user names, passwords and sign-in');
  notifications.command('settings', { isDefault: true }).description('show, or change, how mails are sent').addOption(new Option('--transport <way>').choices([...MAIL_TRANSPORTS]))
    .option('--host <name>', 'mail server').option('--port <n>', '587 for STARTTLS, 465 for TLS').addOption(new Option('--security <how>', 'none: only for a server on this machine').choices([...MAIL_SECURITY])).option('--ca-file <file>', 'PEM file of an authority to trust besides those of the machine; empty for none')
    .option('--username <name>', 'for the mail server; empty for none').option('--password-file <file>', 'file with its password, kept on this machine only; - for standard input').option('--from <address>', 'sender; with graph, the mailbox that sends').option('--reply-to <address>')
    .option('--pair <name>', 'with graph: the migration pair whose tenant sends').option('--rate <n>', 'most mails in a minute').option('--support <text>', 'what {Support} says')
    .addOption(new Option('--hold <message...>', 'messages that wait until they are released').choices([...TEMPLATE_NAMES])).option('--hold-none', 'no message waits')
    .addHelpText('after', '\nExamples:\n  causeway notifications settings --transport smtp --host mail.contoso.com --from it@contoso.com --username it@contoso.com --password-file secret.txt\n  causeway notifications settings --transport graph --pair Contoso --from it@contoso.com')
    .action((o: SettingOptions) => run({ needs: 'project' }, async (session, context) => {
      const { hasSecret: _kept, delivery: _delivery, ...now } = await session.call('notifications.settings', {});
      const secret = o.passwordFile === undefined ? undefined : await readSecret(o.passwordFile, 'Password of the mail server', context.streams);
      const wanted = await changed(session, now, o);
      const saved = Object.keys(o).length === 0 ? await session.call('notifications.settings', {}) : await session.call('notifications.saveSettings', { settings: wanted, ...(secret === undefined ? {} : { secret }) });
      session.out.result(saved, settingLines(saved));
      return EXIT.ok;
    }));
  addTemplateCommands(notifications, run);
  addMailCommands(notifications, run);
}

async function changed(session: Session, now: Omit<NotificationSettingsShown, 'hasSecret' | 'delivery'>, o: SettingOptions): Promise<Omit<NotificationSettingsShown, 'hasSecret' | 'delivery'>> {
  return {
    ...now, ...(o.transport === undefined ? {} : { transport: o.transport }), ...(o.host === undefined ? {} : { host: o.host }), ...(o.port === undefined ? {} : { port: Number(o.port) }), ...(o.security === undefined ? {} : { security: o.security }),
    ...(o.caFile === undefined ? {} : { caFile: o.caFile === '' ? '' : path.resolve(o.caFile) }), ...(o.username === undefined ? {} : { username: o.username }), ...(o.from === undefined ? {} : { from: o.from }), ...(o.replyTo === undefined ? {} : { replyTo: o.replyTo }),
    ...(o.pair === undefined ? {} : { pairId: (await session.pair(o.pair)).id }), ...(o.rate === undefined ? {} : { ratePerMinute: Number(o.rate) }), ...(o.support === undefined ? {} : { support: o.support }),
    ...(o.hold === undefined ? {} : { held: o.hold }), ...(o.holdNone === undefined ? {} : { held: [] }),
  };
}

function settingLines(s: NotificationSettingsShown): string[] {
  const way = s.transport === 'none' ? ['No mail is sent.'] : s.transport === 'smtp'
    ? [`Mails go to ${s.host}:${s.port} (${s.security}${s.username === '' ? '' : `, as ${s.username}`}), from ${s.from}.`, ...(s.username !== '' && !s.hasSecret ? [`attention: the password of ${s.username} is not known on this machine; give it with --password-file.`] : [])]
    : [`Mails are sent by Microsoft Graph from the mailbox ${s.from}.`];
  return [...way, ...(s.transport === 'none' ? [] : [`${s.ratePerMinute} mails a minute at most. ${s.held.length === 0 ? 'Every message is sent at once.' : `These wait until they are released: ${s.held.join(', ')}.`}`]), s.delivery.reason];
}

function addTemplateCommands(notifications: Command, run: Run): void {
  const template = notifications.command('template').description('what the messages say: of the project, and of single agents');
  const message = (command: Command): Command => command.addArgument(command.createArgument('<message>').choices([...TEMPLATE_NAMES])).option('--agent <name>', 'for the people that this agent works for; else for the whole project');
  template.command('list', { isDefault: true }).description('list the messages, whose text each has, and which are switched off').option('--agent <name>').addHelpText('after', '\nExample:\n  causeway notifications template list --agent Berlin')
    .action((o: { agent?: string }) => run({ needs: 'project' }, async (session) => {
      const { rows } = await session.call('notifications.templates', await agentOf(session, o.agent));
      session.out.result({ rows }, table(['MESSAGE', 'TEXT', 'STATE', 'WHEN'], rows.map((r) => [r.name, r.from, r.disabled ? 'off' : r.problems.length > 0 ? 'has problems' : 'on', r.occasion])));
      return EXIT.ok;
    }));
  message(template.command('show').description('print the text of a message, and what it may ask for')).addHelpText('after', '\nExample:\n  causeway notifications template show NewUser_NewPassword')
    .action((name: TemplateName, o: { agent?: string }) => run({ needs: 'project' }, async (session) => {
      const row = (await session.call('notifications.templates', await agentOf(session, o.agent))).rows.find((one) => one.name === name);
      session.out.result({ ...row, placeholders: PLACEHOLDERS }, [row?.text ?? '', `(${row?.from ?? ''}${row?.disabled === true ? ', switched off' : ''})`, '', 'Placeholders:', ...table(['NAME', 'MEANING'], Object.entries(PLACEHOLDERS).map(([key, meaning]) => [`{${key}}`, meaning]))]);
      return EXIT.ok;
    }));
  message(template.command('set').description('replace the text of a message; an empty file switches it off')).requiredOption('--file <file>', 'the text; - for standard input')
    .addHelpText('after', '\nExamples:\n  causeway notifications template set ChangeUPN --file ChangeUPN.custom.txt\n  causeway notifications template set EnableSSO --file /dev/null --agent Berlin')
    .action((name: TemplateName, o: { agent?: string; file: string }) => run({ needs: 'project' }, async (session) => {
      const row = await session.call('notifications.saveTemplate', { name, text: textOf(o.file), ...await agentOf(session, o.agent) });
      session.out.result(row, [row.disabled ? `${name} is switched off ${scope(o.agent)}.` : `${name} has a new text ${scope(o.agent)}.`]);
      return EXIT.ok;
    }));
  message(template.command('remove').description('go back to the text of the project, or to that of the program')).addHelpText('after', '\nExample:\n  causeway notifications template remove ChangeUPN --agent Berlin')
    .action((name: TemplateName, o: { agent?: string }) => run({ needs: 'project' }, async (session) => {
      const row = await session.call('notifications.removeTemplate', { name, ...await agentOf(session, o.agent) });
      session.out.result(row, [`${name} has the text of the ${row.from === 'project' ? 'project' : 'program'} again ${scope(o.agent)}.`]);
      return EXIT.ok;
    }));
  notifications.command('export').description('write the texts to a folder: <message>.default.txt, and <message>.custom.txt where somebody has written one').argument('<folder>').option('--agent <name>').addHelpText('after', '\nExample:\n  causeway notifications export Notifications')
    .action((folder: string, o: { agent?: string }) => run({ needs: 'project' }, async (session) => {
      const { rows } = await session.call('notifications.templates', await agentOf(session, o.agent));
      const files = rows.flatMap((row) => [[`${row.name}.default.txt`, row.defaultText] as const, ...(row.from === 'default' ? [] : [[`${row.name}.custom.txt`, row.text] as const])]);
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of files) writeNew(path.join(folder, name), text);
      session.out.result({ folder: path.resolve(folder), files: files.map(([name]) => name) }, [`Wrote ${files.length} files to ${folder}.`]);
      return EXIT.ok;
    }));
  notifications.command('import').description('take every <message>.custom.txt of a folder; an empty one switches its message off').argument('<folder>').option('--agent <name>').addHelpText('after', '\nExample:\n  causeway notifications import Notifications --agent Berlin')
    .action((folder: string, o: { agent?: string }) => run({ needs: 'project' }, async (session) => {
      const found = readdirSync(folder).filter((name) => name.endsWith('.custom.txt')).toSorted();
      const unknown = found.filter((name) => !TEMPLATE_NAMES.some((one) => `${one}.custom.txt` === name));
      if (unknown.length > 0) throw appError(ErrorCode.InvalidInput, `${unknown.join(', ')} is no message of this program, so nothing was taken. Messages are: ${TEMPLATE_NAMES.join(', ')}.`);
      const agent = await agentOf(session, o.agent);
      for (const file of found) await session.call('notifications.saveTemplate', { name: TEMPLATE_NAMES.find((one) => `${one}.custom.txt` === file) ?? 'ChangeUPN', text: textOf(path.join(folder, file)), ...agent });
      session.out.result({ files: found }, [`Took ${found.length} messages ${scope(o.agent)}${found.length === 0 ? '' : `: ${found.join(', ')}`}.`]);
      return EXIT.ok;
    }));
}

const scope = (agent: string | undefined): string => (agent === undefined ? 'for the project' : `for the agent ${agent}`);

const agentOf = async (session: Session, name: string | undefined): Promise<{ agentId?: string }> => (name === undefined ? {} : { agentId: (await agentNamed(session, name)).id });

function textOf(file: string): string {
  try { return readFileSync(file === '-' ? 0 : file, 'utf8'); } catch (cause) {
    throw appError(ErrorCode.BadFile, `The file ${file} cannot be read: ${(cause as Error).message}.`, { cause });
  }
}

function writeNew(file: string, text: string): void {
  try { writeFileSync(file, text, { flag: 'wx' }); } catch (cause) {
    throw appError(ErrorCode.BadFile, `The file ${file} cannot be written: ${(cause as Error).message}. Name a new folder.`, { cause });
  }
}
