import { describe, expect, test } from 'vitest';
import { attributeReader, evaluateExpression, isBinaryAttribute, parameterReader, readExpression } from '../../../electron/engines/mapping/index.ts';
import type { Outcome } from '../../../electron/engines/mapping/index.ts';
import type { Attributes, SourceObject } from '../../../shared/domain/objects.ts';

const source = (attributes: Attributes, dn = 'CN=Ann,OU=Staff,DC=corp,DC=local'): SourceObject => ({
  id: '12345678-1234-1234-1234-1234567890ab', kind: 'user', dn, name: 'Ann', attributes, links: { manager: ['CN=Boss,DC=corp,DC=local'] },
});
function flow(text: string, object: SourceObject): Outcome {
  const read = readExpression(text);
  if (!read.ok) throw new Error(`${text}: ${read.problems[0]?.message}`);
  return evaluateExpression(read.expression, { attribute: attributeReader(object), parameter: parameterReader(object, {}), now: 0, random: () => 0 });
}
const value = (...values: readonly string[]): Outcome => ({ kind: 'value', values, redacted: false });
const NONE: Outcome = { kind: 'nothing' };

/** The flows of the default rules of Microsoft Entra Connect that use functions (github.com/microsoft/AADConnectConfigDocumenter, exported rules). */
const FIRST = 'IIF(IsNullOrEmpty([description]),NULL,Left(Trim(Item([description],1)),448))';
const UPN = 'IIF(IsPresent([userPrincipalName]),[userPrincipalName], IIF(IsPresent([sAMAccountName]),([sAMAccountName]&"@"&%Domain.FQDN%),Error("AccountName is not present")))';
const ANCHOR = 'IIF([msExchRecipientTypeDetails]=2,NULL,IIF(IsPresent([mS-DS-ConsistencyGuid]),ConvertToBase64([mS-DS-ConsistencyGuid]),ConvertToBase64([objectGUID])))';
const FILTERED = 'IIF(IsPresent([isCriticalSystemObject]) || IsPresent([sAMAccountName]) = False || [sAMAccountName] = "SUPPORT_388945a0" || Left([mailNickname], 14) = "SystemMailbox{" || Left([sAMAccountName], 4) = "AAD_" || (Left([mailNickname], 4) = "CAS_" && (InStr([mailNickname], "}") > 0)) || (Left([sAMAccountName], 4) = "CAS_" && (InStr([sAMAccountName], "}")> 0)) || Left([sAMAccountName], 5) = "MSOL_" || CBool(IIF(IsPresent([msExchRecipientTypeDetails]),BitAnd([msExchRecipientTypeDetails],&H21C07000) > 0,NULL)) || CBool(InStr(DNComponent(CRef([dn]),1),"\\\\0ACNF:")>0), True, NULL)';
const MAILED = 'IIF(IsPresent([proxyAddresses]) && Contains([proxyAddresses], "SMTP:") > 0 && InStr(Item([proxyAddresses], Contains([proxyAddresses], "SMTP:")), "@") > 0 || InStr([mail], "@") > 0, True, False)';

describe('default flows of Entra Connect', () => {
  test.each<readonly [string, string, Attributes, Outcome]>([
    ['Trim of a name', 'Trim([givenName])', { givenName: [' Ann '] }, value('Ann')],
    ['Trim of nothing', 'Trim([givenName])', {}, NONE],
    ['first value, 448 characters', FIRST, { description: [` ${'x'.repeat(500)} `, 'second'] }, value('x'.repeat(448))],
    ['first value, absent', FIRST, {}, NONE],
    ['info', 'Left(Trim([info]),448)', { info: ['  hello '] }, value('hello')],
    ['displayName', 'IIF(IsNullOrEmpty([displayName]),[cn],[displayName])', { cn: ['Ann'] }, value('Ann')],
    ['displayName, present', 'IIF(IsNullOrEmpty([displayName]),[cn],[displayName])', { cn: ['Ann'], displayName: ['Ann Lee'] }, value('Ann Lee')],
    ['proxyAddresses', 'RemoveDuplicates(Trim(ImportedValue("proxyAddresses")))', { proxyAddresses: [' SMTP:a@x', 'SMTP:a@x ', 'smtp:b@x'] }, value('SMTP:a@x', 'smtp:b@x')],
    ['userPrincipalName', UPN, { userPrincipalName: ['ann@x'] }, value('ann@x')],
    ['userPrincipalName from the account', UPN, { sAMAccountName: ['ann'] }, value('ann@corp.local')],
    ['accountEnabled', 'IIF(BitAnd([userAccountControl],2)=0,True,False)', { userAccountControl: ['512'] }, value('True')],
    ['accountEnabled, disabled', 'IIF(BitAnd([userAccountControl],2)=0,True,False)', { userAccountControl: ['514'] }, value('False')],
    ['securityEnabled', 'CBool(BitAnd([groupType],-2147483648))', { groupType: ['-2147483646'] }, value('True')],
    ['securityEnabled, distribution', 'CBool(BitAnd([groupType],-2147483648))', { groupType: ['8'] }, value('False')],
    ['pwdLastSet', 'IIF(IsNullOrEmpty([pwdLastSet]),NULL,CStr(FormatDateTime(DateFromNum([pwdLastSet]),"yyyyMMddHHmmss.0Z")))', { pwdLastSet: ['132772253564048004'] }, value('20210927140916.0Z')],
    ['countryCode, absent', 'IIF(IsPresent([countryCode]),[countryCode],IgnoreThisFlow)', {}, { kind: 'ignore' }],
    ['countryCode', 'IIF(IsPresent([countryCode]),[countryCode],IgnoreThisFlow)', { countryCode: ['840'] }, value('840')],
    ['sourceAnchor', ANCHOR, {}, value('eFY0EjQSNBISNBI0VniQqw==')],
    ['sourceAnchor from ConsistencyGuid', ANCHOR, { 'mS-DS-ConsistencyGuid': ['AAECAwQFBgcICQoLDA0ODw=='] }, value('AAECAwQFBgcICQoLDA0ODw==')],
    ['sourceAnchor of a linked mailbox', ANCHOR, { msExchRecipientTypeDetails: ['2'] }, NONE],
    ['cloud name', '"CN={" & ConvertToUTF8Hex([anchor]) & "}"', { anchor: ['eFY='] }, value('CN={6546593D}')],
    ['mailEnabled', MAILED, { proxyAddresses: ['smtp:b@x', 'SMTP:a@x'] }, value('True')],
    ['mailEnabled, only lower case', MAILED, { proxyAddresses: ['smtp:b@x'] }, value('False')],
    ['mailEnabled, by mail', MAILED, { mail: ['a@x'] }, value('True')],
    ['cloudFiltered: a usual user', FILTERED, { sAMAccountName: ['ann'] }, NONE],
    ['cloudFiltered: a health account', FILTERED, { sAMAccountName: ['SUPPORT_388945a0'] }, value('True')],
    ['cloudFiltered: similar, not the same', FILTERED, { sAMAccountName: ['SUPPORT_1'] }, NONE],
    ['cloudFiltered: no account name', FILTERED, {}, value('True')],
    ['cloudFiltered: system mailbox', FILTERED, { sAMAccountName: ['x'], mailNickname: ['SystemMailbox{1}'] }, value('True')],
    ['cloudFiltered: arbitration', FILTERED, { sAMAccountName: ['x'], msExchRecipientTypeDetails: ['8388608'] }, value('True')],
    ['cloudFiltered: shared mailbox', FILTERED, { sAMAccountName: ['x'], msExchRecipientTypeDetails: ['4'] }, NONE],
    ['cloudFiltered: CAS_ without a brace', FILTERED, { sAMAccountName: ['CAS_1'] }, NONE],
    ['cloudFiltered: CAS_ with a brace', FILTERED, { sAMAccountName: ['CAS_{1}'] }, value('True')],
    ['SID', 'StringFromSid([objectSid])', { objectSid: ['AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAA9AEAAA=='] }, value('S-1-5-21-1-2-3-500')],
    ['a reference', '[manager]', {}, value('CN=Boss,DC=corp,DC=local')],
    ['names in another case', '[GIVENNAME]', { givenName: ['Ann'] }, value('Ann')],
  ])('%s', (_, text, attributes, expected) => { expect(flow(text, source(attributes))).toEqual(expected); });

  test('an account without any name is an error with the rule’s own words', () => {
    expect(flow(UPN, source({}))).toMatchObject({ kind: 'failed', problem: { message: 'AccountName is not present', offset: UPN.indexOf('Error') } });
  });
  test('a replication conflict is filtered', () => {
    expect(flow(FILTERED, source({ sAMAccountName: ['ann'] }, 'CN=Ann\\0ACNF:12345678-1234-1234-1234-1234567890ab,DC=corp,DC=local'))).toEqual(value('True'));
  });
  test('what an expression reads and does is known beforehand', () => {
    const explained = (text: string): unknown => { const read = readExpression(text); return read.ok ? read.expression.explanation : read.problems; };
    expect(explained(UPN)).toEqual({ attributes: ['userPrincipalName', 'sAMAccountName'], parameters: ['Domain.FQDN'], functions: ['IIF', 'IsPresent', 'Error'], repeatable: true, onlyOnCreation: false, steersFlow: false });
    expect(explained('SelectUniqueValue(ImportedValue("a"), Guid())')).toMatchObject({ attributes: ['a'], repeatable: false, onlyOnCreation: true });
    expect(explained('IgnoreFlowIfNullOrEmpty([a])')).toMatchObject({ steersFlow: true });
  });
  test('binary attributes are known by name in any case', () => {
    expect(['objectGUID', 'ObjectSID', 'mail'].map(isBinaryAttribute)).toEqual([true, true, false]);
  });
});
