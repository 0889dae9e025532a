import type { Evidence } from '../../shared/contracts/cutover.ts';
import { MAIL_VERDICTS, type CutoverStep } from '../../shared/domain/cutover.ts';
import { checkConverted, checkLicences, checkSwitched, checkWaiting, isMailboxPlan, isSwitched, named, rightSince, verdictOf, type Checked, type Source } from '../engines/mailboxes/index.ts';
import { assignmentsOf } from '../../shared/rules/licences.ts';
import type { MailboxRowRecord } from '../store/index.ts';
import type { CheckContext } from './cutover-context.ts';
import { mailFlowSummary } from './mail-flow.ts';

/** What is followed once counts for so long, milliseconds. [A choice of Causeway's: directories change every day.] */
const FLOW_COUNTS_MS = 24 * 3_600_000;
const PROJECT = 'this project';

const checked = (evidence: readonly Evidence[], right: string): Checked => ({ ...verdictOf(evidence, right), since: null });

/** How each step of the cutover is checked. */
export const CUTOVER_CHECKS: Readonly<Record<CutoverStep, (context: CheckContext) => Promise<Checked>>> = {
  ttl: async ({ dns }) => checked(await dns.ttl(), 'The MX records of all domains may be kept for an hour at most.'),
  async mailboxes({ world, batches, now }) {
    const { world: present, asked } = await world();
    const rows = await batches.latestRows();
    const open = rows.filter((row) => row.state !== 'Done' && row.state !== 'Left out').map((row) => `${row.address} (${row.state})`);
    const ofBatches: Evidence = rows.length === 0 ? { question: 'Rows of mailbox batches', asked: PROJECT, at: now(), answer: 'No batch was made with Causeway.', result: 'noted' }
      : { question: 'Rows of mailbox batches that are not done', asked: PROJECT, at: now(), answer: named(open), result: open.length === 0 ? 'right' : 'wrong' };
    return checked([checkSwitched(present, { asked: asked.source, at: now() }), ofBatches], 'All mailboxes on premises are switched.');
  },
  async conversion({ world, now }) {
    const { world: present, asked } = await world();
    return checked([checkConverted(present, { asked: asked.source, at: now() })], 'Every switched mailbox is a mail-enabled user on premises.');
  },
  licences: checkSwitchedLicences,
  async flow({ services, pair, now }) {
    const { runAt, people, findings, counts } = await mailFlowSummary(services, pair.id, 'after');
    const base = { question: 'Mail flow after the switch', asked: PROJECT };
    if (runAt === null) return checked([{ ...base, at: now(), answer: 'The mail flow simulator has not run for the time after the switch.', result: 'unknown' }], '');
    const worst = MAIL_VERDICTS.filter((verdict) => verdict !== 'delivered' && counts[verdict] > 0).map((verdict) => `${counts[verdict]} ${verdict}`).join(', ');
    if (findings > 0) return checked([{ ...base, at: runAt, answer: `${findings} of ${people} people: ${worst}`, result: 'wrong' }], '');
    return now() - runAt > FLOW_COUNTS_MS ? checked([{ ...base, at: runAt, answer: 'The mail flow simulator ran more than a day ago; run it again.', result: 'unknown' }], '') : checked([{ ...base, at: runAt, answer: `${people} people, no finding`, result: 'right' }], `Mail reaches all ${people} people.`);
  },
  async mx({ dns, standing, now }) {
    const { evidence, authoritative } = await dns.mx();
    return { ...verdictOf(evidence, 'The MX records of all domains lead to Microsoft 365, and to nothing else.'), since: rightSince(standing('mx').checked?.since ?? null, authoritative, now()) };
  },
  autodiscover: async ({ dns }) => checked(await dns.autodiscover(), 'The Autodiscover records of all domains lead to Microsoft 365.'),
  spf: async ({ dns }) => checked(await dns.spf(), 'All domains have one SPF record that names Microsoft 365.'),
  waiting: async ({ standing, settings, now }) => checkWaiting(standing('mx').checked ?? { evidence: [], since: null }, settings.waitingHours, now()),
  async complete({ batches, now }) {
    const all = (await batches.list()).filter((one) => one.state !== 'Draft');
    const open = all.filter((one) => one.state !== 'Closed').map((one) => `${one.name} (${one.state})`);
    const base = { question: 'Mailbox batches that are not closed', asked: PROJECT, at: now() };
    return all.length === 0 ? checked([{ ...base, answer: 'No batch was made with Causeway.', result: 'unknown' }], '') : checked([{ ...base, answer: named(open), result: open.length === 0 ? 'right' : 'wrong' }], 'The migration is completed; all batches are closed.');
  },
};

async function checkSwitchedLicences({ world, tenantOpened, batches, now }: CheckContext): Promise<Checked> {
  const { world: present, cloud, asked } = await world();
  const people = [...present.onPremises.byId.values()].flatMap((person) => {
    const id = present.matched.get(person.id);
    return id !== undefined && cloud.licensable.has(id) && isSwitched(present, person) ? [{ id, person }] : [];
  });
  const made = new Map((await batches.latestRows()).map((row: MailboxRowRecord) => [row.sourceId, row.provisionedAt]));
  const tenant = await tenantOpened();
  const products = new Map((await tenant.skus()).map((sku) => [sku.id.toLowerCase(), sku.plans ?? []]));
  const users = await tenant.readByIds('user', people.map((one) => one.id));
  const by: Source = { asked: asked.target, at: now() };
  return checked([checkLicences(people.map(({ id, person }) => ({
    name: person.name, madeAt: made.get(person.id) ?? null,
    licensed: assignmentsOf(users.get(id)?.attributes ?? {}).some((one) => (products.get(one.skuId.toLowerCase()) ?? []).some((plan) => isMailboxPlan(plan.name) && !one.disabledPlans.includes(plan.id.toLowerCase()))),
  })), by)], people.length === 0 ? 'No mailbox of a person is switched yet.' : `All ${people.length} switched mailboxes have a licence.`);
}
