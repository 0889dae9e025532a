/** What Exchange Online writes: contacts, distribution groups, mail-enabled security groups and permissions on mailboxes. */
export { finishExchange, lookUpAtExchange } from './finish.ts';
export { verifyAtExchange } from './verify.ts';
export { EXCHANGE_WAVE_LIMIT, runExchangeWave } from './wave.ts';
export { namesOf } from './position.ts';
