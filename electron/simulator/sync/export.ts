import { z } from 'zod';

/** An attribute as the synchronisation client exports it: Graph's property names, `extensionAttribute1` to `15`, and a few of the schema of Active Directory. */
const value = z.union([z.string(), z.boolean(), z.number(), z.array(z.string())]).nullable();

/** One object of an export of Microsoft Entra Connect: always its whole state, never a difference. */
export const exportedObject = z.object({
  type: z.enum(['user', 'group', 'contact']),
  /** Compared with regard to case. */
  sourceAnchor: z.string(),
  operation: z.enum(['write', 'delete']).default('write'),
  /** Id of the cloud object that the client believes to belong to it; an anchor that differs from that object's is a changed anchor. */
  cloudId: z.string().optional(),
  attributes: z.record(z.string(), value).default({}),
  /** Source anchor of the manager; null: none. Absent: none is exported. */
  manager: z.string().nullish(),
  /** Source anchors of all direct members of a group. */
  members: z.array(z.string()).optional(),
});
export type ExportedObject = z.output<typeof exportedObject>;
/** What a caller writes. */
export type ExportInput = z.input<typeof exportedObject>;

/** Features of directory synchronisation in a tenant (Graph documentation, onPremisesDirectorySynchronizationFeature). */
export const synchronisationFeatures = z.object({
  blockSoftMatch: z.boolean().default(false),
  blockCloudObjectTakeoverThroughHardMatch: z.boolean().default(false),
  /** Duplicate attribute resiliency: always on in tenants of today (Entra documentation, duplicate attribute resiliency); off gives the errors of before. */
  quarantine: z.boolean().default(true),
});
export type SynchronisationFeatures = z.output<typeof synchronisationFeatures>;

/** Errors of an export (Entra documentation, troubleshoot synchronization errors). */
export type ExportErrorCode =
  | 'InvalidHardMatch' | 'InvalidSoftMatch' | 'ObjectTypeMismatch' | 'AttributeValueMustBeUnique' | 'IdentityDataValidationFailed'
  | 'LargeObject' | 'ExceededAllowedLength' | 'ExistingAdminRoleConflict' | 'SourceAnchorChanged' | 'DeleteNotValid';

/** An error of one object. The words are the simulator's own unless a page of Microsoft gives them. */
export interface ExportError { readonly code: ExportErrorCode; readonly message: string }

/** A value in quarantine (Graph documentation, onPremisesProvisioningError). */
export interface ProvisioningError {
  readonly category: 'PropertyConflict';
  readonly occurredDateTime: string;
  readonly propertyCausingError: 'UserPrincipalName' | 'ProxyAddress';
  readonly value: string;
}

/** What became of one exported object. */
export interface ExportResult {
  readonly sourceAnchor: string;
  readonly outcome: 'created' | 'soft matched' | 'hard matched' | 'restored' | 'updated' | 'unchanged' | 'deleted' | 'failed';
  /** Object of the tenant; null when there is none. */
  readonly id: string | null;
  /** Set for every failed object, and for one that was created beside an administrator it must not match. */
  readonly error: ExportError | null;
  /** Values in quarantine after this export. */
  readonly quarantined: readonly ProvisioningError[];
  /** Anchors of managers and members that the tenant does not have. */
  readonly unresolved: readonly string[];
}
