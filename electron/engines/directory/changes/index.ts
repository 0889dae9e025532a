export { askedHash, CONTAINER_FILTER, isContainer, REPORTED_FILTER, seesDeletions } from './asked.ts';
export { silentAttributes } from './silent.ts';
export { whyWhole, type ServerState } from './continuity.ts';
