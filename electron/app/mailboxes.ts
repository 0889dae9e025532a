import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { EvidenceKind } from '../../shared/domain/evidence.ts';
import type { MailboxBatch } from '../../shared/contracts/mailboxes.ts';
import type { mailboxChannels } from '../../shared/contracts/mailboxes.ts';
import type { Handlers } from '../ipc/router.ts';
import type { MailboxBatchRecord } from '../store/index.ts';
import { otherHolder } from './dead-owners.ts';
import { recordEvent } from './evidence-events.ts';
import { lookAtBatch } from './mailbox-pass.ts';
import { currentReport, reportPart, validationCsv } from './mailbox-reports.ts';
import { MAY, shownBatch, shownPanes, shownRow } from './mailboxes-batches.ts';
import { completeMigration, completionCheck } from './mailboxes-completion.ts';
import { createMailboxBatch } from './mailboxes-create.ts';
import { listCheck, prepareList } from './mailboxes-list.ts';
import { keptSettings, saveMailboxSettings, testMailboxConnection } from './mailboxes-settings.ts';
import type { Services } from './services.ts';

/** Channels of staged mailbox batches. */
export function mailboxHandlers(services: Services): Pick<Handlers, keyof typeof mailboxChannels> {
  const { store } = services;
  return {
    'mailboxes.settings': async ({ pairId }) => await keptSettings(services, pairId),
    'mailboxes.saveSettings': async (input) => await saveMailboxSettings(services, input),
    'mailboxes.test': async (input, { signal }) => await testMailboxConnection(services, input, signal),
    'mailboxes.check': async (input, { signal }) => listCheck(await prepareList(services, input, signal)),
    async 'mailboxes.validation'({ after, ...input }, { signal }) {
      const { problems } = await prepareList(services, input, signal);
      return reportPart('Validation errors', validationCsv(problems), problems.length, { after });
    },
    'mailboxes.create': async (input, { signal }) => await createMailboxBatch(services, input, signal),
    async 'mailboxes.discard'({ batchId }) {
      const passwords = await store.transaction(async (tx) => {
        // Asked by writing: whoever runs the batch at the same time comes before or finds it gone.
        const isDraft = await tx.mailboxBatches.wish(batchId, ['Draft'], { wanted: '' });
        const batch = await tx.mailboxBatches.get(batchId);
        if (!isDraft) throw appError(ErrorCode.Conflict, `The batch "${batch.name}" is ${batch.state}; only one that was never run can be thrown away.`);
        const names = (await tx.mailboxRows.all(batchId)).flatMap((row) => row.secretRef ?? []);
        await tx.mailboxBatches.remove(batchId);
        await recordEvent(tx, eventOf(services, batch, 'batch discarded'));
        return names;
      });
      for (const name of passwords) await services.secrets.delete(name);
      services.emit('store.changed', { nouns: ['mailboxes'] });
      return { done: true };
    },
    'mailboxes.run': async ({ batchId }) => await wish(services, batchId, 'run'),
    'mailboxes.stop': async ({ batchId }) => await wish(services, batchId, 'stop'),
    'mailboxes.resume': async ({ batchId }) => await wish(services, batchId, 'resume'),
    async 'mailboxes.refresh'({ batchId }, { signal }) {
      const batch = await store.mailboxBatches.get(batchId);
      if (batch.state !== 'Draft' && batch.state !== 'Closed') {
        // Who works under the agent's name looks: the directory may be in his reach alone.
        if (await otherHolder(services, batch.agentId, '') === undefined) await lookAtBatch(services, batchId, signal);
        else {
          await store.mailboxBatches.update(batchId, { nextAt: services.now() });
          services.nudge();
        }
      }
      return await shownBatch(store, batchId);
    },
    'mailboxes.batches': async ({ pairId }) => await shownPanes(services, pairId),
    'mailboxes.batch': async ({ batchId }) => await shownBatch(store, batchId),
    async 'mailboxes.rows'(query) {
      await store.mailboxBatches.get(query.batchId);
      const page = await store.mailboxRows.page(query);
      return { ...page, rows: page.rows.map(shownRow) };
    },
    async 'mailboxes.reports'({ pairId, batchId }) {
      const names = new Map((await store.mailboxBatches.list(pairId)).map((batch) => [batch.id, batch.name]));
      return { rows: (await store.mailboxReports.list(pairId, batchId)).map((report) => ({ id: report.id, batchId: report.batchId, batchName: names.get(report.batchId) ?? '', kind: report.kind, madeAt: report.madeAt, rows: report.rowCount })) };
    },
    async 'mailboxes.report'({ id, after }) {
      const report = await store.mailboxReports.get(id);
      if (report === undefined) throw appError(ErrorCode.NotFound, `The report ${id} is not in this project any more.`);
      return reportPart(report.kind, report.content, report.rowCount, { after });
    },
    async 'mailboxes.current'({ batchId, kind, after }) {
      await store.mailboxBatches.get(batchId);
      const { text, rows } = currentReport(kind, await store.mailboxRows.all(batchId));
      return reportPart(kind, text, rows, { after });
    },
    'mailboxes.completion': async ({ pairId }, { signal }) => await completionCheck(services, pairId, signal),
    async 'mailboxes.complete'(input, { signal }) {
      await completeMigration(services, input, signal);
      return await shownPanes(services, input.pairId);
    },
  };
}

const EVENTS = { run: 'batch run', stop: 'batch stopped', resume: 'batch resumed' } as const satisfies Readonly<Record<string, EvidenceKind>>;
const eventOf = ({ actor, now }: Services, { id, pairId, collectionId, name, serviceName }: MailboxBatchRecord, kind: EvidenceKind) => ({ pairId, collectionId, kind, actor, at: now(), subject: `mailbox batch "${name}"`, detail: { batch: id, serviceName } });

/** Writes down what a person asks for; the agent of the batch carries it out. @throws AppError CONFLICT when the batch is in a state that does not allow it. */
async function wish(services: Services, id: string, wanted: keyof typeof EVENTS): Promise<MailboxBatch> {
  const { store } = services;
  const now = services.now();
  await store.transaction(async (tx) => {
    const batch = await tx.mailboxBatches.get(id);
    const starts = wanted !== 'stop';
    const done = (batch.wanted === '' || !starts) && await tx.mailboxBatches.wish(id, MAY[wanted], {
      wanted, nextAt: now, message: '', failures: 0, state: starts ? 'Starting' : 'Stopping',
      ...(starts ? { settings: { ...batch.settings, runs: batch.settings.runs + 1, pace: [], timeLeftMs: null }, endedAt: null, startedAt: batch.startedAt ?? now, startedBy: batch.startedBy ?? services.actor } : {}),
    });
    if (!done) throw appError(ErrorCode.Conflict, `The batch "${batch.name}" is ${batch.state}${batch.wanted === '' ? '' : ` and waits to ${batch.wanted}`}; it cannot be ${{ run: 'run', stop: 'stopped', resume: 'resumed' }[wanted]} now.`);
    await recordEvent(tx, eventOf(services, batch, EVENTS[wanted]));
  });
  services.emit('store.changed', { nouns: ['mailboxes'] });
  services.nudge();
  return await shownBatch(store, id);
}
