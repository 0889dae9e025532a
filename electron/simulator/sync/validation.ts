import { PROPERTIES } from '../graph/properties.ts';
import { isSourceAnchor } from '../identity/anchor.ts';
import { judgeUserPrincipalName } from '../identity/user-principal-name.ts';
import type { ExportedObject, ExportError, ExportErrorCode } from './export.ts';

/** Certificates an object may have (Entra documentation, troubleshoot synchronization errors: LargeObject). */
const CERTIFICATES = 15;
/** Addresses that are safe to synchronise (the same page: "approximately 300"; a bare user takes up to 332). */
const ADDRESSES = 300;
/** Longest proxy address (Entra documentation, prepare for directory synchronization). */
const ADDRESS_LENGTH = 256;

/** Attributes with a meaning of their own; everything else must be a property of Graph. */
const SPECIAL: ReadonlySet<string> = new Set(['userCertificate', 'userSMIMECertificate', 'targetAddress', 'msExchRemoteRecipientType', 'msExchMailboxGuid', 'cn', ...Array.from({ length: 15 }, (_, i) => `extensionAttribute${i + 1}`)]);
/** Never exported. */
const CLOUD_ONLY: ReadonlySet<string> = new Set(['id', 'onPremisesImmutableId', 'onPremisesSyncEnabled', 'onPremisesLastSyncDateTime', 'onPremisesProvisioningErrors', 'assignedLicenses', 'assignedPlans', 'licenseAssignmentStates', 'passwordProfile', 'deletedDateTime', 'groupTypes', 'mailEnabled', 'onPremisesExtensionAttributes']);

/** An export error with its words. */
export function exportError(code: ExportErrorCode, message: string): ExportError { return { code, message }; }

/** Values of an attribute as texts; none when absent or null. */
export function textsOfAttribute(object: ExportedObject, name: string): readonly string[] {
  const value = object.attributes[name];
  return Array.isArray(value) ? value : value === null || value === undefined ? [] : [String(value)];
}
/** The first value; undefined when there is none or it is blank. */
export function textOfAttribute(object: ExportedObject, name: string): string | undefined {
  const text = textsOfAttribute(object, name)[0]?.trim();
  return text === '' ? undefined : text;
}

/**
 * What the service refuses before it looks at other objects.
 * @returns the first error, or undefined.
 */
export function validate(object: ExportedObject): ExportError | undefined {
  const invalid = (message: string): ExportError => exportError('IdentityDataValidationFailed', message);
  if (!isSourceAnchor(object.sourceAnchor)) return invalid(`The source anchor '${object.sourceAnchor}' is too long or holds characters that no source anchor may have.`);
  if (object.operation === 'delete') return undefined;
  const table = PROPERTIES[object.type];
  for (const name of ['userCertificate', 'userSMIMECertificate']) if (textsOfAttribute(object, name).length > CERTIFICATES) return exportError('LargeObject', `The object has more than ${CERTIFICATES} values of ${name}.`);
  const addresses = textsOfAttribute(object, 'proxyAddresses');
  if (addresses.length > ADDRESSES) return exportError('LargeObject', `The object has more than ${ADDRESSES} values of proxyAddresses.`);
  if (addresses.some((a) => a.length > ADDRESS_LENGTH)) return exportError('ExceededAllowedLength', `A value of proxyAddresses is longer than ${ADDRESS_LENGTH} characters.`);
  for (const [name, value] of Object.entries(object.attributes)) {
    if (SPECIAL.has(name)) continue;
    const rule = table[name];
    if (!rule || CLOUD_ONLY.has(name)) return invalid(`The attribute ${name} cannot be synchronised to a ${object.type}.`);
    if (value !== null && (Array.isArray(value) ? rule.type !== 'texts' : rule.type === 'texts' || (rule.type === 'boolean') !== (typeof value === 'boolean'))) return invalid(`The attribute ${name} has a value of a wrong type.`);
    if (rule.type === 'text' && rule.max > 0 && name !== 'userPrincipalName' && String(value).length > rule.max) return exportError('ExceededAllowedLength', `The attribute ${name} is longer than ${rule.max} characters.`);
  }
  if (object.type === 'user') {
    const name = textOfAttribute(object, 'userPrincipalName');
    if (name === undefined || judgeUserPrincipalName(name, () => true) === 'refused') return invalid('The userPrincipalName is missing, has unsupported characters or does not follow the required format.');
  }
  const shown = textOfAttribute(object, 'displayName');
  if (object.type !== 'user' && shown === undefined) return invalid('The displayName is missing.');
  const hasMail = isMailEnabled(object);
  if (object.type === 'contact' && !hasMail) return invalid('A contact needs an address to be synchronised.');
  if (object.type === 'group' && !hasMail && object.attributes['securityEnabled'] !== true) return invalid('A group needs an address or must be a security group to be synchronised.');
  return undefined;
}

/** True for a group or contact that mail can be sent to: a primary address, or mail, with an @ (Entra Connect, default configuration: mailEnabled). */
export function isMailEnabled(object: ExportedObject): boolean {
  return textsOfAttribute(object, 'proxyAddresses').some((a) => a.startsWith('SMTP:') && a.includes('@')) || (textOfAttribute(object, 'mail')?.includes('@') ?? false);
}
