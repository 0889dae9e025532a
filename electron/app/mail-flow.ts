import type { ChannelOutput, ChannelParsed } from '../../shared/contracts/index.ts';
import { MAIL_SENDERS, MAIL_SITUATIONS, MAIL_VERDICTS, type MailSituation, type MailVerdict } from '../../shared/domain/cutover.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { domainOf, traceAll, type PersonFlow, type Trace } from '../engines/mailboxes/index.ts';
import type { Handlers } from '../ipc/router.ts';
import { createResolver } from '../platform/dns/index.ts';
import type { MailFlowRecord } from '../store/index.ts';
import { csvPart } from './csv.ts';
import { cutoverSettings, mailDomains } from './cutover-settings.ts';
import { readWorld } from './mail-world.ts';
import { withBoth } from './pipeline/connections.ts';
import type { Services } from './services.ts';

/** People stored at a time. */
const PAGE = 500;
/** Ways kept of one person. */
const MOST_TRACES = 50;

type Summary = ChannelOutput<'mailFlow.summary'>['situations'][number];

/** Channels of the mail flow simulator. */
export function mailFlowHandlers(services: Services): Pick<Handlers, 'mailFlow.run' | 'mailFlow.summary' | 'mailFlow.rows' | 'mailFlow.path' | 'mailFlow.export'> {
  const { store } = services;
  const running = new Set<string>();
  return {
    async 'mailFlow.run'(input, { signal }) {
      // Two at once would take each other's people for gone.
      if (running.has(input.pairId)) throw appError(ErrorCode.Conflict, 'The mail of this pair is being followed right now; wait for the end of it.', { retryable: true });
      running.add(input.pairId);
      try { return await runMailFlow(services, input, signal); } finally { running.delete(input.pairId); }
    },
    async 'mailFlow.summary'({ pairId }) {
      await store.pairs.get(pairId);
      return { situations: await Promise.all(MAIL_SITUATIONS.map(async (situation) => await mailFlowSummary(services, pairId, situation))) };
    },
    async 'mailFlow.rows'(query) {
      await store.pairs.get(query.pairId);
      const page = await store.mailFlow.page(query);
      return { ...page, rows: page.rows.map(rowOf) };
    },
    async 'mailFlow.path'({ pairId, situation, sourceId }) {
      const found = await store.mailFlow.get(pairId, situation, sourceId);
      if (found === undefined) throw appError(ErrorCode.NotFound, `The mail of object ${sourceId} was not followed. Run the mail flow simulator first; it follows people with a mailbox.`);
      return { row: rowOf(found), traces: found.path as readonly Trace[] };
    },
    async 'mailFlow.export'({ pairId, situation, verdict, after }) {
      const pair = await store.pairs.get(pairId);
      return await csvPart<MailFlowRecord>({
        fileName: `${pair.name} - mail flow ${situation}.csv`, columns: ['Name', 'ObjectGUID', 'Verdict', 'Message', 'Sender', 'Address', 'Address verdict', 'Way'],
        read: async (request) => await store.mailFlow.page({ pairId, situation, verdict, search: '', ...request }),
        lines: (rows) => rows.flatMap((row) => (row.path as readonly Trace[]).map((one) => [row.name, row.sourceId, row.verdict, row.message, one.sender, one.address, one.verdict, one.hops.join(' ')])),
      }, { after });
    },
  };
}

const rowOf = ({ sourceId, name, verdict, message }: MailFlowRecord) => ({ sourceId, name, verdict, message });

/** What was found when the mail of a pair was followed last. */
export async function mailFlowSummary({ store }: Pick<Services, 'store'>, pairId: string, situation: MailSituation): Promise<Summary> {
  const found = await store.mailFlow.counts(pairId, situation);
  const counts = Object.fromEntries(MAIL_VERDICTS.map((verdict) => [verdict, found?.counts.get(verdict) ?? 0])) as Record<MailVerdict, number>;
  const people = Object.values(counts).reduce((a, b) => a + b, 0);
  return { situation, runAt: found?.runAt ?? null, people, findings: people - counts.delivered, counts };
}

async function runMailFlow(services: Services, { pairId, situation }: ChannelParsed<'mailFlow.run'>, signal: AbortSignal): Promise<ChannelOutput<'mailFlow.run'>> {
  const { store, now } = services;
  const pair = await store.pairs.get(pairId);
  const settings = await cutoverSettings(services, pair);
  const domains = await mailDomains(services, pair, settings);
  if (domains.length === 0) throw appError(ErrorCode.InvalidInput, `No mail domain of "${pair.name}" is known. Discover the pair, or name the mail domains in the cutover settings.`);
  const resolver = createResolver({ servers: settings.servers, now });
  const left = new Map<string, Set<string>>();
  const situations = situation === 'both' ? MAIL_SITUATIONS : [situation];
  await withBoth(services, pair, signal, async (directory, tenant) => {
    const { world } = await readWorld(services, pair, { settings, domains, resolver }, { directory, exchange: tenant.exchange }, signal);
    for (const one of situations) {
      // Times tell runs apart: one that starts in the same millisecond as the one before would keep whom that one alone has seen.
      const runAt = Math.max(now(), ((await store.mailFlow.counts(pairId, one))?.runAt ?? 0) + 1);
      let [page, people]: [MailFlowRecord[], number] = [[], 0];
      const save = async (): Promise<void> => { await store.mailFlow.savePage(pairId, one, runAt, page); people += page.length; page = []; };
      for (const person of traceAll(world, one)) {
        signal.throwIfAborted();
        for (const address of person.left) left.set(domainOf(address), (left.get(domainOf(address)) ?? new Set()).add(address));
        page.push({ sourceId: person.sourceId, name: person.name, verdict: person.verdict, message: person.message, path: kept(person) });
        if (page.length >= PAGE) await save();
      }
      await save();
      if (!await store.mailFlow.end(pairId, one, runAt, people)) throw appError(ErrorCode.Conflict, `Another process followed the mail of "${pair.name}" at the same time, so what was found is of neither and was thrown away. Run the mail flow simulator again.`, { retryable: true });
    }
  });
  services.emit('store.changed', { nouns: ['cutover'] });
  return {
    situations: await Promise.all(situations.map(async (one) => await mailFlowSummary(services, pairId, one))),
    left: [...left].map(([domain, addresses]) => ({ domain, addresses: addresses.size })).toSorted((a, b) => (a.domain < b.domain ? -1 : 1)),
  };
}

/** The ways that are findings, the worst first; of a person without any, one for each sender. */
function kept({ traces }: PersonFlow): readonly Trace[] {
  const findings = traces.filter((one) => one.verdict !== 'delivered').toSorted((a, b) => MAIL_VERDICTS.indexOf(a.verdict) - MAIL_VERDICTS.indexOf(b.verdict));
  return findings.length > 0 ? findings.slice(0, MOST_TRACES) : MAIL_SENDERS.flatMap((sender) => traces.find((one) => one.sender === sender) ?? []);
}
