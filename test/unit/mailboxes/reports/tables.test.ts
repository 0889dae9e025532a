import { describe, expect, it } from 'vitest';
import { finalMail, REPORTS_AT, reportTable, statusMail, validationTable, type ReportRow } from '../../../../electron/engines/mailboxes/index.ts';

const row = (address: string, more: Partial<ReportRow>): ReportRow => ({
  line: 1, address, sourceId: null, targetId: null, sourceName: 'Name', stage: 'mail user', state: 'Waiting', origin: 'new', errorCode: '', error: '', suggestion: '', serviceStatus: '', routing: '', items: 0, skipped: 0, itemsTotal: null, bytes: 0, bytesTotal: null,
  grade: '', queuedMs: 0, busyMs: 0, stalledMs: 0, provisionedAt: null, forwardedAt: null, dataAt: null, completedAt: null, changedAt: 0, ...more,
});
const ROWS = [
  row('done@x.de', { state: 'Done', stage: 'complete', provisionedAt: 1_000, forwardedAt: 2_000, dataAt: 3_000, completedAt: 3_000, routing: 'done@w.onmicrosoft.com', items: 5, bytes: 3_600_000, busyMs: 3_600_000, grade: 'Perfect' }), row('busy@x.de', { state: 'In progress', stage: 'data', provisionedAt: 1_000, forwardedAt: 2_000 }),
  row('bad@x.de', { state: 'Failed', stage: 'data', errorCode: 'sign-in refused', error: 'No.', suggestion: 'Mend it.', provisionedAt: 1_000 }), row('out@x.de', { state: 'Left out', errorCode: 'no mailbox', error: 'None.', suggestion: 'Look.' }), row('wait@x.de', {}),
  row('reset@x.de', { state: 'Done', origin: 'migrated before', stage: 'complete', provisionedAt: 1, forwardedAt: 2, dataAt: 3 }),
];
const first = (kind: Parameters<typeof reportTable>[0], moment: 'now' | 'stopped' | 'ended') => reportTable(kind, ROWS, moment).lines.map((line) => line[0]);

describe('reports of a batch', () => {
  it('show the rows that they are about', () => {
    expect(first('Active Mailbox Migration', 'now')).toEqual(['busy@x.de']);
    expect(first('Active Mailbox Migration', 'ended')).toEqual(['done@x.de', 'busy@x.de', 'bad@x.de', 'wait@x.de']);
    expect(first('Error Report', 'ended')).toEqual(['bad@x.de', 'out@x.de']);
    expect(first('Error Report', 'stopped')).toEqual(['busy@x.de', 'bad@x.de', 'out@x.de', 'wait@x.de']);
    expect(first('Mailboxes Ready Report', 'ended')).toEqual(['done@x.de', 'busy@x.de', 'reset@x.de']);
    expect(first('Migration Complete Report', 'ended')).toEqual(['done@x.de', 'reset@x.de']);
  });

  it('name the error, a suggestion and what a re-run does', () => {
    const { columns, lines } = reportTable('Error Report', ROWS, 'ended');
    expect(columns).toEqual(['EmailAddress', 'Stage', 'ErrorMessage', 'Suggestion', 'Rerun', 'At']);
    expect(lines[0]?.slice(1, 5)).toEqual(['data', 'No.', 'Mend it.', 'The data is copied, from where it stopped.']);
    expect(reportTable('Active Mailbox Migration', ROWS, 'ended').lines[0]?.slice(8, 14)).toEqual(['3600000', '', '3600000', '00:00:00', '01:00:00', '00:00:00']);
    expect(validationTable([{ line: 3, address: 'a@x.de', code: 'hidden', severity: 'warning', message: 'Hidden.', suggestion: 'Show it.' }])).toEqual({ columns: ['Row', 'EmailAddress', 'Error', 'Suggestion'], lines: [['3', 'a@x.de', 'Warning: Hidden.', 'Show it.']] });
  });

  it('go out with the mails of their moment', () => {
    const figures = { toCreate: 4, created: 3, forwarded: 2, done: 1, failed: 1, leftOut: 1, waiting: 1 };
    expect(REPORTS_AT.stopped).toEqual(['Error Report', 'Mailboxes Ready Report']);
    expect(statusMail('stopped', { name: 'B', startedBy: 'ann' }, figures)).toMatchObject({ subject: 'The batch "B" was stopped', body: expect.stringContaining('3 of 4 mailboxes were created before the batch was stopped') as string });
    expect(statusMail('complete', { name: 'B', startedBy: null }, figures).subject).toBe('The batch "B" is done with errors');
    expect(statusMail('ready', { name: 'B', startedBy: null }, figures).body).toContain('Forwarding set on premises: 2');
    expect(finalMail('P', { batches: 2, migrated: 5, unconverted: 1, neverMigrated: 3 }).body).toContain('never migrated: 3');
  });
});
