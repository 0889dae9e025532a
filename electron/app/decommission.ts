import type { Evidence } from '../../shared/contracts/cutover.ts';
import type { DecommissionStep } from '../../shared/domain/cutover.ts';
import { AppError } from '../../shared/domain/errors.ts';
import { checkNoForwarding, checkNoMailbox, hostFits, named, verdictOf, type Checked } from '../engines/mailboxes/index.ts';
import type { CheckContext } from './cutover-context.ts';

const checked = (evidence: readonly Evidence[], right: string): Checked => ({ ...verdictOf(evidence, right), since: null });
const noted = (message: string): Checked => ({ verdict: 'noted', message, evidence: [], since: null });

/** How each line of the decommissioning checklist is checked. */
export const DECOMMISSION_CHECKS: Readonly<Record<DecommissionStep, (context: CheckContext) => Promise<Checked>>> = {
  async mailboxes({ world, now }) {
    const { world: present, asked } = await world();
    return checked([checkNoMailbox(present, { asked: asked.source, at: now() })], 'No mailbox is left on premises.');
  },
  async forwarding({ world, now }) {
    const { world: present, asked } = await world();
    return checked([checkNoForwarding(present, { asked: asked.target, at: now() })], 'Nothing in Microsoft 365 leads mail on premises.');
  },
  connectors: async (context) => checked(await Promise.all([
    listed(context, 'Get-OutboundConnector', 'Connectors to servers on premises', (row) => row['Enabled'] !== false && (row['ConnectorType'] === 'OnPremises' || hostsOf(row['SmartHosts']).some((host) => hostFits(host, context.settings.onPremisesHosts)))),
    listed(context, 'Get-InboundConnector', 'Connectors from servers on premises', (row) => row['Enabled'] !== false && row['ConnectorType'] === 'OnPremises'),
  ]), 'No connector leads to or from servers on premises.'),
  dns: async ({ dns }) => checked(await dns.onPremises(), 'No MX or Autodiscover record leads on premises.'),
  migration: async (context) => checked(await Promise.all([
    listed(context, 'Get-MigrationBatch', 'Migration batches', () => true), listed(context, 'Get-MigrationEndpoint', 'Migration endpoints', () => true),
  ]), 'No migration batch and no migration endpoint is left.'),
  'public folders': async () => noted('Not tracked by Causeway: say in the note what became of them.'),
  management: async () => noted('Say in the note which Exchange server stays for managing attributes, or why none has to.'),
};

const hostsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => (typeof one === 'string' && one !== '' ? [one.toLowerCase()] : []));

/** What a cmdlet lists; what the tenant does not answer is unknown, not right. */
async function listed({ tenantOpened, pair, now, signal }: CheckContext, cmdlet: string, question: string, counts: (row: Readonly<Record<string, unknown>>) => boolean): Promise<Evidence> {
  const base = { question, asked: `${pair.targetName}, ${cmdlet}`, at: now() };
  const { exchange } = await tenantOpened();
  try {
    const left = (await exchange.invoke(cmdlet, {}, signal)).rows.filter(counts).map((row) => String(row['Name'] ?? row['Identity'] ?? ''));
    return { ...base, answer: named(left), result: left.length === 0 ? 'right' : 'wrong' };
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    return { ...base, answer: `It could not be asked: ${error.data.message}`, result: 'unknown' };
  }
}
