export type {
  AttributeSchema, Directory, DirectoryChange, DirectoryEntry, DirectorySchema, ReadQuery, RootDse,
} from './port.ts';
export { openLdapDirectory, type DirectoryLog, type DirectoryTimeouts, type OpenLdapOptions } from './ldap/open.ts';
export type { ResolveSrv, SrvRecord } from './ldap/servers.ts';
export { openLdifDirectory, type SnapshotMode } from './ldif/index.ts';
export { escapeFilterBytes, escapeFilterValue, parseFilter, printFilter, type Filter } from './filter/index.ts';
