import { Option, type Command } from 'commander';
import type { CutoverSettings, Runbook } from '../../../shared/contracts/cutover.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { STEPS_OF, type RunbookName } from '../../../shared/domain/cutover.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';

interface OfPair { readonly pair?: string }
interface ConfirmOptions extends OfPair { readonly note?: string; readonly despite?: boolean }
interface SettingsOptions extends OfPair { readonly dns?: string[]; readonly authoritative?: string[]; readonly domain?: string[]; readonly mx?: string[]; readonly autodiscover?: string; readonly spf?: string; readonly onPremisesHost?: string[]; readonly onPremisesDomain?: string[]; readonly waitingHours?: string }

const ABOUT: Readonly<Record<RunbookName, { readonly command: string; readonly what: string }>> = {
  cutover: { command: 'cutover', what: 'steps of the cutover of a pair\'s mail, with live checks' },
  decommission: { command: 'decommission', what: 'checklist before Exchange on premises is taken out of service' },
};

/** `causeway cutover ...` and `causeway decommission ...`: steps with live checks, evidence, and who confirmed them. */
export function addCutoverCommands(program: Command, run: Run): void {
  for (const runbook of ['cutover', 'decommission'] as const) {
    const { command: name, what } = ABOUT[runbook];
    const command = program.command(name).description(what);
    const steps = STEPS_OF[runbook].map((step) => `"${step}"`).join(', ');
    command.command('status', { isDefault: true }).description('where each step stands, and who confirmed it').option('--pair <name>', 'the pair (default: the only one)').option('--evidence', 'also what was asked and answered')
      .addHelpText('after', `\nExample:\n  causeway ${name} status --evidence`)
      .action((o: OfPair & { evidence?: boolean }) => run({ needs: 'project' }, async (session) => {
        const now = await session.call('cutover.runbook', { pairId: (await session.pair(o.pair)).id, runbook });
        session.out.result(now, lines(now, o.evidence === true));
        return codeOf(now);
      }));
    command.command('check').description(`ask now: all steps, or one of ${steps}`).argument('[step]').option('--pair <name>', 'the pair (default: the only one)')
      .addHelpText('after', `\nExamples:\n  causeway ${name} check\n  causeway ${name} check ${STEPS_OF[runbook].includes('mx') ? 'mx' : 'connectors'}`)
      .action((step: string | undefined, o: OfPair) => run({ needs: 'project' }, async (session) => {
        const pairId = (await session.pair(o.pair)).id;
        const now = await session.call('cutover.check', { pairId, runbook, ...(step === undefined ? {} : { step: stepOf(runbook, step) }) });
        session.out.result(now, lines(now, true, step));
        return codeOf(step === undefined ? now : { ...now, steps: now.steps.filter((one) => one.step === step) });
      }));
    command.command('confirm').description('answer for a step; it is checked anew first').argument('<step>').option('--pair <name>', 'the pair (default: the only one)').option('--note <text>', 'what is to be remembered').option('--despite', 'although the check fails or a step before it is not confirmed; the note says why')
      .addHelpText('after', `\nExamples:\n  causeway ${name} confirm ${STEPS_OF[runbook].includes('mx') ? 'mx' : 'connectors'}\n  causeway ${name} confirm mailboxes --despite --note "two test mailboxes stay"`)
      .action((step: string, o: ConfirmOptions) => run({ needs: 'project' }, async (session) => {
        const now = await session.call('cutover.confirm', { pairId: (await session.pair(o.pair)).id, runbook, step: stepOf(runbook, step), note: o.note ?? '', despite: o.despite === true ? 'yes' : 'no' });
        session.out.result(now, lines(now, true, step));
        return EXIT.ok;
      }));
    command.command('reopen').description('take a confirmation back').argument('<step>').option('--pair <name>', 'the pair (default: the only one)')
      .addHelpText('after', `\nExample:\n  causeway ${name} reopen ${STEPS_OF[runbook].includes('mx') ? 'mx' : 'connectors'}`)
      .action((step: string, o: OfPair) => run({ needs: 'project' }, async (session) => {
        const now = await session.call('cutover.reopen', { pairId: (await session.pair(o.pair)).id, runbook, step: stepOf(runbook, step) });
        session.out.result(now, lines(now, false, step));
        return EXIT.ok;
      }));
    if (runbook === 'cutover') addSettings(command, run);
  }
}

function addSettings(command: Command, run: Run): void {
  const list = (value: string, before: string[] = []): string[] => [...before, value];
  command.command('settings').description('what the checks ask, and whom; options change it, "none" empties a list')
    .option('--pair <name>', 'the pair (default: the only one)').option('--dns <address>', 'DNS server that is asked, address or address:port (repeatable; none: those of this computer)', list)
    .option('--authoritative <address>', 'server that answers for the mail domains (repeatable; none: found by NS records)', list).option('--domain <name>', 'mail domain (repeatable; none: the verified domains of the tenant)', list)
    .option('--mx <host>', 'host that mail shall go to, "*." for any labels (repeatable)', list).option('--autodiscover <host>', 'what Autodiscover shall lead to').option('--spf <domain>', 'what SPF records shall include')
    .option('--on-premises-host <host>', 'mail server on premises (repeatable; none: every other MX host)', list).option('--on-premises-domain <name>', 'domain that Exchange on premises accepts (repeatable; none: mail domains and redirection domain)', list)
    .addOption(new Option('--waiting-hours <n>', 'hours to wait after the MX change'))
    .addHelpText('after', '\nExamples:\n  causeway cutover settings\n  causeway cutover settings --dns 1.1.1.1 --domain contoso.com --waiting-hours 72')
    .action((o: SettingsOptions) => run({ needs: 'project' }, async (session) => {
      const pairId = (await session.pair(o.pair)).id;
      const { settings: before } = await session.call('cutover.settings', { pairId });
      const hours = o.waitingHours === undefined ? before.waitingHours : Number(o.waitingHours);
      const or = (given: string[] | undefined, kept: string[]): string[] => (given === undefined ? kept : given.length === 1 && given[0] === 'none' ? [] : given);
      const wanted: CutoverSettings = {
        servers: or(o.dns, before.servers), authoritative: or(o.authoritative, before.authoritative), domains: or(o.domain, before.domains), mxHosts: or(o.mx, before.mxHosts), autodiscover: o.autodiscover ?? before.autodiscover, spf: o.spf ?? before.spf,
        onPremisesHosts: or(o.onPremisesHost, before.onPremisesHosts), onPremisesDomains: or(o.onPremisesDomain, before.onPremisesDomains), waitingHours: hours,
      };
      if (JSON.stringify(wanted) !== JSON.stringify(before)) await session.call('cutover.saveSettings', { pairId, settings: wanted });
      const { settings, domains, servers } = await session.call('cutover.settings', { pairId });
      const told = (values: readonly string[], otherwise: string): string => (values.length === 0 ? otherwise : values.join(', '));
      session.out.result({ settings, domains, servers }, [
        `DNS servers:         ${told(settings.servers, `${told(servers, 'none')} (of this computer)`)}`, `Servers of domains:  ${told(settings.authoritative, '(by NS records)')}`, `Mail domains:        ${told(domains, 'none; discover the pair, or name them with --domain')}${settings.domains.length === 0 ? ' (verified in the tenant)' : ''}`,
        `MX hosts:            ${settings.mxHosts.join(', ')}`, `Autodiscover:        ${settings.autodiscover}`, `SPF:                 include:${settings.spf}`,
        `Hosts on premises:   ${told(settings.onPremisesHosts, '(every other MX host)')}`, `Domains on premises: ${told(settings.onPremisesDomains, '(mail domains and redirection domain)')}`, `Waiting time:        ${settings.waitingHours} hours`,
      ]);
      return EXIT.ok;
    }));
}

function stepOf(runbook: RunbookName, step: string): Runbook['steps'][number]['step'] {
  const found = STEPS_OF[runbook].find((one) => one === step.toLowerCase());
  if (found === undefined) throw appError(ErrorCode.InvalidInput, `There is no step "${step}"; the steps are ${STEPS_OF[runbook].join(', ')}.`);
  return found;
}

/** Failed when a step is wrong. */
const codeOf = ({ steps }: Pick<Runbook, 'steps'>): number => (steps.some((one) => one.state === 'failed' || one.state === 'stale') ? EXIT.failed : EXIT.ok);
const time = (at: number | null): string => (at === null ? '' : new Date(at).toISOString().slice(0, 16).replace('T', ' '));

function lines({ steps, confirmed }: Runbook, evidence: boolean, only?: string): string[] {
  const shown = only === undefined ? steps : steps.filter((one) => one.step === only.toLowerCase());
  return [
    ...table(['STEP', 'STATE', 'CHECKED', 'CONFIRMED', 'BY', 'WHAT WAS FOUND'], shown.map((one) => [one.step, one.state, time(one.checkedAt), time(one.confirmedAt), one.confirmedBy, one.message || one.title])),
    ...shown.flatMap((one) => [
      ...(one.note === '' ? [] : [`note on ${one.step}: ${one.note}`]), ...(evidence && one.missing.length > 0 ? [`${one.step} waits for: ${one.missing.join(', ')}`] : []),
      ...(evidence ? one.evidence.map((each) => `  ${each.result === 'right' ? 'right' : each.result === 'noted' ? 'noted' : each.result.toUpperCase()}  ${each.question} (${each.asked}, ${time(each.at)}): ${each.answer}`) : []),
    ]),
    ...(only === undefined ? [`${confirmed} of ${steps.length} steps are confirmed.`] : []),
  ];
}
