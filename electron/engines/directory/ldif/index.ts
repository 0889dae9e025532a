/** Active Directory from an LDIF file: reading, writing, and a directory over a snapshot. */
export { openLdifDirectory } from './open.ts';
export type { SnapshotMode } from './directory.ts';
export { createLdifParser } from './parse.ts';
export type { LdifParser, LdifRecord, LdifValue } from './parse.ts';
export { readLdif } from './read.ts';
export { formatLdifEntry, LDIF_HEADER } from './write.ts';
