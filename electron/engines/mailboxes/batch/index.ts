/** Staged batches: what becomes of each row. */
export { addPace, bytesLeft, timeLeft, type PacePoint } from './pace.ts';
export { gradeOf, worstGrade } from './grade.ts';
export { checkSides, type LookUp } from './look-up.ts';
export { nextStep } from './next-step.ts';
export { errorOfText, problemOf, type RowProblem } from './problems.ts';
export { planRerun, type RerunRow } from './rerun.ts';
export { forwardingStanding, isCloudMailbox, needsRecipient, routingOf } from './routing.ts';
export type {
  BatchSeen, ConnectionAnswer, EndpointSeen, EndpointSettings, ForwardingSeen, MigrationService, Observed, OnPremisesReader, RecipientSeen, RowChange, RowStanding, SourceMailbox, StatisticsSeen, UserSeen,
} from './types.ts';
