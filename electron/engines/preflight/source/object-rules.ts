import { firstOf, valuesOf } from '../../../../shared/rules/attributes.ts';
import { countryCode, usageLocationOf } from '../../../../shared/rules/country.ts';
import { targetAttribute } from '../../../../shared/rules/target-attributes.ts';
import { GROUP_GROWTH_LIMIT, GROUP_SIZE_LIMIT, isSystemAccount } from '../limits.ts';
import { ALL_KINDS, commonName } from './builders.ts';
import { cutTo } from './text.ts';
import type { ObjectRule } from './types.ts';

/** "About 300" is the number that Microsoft calls safe; beyond it the object is refused as too large. */
const MOST_ADDRESSES = targetAttribute('user', 'proxyAddresses')?.maxValues ?? 300;

/** Rules about whole objects: what is absent, how much there is, and what it is called. */
export const OBJECT_RULES: readonly ObjectRule[] = [
  {
    id: 'displayName-blank', attribute: 'displayName', kinds: ALL_KINDS, severity: 'error', error: 'Blank', source: 'IdFix 2.6.0.3, multi-tenant rules',
    check: (object) => {
      if (firstOf(object.attributes, 'displayName') !== undefined) return null;
      const name = cutTo(commonName(object), 256);
      return { value: valuesOf(object.attributes, 'displayName')?.[0] ?? '', message: 'displayName is blank, and Microsoft 365 needs one.', proposal: name === '' ? null : name };
    },
  },
  {
    id: 'proxyAddresses-count', attribute: 'proxyAddresses', kinds: ALL_KINDS, severity: 'error', error: 'Count', source: 'Microsoft Entra, "Troubleshoot errors during synchronization": LargeObject',
    check: (object) => {
      const count = valuesOf(object.attributes, 'proxyAddresses')?.length ?? 0;
      return count <= MOST_ADDRESSES ? null : { value: `${count} values`, message: `proxyAddresses has ${count} values, ${MOST_ADDRESSES} are allowed; remove those that nobody uses.`, proposal: null };
    },
  },
  {
    id: 'member-count', attribute: 'member', kinds: ['group'], severity: 'error', error: 'Count', source: 'Entra Connect, V2 endpoint: group membership limit',
    check: (object) => {
      const count = valuesOf(object.links, 'member')?.length ?? 0;
      return count <= GROUP_SIZE_LIMIT ? null : { value: `${count} members`, message: `The group has ${count} members, ${GROUP_SIZE_LIMIT} are allowed; divide it.`, proposal: null };
    },
  },
  {
    id: 'member-growth', attribute: 'member', kinds: ['group'], severity: 'warning', error: 'Count', source: 'Entra Connect, default rules "Out to AAD - Group Join": memberCount LESSTHAN 50000; Entra Cloud Sync, supported limits',
    check: (object) => {
      const count = valuesOf(object.links, 'member')?.length ?? 0;
      if (count <= GROUP_GROWTH_LIMIT || count > GROUP_SIZE_LIMIT) return null;
      return { value: `${count} members`, message: `The group has ${count} members. A directory synchronisation that takes over later may stop updating groups of more than ${GROUP_GROWTH_LIMIT}: Entra Cloud Sync does, Entra Connect with its first endpoint too.`, proposal: null };
    },
  },
  {
    id: 'name-reserved', attribute: 'sAMAccountName', kinds: ['user'], severity: 'error', error: 'Reserved', source: 'IdFix 2.6.0.3, list of objects that are skipped',
    check: (object) => {
      const account = firstOf(object.attributes, 'sAMAccountName') ?? object.name;
      return isSystemAccount(account) || isSystemAccount(object.name) ? { value: account, message: 'Exchange or Windows made this account for itself; it is of no use in Microsoft 365. Take it out of the collection.', proposal: null } : null;
    },
  },
  {
    id: 'usageLocation', attribute: 'msExchUsageLocation', kinds: ['user'], severity: 'warning', error: 'Blank', source: 'Graph documentation, user resource: usageLocation is needed before a licence can be given',
    check: (object, context) => {
      if (usageLocationOf(object.attributes, context.countryCode) !== undefined) return null;
      const [wrong] = ['msExchUsageLocation', 'c'].flatMap((name) => { const code = firstOf(object.attributes, name); return code === undefined || countryCode(code) !== undefined ? [] : [{ name, code }]; });
      const message = wrong === undefined ? 'No country is known of the user, so no licence can be given. Set c, or choose a country for the migration.' : `${wrong.code} (${wrong.name}) is no country code of ISO 3166-1, so no licence can be given. Correct it, or choose a country for the migration.`;
      // A decision takes the place of the value of the finding's own attribute.
      return { value: wrong?.name === 'msExchUsageLocation' ? wrong.code : '', severity: context.licenceWanted ? 'error' : 'warning', message, proposal: null };
    },
  },
];
