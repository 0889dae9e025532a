/** The mailboxes engine: everything that other parts of the program may use of it. */
export * from './batch/index.ts';
export * from './csv/index.ts';
export * from './reports/index.ts';
export { versionOf, whyNotStaged } from './versions.ts';
export * from './switch/index.ts';
export * from './cutover/index.ts';
export * from './flow/index.ts';
