/** What Exchange Online writes: contacts, distribution groups and mail-enabled security groups. */
export { finishExchange, lookUpAtExchange } from './finish.ts';
export { verifyAtExchange } from './verify.ts';
export { EXCHANGE_WAVE_LIMIT, runExchangeWave } from './wave.ts';
