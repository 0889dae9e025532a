import type { MailboxBatch, MailboxRow } from '../../../shared/contracts/mailboxes.ts';
import type { ChannelOutput } from '../../../shared/contracts/index.ts';
import { openDesk, type Desk } from '../scenarios/corp.ts';
import type { Rig, RigOptions } from '../app/rig.ts';
import type { SambaServer } from '../../servers/samba.ts';
import type { DirectoryOnPremises } from '../../servers/on-premises.ts';
import { MIGRATOR, SETTINGS, exchangeOf, type Company } from './company.ts';

/** A project about a company whose mailboxes are migrated. */
export interface MailDesk extends Desk {
  readonly exchange: DirectoryOnPremises;
  readonly upload: { readonly from: 'file'; readonly fileName: string; readonly content: string };
  /** Looks at the batch now, however often others look. */
  look(batchId: string): Promise<MailboxBatch>;
  /** Lets time of the service pass, with every question to the directory answered, and looks. */
  pass(batchId: string, ms: number): Promise<MailboxBatch>;
  /** Lets time pass until the batch is so, minute by minute. */
  until(batchId: string, is: (batch: MailboxBatch) => boolean, step?: number): Promise<MailboxBatch>;
  rows(batchId: string): Promise<readonly MailboxRow[]>;
  /** targetAddress of each entry by its account name, as the directory has it. */
  targets(): Promise<Record<string, string>>;
}

/** Looks at a batch, however often others look: waits for the end of a look that is under way. */
export async function lookNow({ call }: Pick<Rig, 'call'>, batchId: string): Promise<MailboxBatch> {
  const before = (await call('mailboxes.batch', { batchId })).lookedAt ?? 0;
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const batch = await call('mailboxes.refresh', { batchId });
    if ((batch.lookedAt ?? 0) > before || batch.state === 'Failed' || batch.state === 'Closed') return batch;
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  throw new Error('nobody looked at the batch');
}

/** Opens a project with the connection settings kept. */
export async function openMailDesk(samba: SambaServer, company: Company, more: Partial<RigOptions> = {}): Promise<MailDesk> {
  const exchange = exchangeOf(samba, company);
  const desk = await openDesk(samba, company.unit, company.seed, { ...more, simulator: { onPremises: exchange, ...more.simulator } });
  await desk.call('mailboxes.saveSettings', { pairId: desk.pairId, settings: SETTINGS, secret: MIGRATOR.password });
  const look: MailDesk['look'] = (batchId) => lookNow(desk, batchId);
  const pass: MailDesk['pass'] = async (batchId, ms) => {
    desk.simulator.advance(ms);
    await desk.simulator.onPremisesQuiet();
    return await look(batchId);
  };
  return {
    ...desk, exchange, look, pass, upload: { from: 'file', fileName: 'people.csv', content: Buffer.from(company.csv).toString('base64') },
    until: async (batchId, is, step = 60_000) => {
      for (let passed = 0; passed < 48 * 3_600_000; passed += step) {
        const batch = await pass(batchId, step);
        if (is(batch)) return batch;
      }
      throw new Error(`the batch never came so far: ${JSON.stringify(await desk.call('mailboxes.batch', { batchId }))}`);
    },
    rows: async (batchId) => {
      const rows: MailboxRow[] = [];
      let after: string | null = null;
      do {
        const page: ChannelOutput<'mailboxes.rows'> = await desk.call('mailboxes.rows', { batchId, after, limit: 500 });
        rows.push(...page.rows);
        after = page.next;
      } while (after !== null);
      return rows;
    },
    targets: async () => await desk.directory(async (client) => {
      const { searchEntries } = await client.search(company.unit.base, { scope: 'sub', filter: '(targetAddress=*)', attributes: ['sAMAccountName', 'targetAddress'] });
      return Object.fromEntries(searchEntries.map((entry) => [String(entry['sAMAccountName']), String(entry['targetAddress'])]));
    }),
    close: async () => { await desk.close(); await exchange.close(); },
  };
}
