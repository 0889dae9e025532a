/** The tenant engine: everything that other parts of the program may use of it. */
export type {
  ChangeRound, DeltaLinks, Domain, ExchangeGateway, GraphAnswer, GraphError, GraphRequest, LostResource, Organization, Sku, Tenant, TenantTransports, TrackedResource,
} from './port.ts';
export { openTenant } from './tenant.ts';
export type { OpenedTenant, OpenTenantOptions } from './tenant.ts';
export { CLOUD_HOSTS, GRAPH_VERSION } from './clouds.ts';
export type { CloudHosts, TenantLog } from './clouds.ts';

export { createSignIn } from './sign-in/sign-in.ts';
export type { DeviceCode, SignIn, SignInOptions, TokenScope } from './sign-in/sign-in.ts';
export type { SecretPort } from './sign-in/cache.ts';
export { isDelegated, PERMISSIONS, permissionsFor } from './sign-in/permissions.ts';
export type { Permission } from './sign-in/permissions.ts';

export { TenantGates } from './throttle/gates.ts';
export { DOCUMENTED_PACE } from './throttle/gate.ts';
export type { Gate, Pace } from './throttle/gate.ts';
export type { BudgetNews, Resource, SharedBudget } from './throttle/shared-budget.ts';
export { SYSTEM_TIMING } from './throttle/timing.ts';
export type { Timing } from './throttle/timing.ts';

export { KIND_OF_RESOURCE, TRACKED_RESOURCES, trackedSelect } from './graph/delta.ts';
export { fromGraph, selectOf, toGraphBody } from './graph/codec.ts';
export { explain, isAlreadyMember, isConcurrency, isConflict, isNotMember } from './graph/failures.ts';
export { findRequest, foundIds, graphWrites, MAX_BIND } from './graph/writes.ts';
export type { GraphWrites } from './graph/writes.ts';
export { mailAnswer, mailRequest } from './graph/send-mail.ts';

export { createExchangeGateway } from './exchange/gateway.ts';
export { readMailbox, readMailboxes, setForwarding, type CloudMailbox } from './exchange/mailboxes.ts';
export { addressDelta, listDelta, primaryDrifted } from './exchange/address-delta.ts';
export { creationCommand, memberCommand, removalCommand, updateCommands } from './exchange/commands.ts';
export type { Command, ExchangeKind, KeptKind } from './exchange/commands.ts';
export { isRefusal, isUnknownObject, knowsAccount, mayHaveHappened, readExchangeMembers, readRecipient, runCommand } from './exchange/objects.ts';
export { createHolderNames, permissionCommand, readPermissions, runPermissionCommand } from './exchange/permissions.ts';
export type { HolderNames, PermissionHolders } from './exchange/permissions.ts';
export { contactOf, groupOf, keptByExchange, withExchange } from './exchange/recipients.ts';
export { changedAfter, readAccountDetails, readChangedRecipients, readMailAccounts, readRecipients, readUnifiedGroups } from './exchange/listing.ts';
export type { ChangedRecipients, ListFilter, MailAccount, Recipients } from './exchange/listing.ts';
export type { ExchangeObject } from './exchange/recipients.ts';
export { createBatch, ensureEndpoint, orderMigration, readBatch, readEndpoints, readFigures, readRecipientsByAddress, readUser, readUsers, testMigrationServer } from './exchange/migration.ts';
export type { ExchangeConnection, MigrationBatch, MigrationEndpoint, MigrationFigures, MigrationOrder, MigrationRecipient, MigrationUser } from './exchange/migration.ts';
