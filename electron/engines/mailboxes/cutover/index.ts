export { checkConverted, checkLicences, checkNoForwarding, checkNoMailbox, checkSwitched, isMailboxPlan, named, type Source } from './people.ts';
export { checkAutodiscover, checkMx, checkNotOnPremises, checkTtl, hostFits, type DnsSaid } from './records.ts';
export { checkSpf } from './spf.ts';
export { afterCheck, afterConfirmation, afterReopening, UNTOUCHED, verdictOf, type Checked, type StepStanding } from './state.ts';
export { stepWords } from './steps.ts';
export { checkWaiting, rightSince } from './waiting.ts';
