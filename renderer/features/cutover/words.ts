import type { RunbookStep } from '../../../shared/contracts/cutover.ts';
import { DECOMMISSION_STEPS, CUTOVER_STEPS, type EvidenceResult, type MailSender, type MailSituation, type MailVerdict, type RunbookName, type StepState } from '../../../shared/domain/cutover.ts';

/** States of a step as the console names them, and what each means. */
export const STEP_WORDS: Readonly<Record<StepState, { readonly name: string; readonly meaning: string }>> = {
  open: { name: 'Open', meaning: 'Not checked yet, or it could not be found out.' },
  passed: { name: 'Passed', meaning: 'The last check found it right. Nobody has confirmed it.' },
  failed: { name: 'Failed', meaning: 'The last check found it wrong.' },
  confirmed: { name: 'Confirmed', meaning: 'A person answers for it.' },
  stale: { name: 'No longer so', meaning: 'It was confirmed, and a later check found it wrong.' },
};

/** What one answer came to, in words. */
export const RESULT_WORDS: Readonly<Record<EvidenceResult, string>> = { right: 'passed', wrong: 'failed', unknown: 'not tried', noted: 'noted' };

/** Names of the two lists, and what they are for. */
export const RUNBOOK_WORDS: Readonly<Record<RunbookName, { readonly name: string; readonly about: string }>> = {
  cutover: { name: 'Runbook', about: 'Steps in their order. Check asks live; a step counts when a person has confirmed it.' },
  decommission: { name: 'Decommissioning', about: 'What to look at before Exchange on premises is taken out of service.' },
};

/** The two situations that mail is followed in. */
export const SITUATION_WORDS: Readonly<Record<MailSituation, string>> = { before: 'As it is now', after: 'After the cutover' };
/** Where a message comes from. */
export const SENDER_WORDS: Readonly<Record<MailSender, string>> = { 'internet': 'from the internet', 'on premises': 'from Exchange on premises', 'cloud': 'from Microsoft 365' };
/** What became of mail, as the console names it. */
export const VERDICT_WORDS: Readonly<Record<MailVerdict, string>> = {
  'loop': 'Loop', 'wrong recipient': 'Wrong recipient', 'black hole': 'Black hole', 'refused': 'Refused', 'outside': 'Leaves both', 'old mailbox': 'Old mailbox', 'new mailbox': 'New mailbox', 'twice': 'Twice', 'delivered': 'Delivered',
};

/** What a person must know before confirming a step although something stands against it; null: nothing does. */
export function against({ state, missing, message }: Pick<RunbookStep, 'state' | 'missing' | 'message'>): string | null {
  const gate = missing.length === 0 ? '' : `Steps before it are not confirmed: ${missing.join(', ')}. `;
  const found = state === 'failed' || state === 'stale' ? `The last check found it wrong: ${message}` : state === 'open' ? 'The check has not found out how it stands.' : '';
  const all = `${gate}${found}`.trim();
  return all === '' ? null : all;
}

/** Number of a step in its list, from 1. */
export function numberOf(runbook: RunbookName, step: RunbookStep['step']): number {
  return (runbook === 'cutover' ? CUTOVER_STEPS.findIndex((one) => one === step) : DECOMMISSION_STEPS.findIndex((one) => one === step)) + 1;
}
