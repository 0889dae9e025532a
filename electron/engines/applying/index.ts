export { applyPlan } from './apply.ts';
export type { ApplyLedger, ApplyPorts, ApplyProgress, ApplyResult, Intent, Settlement } from './port.ts';
export { verifyOperations, type Deviation, type VerifyInput, type VerifyObserver } from './verify.ts';
export { lookUp } from './look.ts';
export { lookUpAtExchange, namesOf, verifyAtExchange } from './exchange/index.ts';
