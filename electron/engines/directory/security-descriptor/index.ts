export { readAccessEntries, type AccessEntry } from './read.ts';
export { dnOfSid, fullAccessHolders, sendAsHolders } from './mailbox-permissions.ts';
