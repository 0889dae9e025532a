import { z } from 'zod';
import { Evidence, type Runbook, type RunbookStep } from '../../shared/contracts/cutover.ts';
import { STEP_STATES, STEPS_OF, type CutoverStep, type DecommissionStep, type RunbookName } from '../../shared/domain/cutover.ts';
import { AppError, appError, ErrorCode } from '../../shared/domain/errors.ts';
import { afterCheck, afterConfirmation, afterReopening, stepWords, UNTOUCHED, type Checked, type StepStanding } from '../engines/mailboxes/index.ts';
import type { Handlers } from '../ipc/router.ts';
import { createResolver } from '../platform/dns/index.ts';
import type { PairRecord, Repositories, RunbookRecord } from '../store/index.ts';
import { CUTOVER_CHECKS } from './cutover-checks.ts';
import { withCheckContext, type CheckContext } from './cutover-context.ts';
import { cutoverSettings, mailDomains, saveCutoverSettings } from './cutover-settings.ts';
import { DECOMMISSION_CHECKS } from './decommission.ts';
import { recordEvent } from './evidence-events.ts';
import type { Services } from './services.ts';

type Step = CutoverStep | DecommissionStep;
interface OfRunbook { readonly pairId: string; readonly runbook: RunbookName }

/** What is kept of a step besides its state and who confirmed it. */
const Kept = z.object({
  checked: z.object({ verdict: z.enum(['passed', 'failed', 'unknown', 'noted']), message: z.string(), evidence: z.array(Evidence), since: z.number().nullable(), at: z.number() }).nullable(),
  evidence: z.array(Evidence),
});

/** Channels of the cutover runbook and of the decommissioning checklist. */
export function cutoverHandlers(services: Services): Pick<Handlers, 'cutover.settings' | 'cutover.saveSettings' | 'cutover.runbook' | 'cutover.check' | 'cutover.confirm' | 'cutover.reopen'> {
  const { store, now } = services;
  return {
    async 'cutover.settings'({ pairId }) {
      const pair = await store.pairs.get(pairId);
      const settings = await cutoverSettings(services, pair);
      return { settings, domains: [...await mailDomains(services, pair, settings)], servers: [...createResolver({ servers: [], now }).servers] };
    },
    'cutover.saveSettings': async ({ pairId, settings }) => await saveCutoverSettings(services, pairId, settings),
    async 'cutover.runbook'(of) {
      await store.pairs.get(of.pairId);
      return await runbookOf(services, of);
    },
    async 'cutover.check'({ step, ...of }, { signal }) {
      const pair = await store.pairs.get(of.pairId);
      if (step !== undefined) wordsOf(of.runbook, step);
      await check(services, pair, of.runbook, step === undefined ? STEPS_OF[of.runbook] : [step], signal);
      return await runbookOf(services, of);
    },
    'cutover.confirm': async (input, { signal }) => await confirm(services, input, signal),
    'cutover.reopen': async ({ step, ...of }) => await reopen(services, of, step),
  };
}

function wordsOf(runbook: RunbookName, step: Step) {
  const words = stepWords(runbook, step);
  if (words === undefined) throw appError(ErrorCode.InvalidInput, `The ${runbook} list has no step "${step}"; it has ${STEPS_OF[runbook].join(', ')}.`);
  return words;
}

function standingOf(record: RunbookRecord | undefined): StepStanding {
  const kept = Kept.safeParse(record?.result);
  if (record === undefined || !kept.success) return UNTOUCHED;
  return {
    state: z.enum(STEP_STATES).catch('open').parse(record.state), checked: kept.data.checked,
    confirmed: record.confirmedAt === null ? null : { at: record.confirmedAt, by: record.confirmedBy ?? '', note: record.note, evidence: kept.data.evidence },
  };
}

const recordOf = (step: Step, { state, checked, confirmed }: StepStanding): RunbookRecord => ({
  step, state, checkedAt: checked?.at ?? null, result: { checked, evidence: confirmed?.evidence ?? [] }, confirmedAt: confirmed?.at ?? null, confirmedBy: confirmed?.by ?? null, note: confirmed?.note ?? '',
});

async function standings({ runbook: repository }: Pick<Repositories, 'runbook'>, { pairId, runbook }: OfRunbook): Promise<(step: Step) => StepStanding> {
  const records = await repository.steps(pairId, runbook);
  return (step) => standingOf(records.get(step));
}

const missingOf = (runbook: RunbookName, step: Step, standing: (step: Step) => StepStanding): Step[] => wordsOf(runbook, step).needs.filter((one) => standing(one).state !== 'confirmed');

async function runbookOf({ store }: Pick<Services, 'store'>, of: OfRunbook): Promise<Runbook> {
  const standing = await standings(store, of);
  const steps = STEPS_OF[of.runbook].map((step): RunbookStep => {
    const { title, about, needs } = wordsOf(of.runbook, step);
    const { state, checked, confirmed } = standing(step);
    return {
      step, title, about, state, message: checked?.message ?? '', needs: [...needs], missing: missingOf(of.runbook, step, standing), checkedAt: checked?.at ?? null, evidence: [...checked?.evidence ?? []],
      confirmedAt: confirmed?.at ?? null, confirmedBy: confirmed?.by ?? null, note: confirmed?.note ?? '', confirmedEvidence: [...confirmed?.evidence ?? []],
    };
  });
  return { ...of, steps, confirmed: steps.filter((one) => one.state === 'confirmed').length };
}

/** Changes one step by what it is at that moment: others may check and confirm meanwhile. */
async function change(tx: Repositories, { pairId, runbook }: OfRunbook, step: Step, next: (before: StepStanding) => StepStanding): Promise<StepStanding> {
  const after = next((await standings(tx, { pairId, runbook }))(step));
  await tx.runbook.save(pairId, runbook, recordOf(step, after));
  return after;
}

/** Checks steps in their order and keeps what came of it. The waiting time counts from what the MX records are, so they are asked for with it. */
async function check(services: Services, pair: PairRecord, runbook: RunbookName, steps: readonly Step[], signal: AbortSignal): Promise<void> {
  const { store, now } = services;
  const of = { pairId: pair.id, runbook };
  const known = new Map<Step, StepStanding>();
  const before = await standings(store, of);
  const standing = (step: Step): StepStanding => known.get(step) ?? before(step);
  await withCheckContext(services, pair, standing, signal, async (context) => {
    for (const step of steps.includes('waiting') && !steps.includes('mx') ? ['mx' as const, ...steps] : steps) {
      const checked = await checkOne(context, runbook, step);
      signal.throwIfAborted();
      known.set(step, await store.transaction(async (tx) => {
        const was = standing(step).state;
        const after = await change(tx, of, step, (present) => afterCheck(present, checked, now()));
        if (after.state === 'stale' && was !== 'stale') await recordEvent(tx, { pairId: pair.id, kind: 'step checked', actor: services.actor, at: now(), subject: `${runbook}: ${step}`, detail: { state: after.state, message: checked.message } });
        return after;
      }));
      services.emit('store.changed', { nouns: ['cutover'] });
    }
  });
}

/** What cannot be asked is unknown, with the reason; what is wrong with the program is an error. */
async function checkOne(context: CheckContext, runbook: RunbookName, step: Step): Promise<Checked> {
  const checks: Readonly<Record<string, (context: CheckContext) => Promise<Checked>>> = runbook === 'cutover' ? CUTOVER_CHECKS : DECOMMISSION_CHECKS;
  try {
    return await (checks[step]?.(context) ?? Promise.resolve({ verdict: 'unknown' as const, message: '', evidence: [], since: null }));
  } catch (error) {
    if (!(error instanceof AppError) || context.signal.aborted) throw error;
    return { verdict: 'unknown', message: `It could not be found out: ${error.data.message}`, evidence: [], since: context.standing(step).checked?.since ?? null };
  }
}

async function confirm(services: Services, { pairId, runbook, step, note, despite }: OfRunbook & { readonly step: Step; readonly note: string; readonly despite: 'no' | 'yes' }, signal: AbortSignal): Promise<Runbook> {
  const { store, now, actor } = services;
  const of = { pairId, runbook };
  const { title } = wordsOf(runbook, step);
  const pair = await store.pairs.get(pairId);
  if (despite === 'yes' && note === '') throw appError(ErrorCode.InvalidInput, `Say in the note why "${title}" is confirmed all the same.`);
  await check(services, pair, runbook, [step], signal);
  await store.transaction(async (tx) => {
    const standing = await standings(tx, of);
    const { checked } = standing(step);
    const missing = missingOf(runbook, step, standing).map((one) => `"${wordsOf(runbook, one).title}"`);
    if (despite === 'no' && missing.length > 0) throw appError(ErrorCode.Conflict, `Confirm ${missing.join(' and ')} before "${title}", or confirm it despite that with a note that says why.`);
    if (despite === 'no' && checked?.verdict !== 'passed' && checked?.verdict !== 'noted') throw appError(ErrorCode.Conflict, `"${title}" cannot be confirmed: ${checked?.message ?? 'it was not checked.'} Mend it and check again, or confirm it despite that with a note that says why.`);
    if (checked?.verdict === 'noted' && note === '') throw appError(ErrorCode.InvalidInput, `"${title}" cannot be checked by the program, so the note has to say how it stands.`);
    const confirmed = await change(tx, of, step, (before) => afterConfirmation(before, { at: now(), by: actor, note }));
    await recordEvent(tx, { pairId, kind: 'step confirmed', actor, at: now(), subject: `${runbook}: ${step}`, detail: { title, note, despite, message: checked?.message ?? '', missing, evidence: confirmed.confirmed?.evidence ?? [] } });
  });
  services.emit('store.changed', { nouns: ['cutover'] });
  return await runbookOf(services, of);
}

async function reopen(services: Services, of: OfRunbook, step: Step): Promise<Runbook> {
  const { store, now, actor } = services;
  const { title } = wordsOf(of.runbook, step);
  await store.pairs.get(of.pairId);
  await store.transaction(async (tx) => {
    if ((await standings(tx, of))(step).confirmed === null) throw appError(ErrorCode.Conflict, `"${title}" is not confirmed, so there is nothing to take back.`);
    await change(tx, of, step, afterReopening);
    await recordEvent(tx, { pairId: of.pairId, kind: 'step reopened', actor, at: now(), subject: `${of.runbook}: ${step}`, detail: { title } });
  });
  services.emit('store.changed', { nouns: ['cutover'] });
  return await runbookOf(services, of);
}
