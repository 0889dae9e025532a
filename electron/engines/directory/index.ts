export type {
  AttributeSchema, ChangedObject, ChangeMark, ChangeMethod, ChangeQuery, ChangeReading, Directory, DirectoryChange, DirectoryEntry, DirectorySchema, ReadQuery, RootDse,
} from './port.ts';
export { CHANGE_METHODS } from './port.ts';
export { CONTAINER_FILTER, seesDeletions, silentAttributes } from './changes/index.ts';
export { openLdapDirectory, type DirectoryLog, type DirectoryTimeouts, type OpenLdapOptions } from './ldap/open.ts';
export type { ResolveSrv, SrvRecord } from './ldap/servers.ts';
export { openLdifDirectory, type SnapshotMode } from './ldif/index.ts';
export { createSnapshotSchema } from './ldif/schema.ts';
export { escapeFilterBytes, escapeFilterValue, filterOfGuids, matchesFilter, parseFilter, printFilter, type Filter } from './filter/index.ts';
export {
  applyFixes, compareMembership, directoryChanges, dnsOf, EFFECTIVE_RIGHTS, inverseOf, isMembership, mayWrite, MEMBER, MEMBERS_OF_OPERATION, planFix, planUndo, readGroup, readGroupMembers, rightToGrant, standing, undoMembers, verifyFixes, verifyMembers,
  type FixChange, type FixDirectory, type FixIntent, type FixLedger, type FixPorts, type FixResult, type FixSettlement, type FixWish, type GroupMembers, type GroupNow, type MembershipChange, type MembershipFacts, type MembersUndo, type PlannedFix, type Standing, type UndoPlan, type UndoStep, type WrittenFix, type WrittenMembers,
} from './fixes/index.ts';
export { dnOfSid, fullAccessHolders, readAccessEntries, sendAsHolders, type AccessEntry } from './security-descriptor/index.ts';
export { decodeText, heldKey, MAX_LIST_BYTES, MAX_LIST_LINES, readObjectList, wantedValue, type ListLine, type ObjectList, type WantedValue } from './import/index.ts';
