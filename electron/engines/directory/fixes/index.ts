/** Writing the fixes of checks to a directory, one journalled change at a time, and taking them back. */
export { applyFixes, rightToGrant, type FixPorts } from './apply.ts';
export { directoryChanges, inverseOf, standing, type FixChange, type Standing } from './change.ts';
export { dnsOf, isMembership, MEMBER, MEMBERS_OF_OPERATION, readGroup, readGroupMembers, type GroupMembers, type GroupNow } from './members.ts';
export { undoMembers, verifyMembers, type MembersUndo, type WrittenMembers } from './members-undo.ts';
export { compareMembership, type MembershipChange, type MembershipFacts } from './membership.ts';
export { EFFECTIVE_RIGHTS, mayWrite, planFix, type FixWish, type PlannedFix } from './plan.ts';
export type { FixDirectory, FixIntent, FixLedger, FixResult, FixSettlement } from './port.ts';
export { planUndo, type UndoPlan, type UndoStep, type WrittenFix } from './undo.ts';
export { verifyFixes } from './verify.ts';
