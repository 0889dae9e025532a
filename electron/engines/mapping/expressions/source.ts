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

/**
 * Parameters of an object's own domain, as Entra Connect's connector for Active Directory gives them ("Understanding Declarative Provisioning
 * Expressions", Parameters): `Domain.FQDN` (sales.contoso.com) and `Domain.LDAP` (DC=sales,DC=contoso,DC=com) of its DN, and `Domain.NetBIOS`, which
 * the directory says.
 */
export const OBJECT_PARAMETERS: readonly string[] = ['Domain.FQDN', 'Domain.LDAP', 'Domain.NetBIOS'];

/**
 * Reads parameters for an object; their names are compared without regard to case, because Entra Connect's own rules write them in several ways.
 * @param more those of the pair and the run.
 * @param netBios NetBIOS names by the DNS name of the domain in lower case.
 */
export function parameterReader(source: SourceObject, more: Readonly<Record<string, string>>, netBios: Readonly<Record<string, string>> = {}): (name: string) => string | undefined {
  return (name) => {
    const wanted = name.toLowerCase();
    const given = Object.keys(more).find((one) => one.toLowerCase() === wanted);
    if (given !== undefined) return more[given];
    const domain = domainOfDn(source.dn);
    if (wanted === 'domain.fqdn') return domain;
    if (wanted === 'domain.ldap') return domain.split('.').map((part) => `DC=${part}`).join(',');
    return wanted === 'domain.netbios' && Object.hasOwn(netBios, domain) ? netBios[domain] : undefined;
  };
}
