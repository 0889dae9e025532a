import type { SourceObject } from '../../../../shared/domain/objects.ts';
import { valuesOf } from '../../../../shared/rules/attributes.ts';
import { decodeBase64 } from '../../../../shared/rules/base64.ts';
import { domainOfDn } from '../../../../shared/rules/dn.ts';
import { guidToBytes } from '../../../../shared/rules/guid.ts';
import { fromList } from './values.ts';
import type { Value } from './values.ts';

/** Attributes of octet-string syntax that are known without the directory's schema, lower case (Active Directory schema; Exchange schema). They are stored as Base64. */
const BINARY: ReadonlySet<string> = new Set([
  'objectguid', 'objectsid', 'ms-ds-consistencyguid', 'sidhistory', 'msexchmailboxguid', 'msexcharchiveguid', 'msexchmasteraccountsid', 'msexchblockedsendershash', 'msexchsaferecipientshash',
  'msexchsafesendershash', 'msrtcsip-originatorsid', 'thumbnailphoto', 'jpegphoto', 'photo', 'usercertificate', 'usersmimecertificate', 'ntsecuritydescriptor', 'logonhours', 'tokengroups',
]);

/** True when an attribute holds bytes, whatever the case of its name. */
export function isBinaryAttribute(name: string): boolean {
  return BINARY.has(name.toLowerCase());
}

/**
 * Reads attributes of a discovered object for an expression: names without regard to case (RFC 4512 2.5), binary as bytes,
 * linked attributes as the names they refer to, `dn` and `distinguishedName` as the object's name, `objectGUID` from its id.
 * @param isBinary what the directory's schema says besides the attributes that are always binary.
 */
export function attributeReader(source: SourceObject, isBinary: (name: string) => boolean = () => false): (name: string) => Value {
  return (name) => {
    const lower = name.toLowerCase();
    if (lower === 'dn' || lower === 'distinguishedname') return source.dn;
    if (lower === 'objectguid') return guidToBytes(source.id) ?? null;
    const values = valuesOf(source.attributes, name) ?? valuesOf(source.links, name) ?? [];
    // Text that is no Base64 was not stored as binary; it comes as it is.
    return fromList(BINARY.has(lower) || isBinary(name) ? values.map((value) => decodeBase64(value) ?? value) : values);
  };
}

/** Parameters that every object has: `Domain.FQDN` of its DN (Entra Connect, declarative provisioning expressions). */
export const OBJECT_PARAMETERS: readonly string[] = ['Domain.FQDN'];

/** Reads parameters for an object; `more` holds those of the pair, such as `Domain.NetBIOS`. */
export function parameterReader(source: SourceObject, more: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => (Object.hasOwn(more, name) ? more[name] : name === 'Domain.FQDN' ? domainOfDn(source.dn) : undefined);
}
