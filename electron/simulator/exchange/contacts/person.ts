import type { Directory, View } from '../../directory/directory.ts';
import { textOf, type Properties } from '../../directory/objects.ts';
import type { CmdletCall, ParameterRules, Row } from '../cmdlet/cmdlet.ts';
import { facetOf, type FacetChanges } from '../recipients/facet.ts';
import { referenceName } from '../recipients/identity.ts';
import { countryName } from './countries.ts';

/** Parameter of Set-Contact, property of Graph's orgContact, longest value (Active Directory schema documentation, rangeUpper of the attribute). */
const TEXTS = [['FirstName', 'givenName', 64], ['LastName', 'surname', 64], ['Company', 'companyName', 64], ['Department', 'department', 64], ['Title', 'jobTitle', 128]] as const;
/** The same of the one address that a contact has (Graph documentation, orgContact resource, addresses). */
const ADDRESS = [['Office', 'officeLocation', 128], ['StreetAddress', 'street', 1024], ['City', 'city', 128], ['StateOrProvince', 'state', 128], ['PostalCode', 'postalCode', 40], ['CountryOrRegion', 'countryOrRegion', 128]] as const;
/** The same of phones: one of each type (Graph documentation, orgContact resource, phones). */
const PHONES = [['Phone', 'business', 64], ['MobilePhone', 'mobile', 64], ['Fax', 'businessFax', 64]] as const;
/** What Graph does not show; Exchange keeps it under the name in the facet. */
const HIDDEN = [['Initials', 6], ['Notes', 1024], ['HomePhone', 64], ['Pager', 64], ['AssistantName', 256], ['WebPage', 2048], ['SimpleDisplayName', 256], ['PhoneticDisplayName', 256], ['TelephoneAssistant', 256]] as const;

const stored = (parameter: string): string => `${parameter.charAt(0).toLowerCase()}${parameter.slice(1)}`;

/** Parameters that describe a person. */
export const PERSON: ParameterRules = Object.fromEntries([...TEXTS.map(([name, , max]) => [name, max] as const), ...ADDRESS.map(([name, , max]) => [name, max] as const), ...PHONES.map(([name, , max]) => [name, max] as const), ...HIDDEN]
  .map(([name, max]) => [name, { type: 'text', max } as const]));

type Address = Readonly<Record<string, string | null>>;
type Phone = { readonly type: string; readonly number: string | null };

const addressOf = (properties: Properties): Address => ((properties['addresses'] as readonly Address[] | undefined) ?? [])[0] ?? {};
const phonesOf = (properties: Properties): readonly Phone[] => (properties['phones'] as readonly Phone[] | undefined) ?? [];

/**
 * Reads {@link PERSON} against the properties as written; an empty text clears. The address and the phones go where Graph shows them.
 * @throws ExchangeRefusal 400 for a country that is none.
 */
export function personEdits(call: CmdletCall, before: Properties): { readonly properties: Readonly<Record<string, unknown>>; readonly facet: FacetChanges } {
  const { arguments: given } = call;
  const value = (name: string): string | null => given.text(name) || null;
  const properties: Record<string, unknown> = {};
  for (const [name, property] of TEXTS) if (given.has(name)) properties[property] = value(name);
  const parts = ADDRESS.filter(([name]) => given.has(name));
  if (parts.length > 0) {
    const address = { ...Object.fromEntries(ADDRESS.map(([, part]) => [part, null])), ...addressOf(before), ...Object.fromEntries(parts.map(([name, part]) => [part, name === 'CountryOrRegion' && value(name) !== null ? countryName(value(name) ?? '') : value(name)])) };
    properties['addresses'] = Object.values(address).some((part) => part !== null) ? [address] : null;
  }
  const numbers = PHONES.filter(([name]) => given.has(name));
  if (numbers.length > 0) {
    const changed = numbers.map(([, type]): string => type);
    const phones = [...phonesOf(before).filter((phone) => !changed.includes(phone.type)), ...numbers.flatMap(([name, type]) => { const number = value(name); return number === null ? [] : [{ type, number }]; })]
      .toSorted((a, b) => order(a) - order(b));
    properties['phones'] = phones.length > 0 ? phones : null;
  }
  return { properties, facet: Object.fromEntries(HIDDEN.filter(([name]) => given.has(name)).map(([name]) => [stored(name), value(name) ?? undefined])) };
}

const order = (phone: Phone): number => ['mobile', 'business', 'businessFax'].indexOf(phone.type);

/** Values of the person behind a contact as the Get cmdlets show them. */
export function contactPersonRow(view: View, directory: Directory): Row {
  const address = addressOf(view.properties);
  const phones = phonesOf(view.properties);
  const facet = facetOf(view);
  return {
    ...Object.fromEntries(TEXTS.map(([name, property]) => [name, textOf(view, property) ?? ''])), ...Object.fromEntries(ADDRESS.map(([name, part]) => [name, address[part] ?? (name === 'CountryOrRegion' ? null : '')])),
    ...Object.fromEntries(PHONES.map(([name, type]) => [name, phones.find((phone) => phone.type === type)?.number ?? ''])), ...Object.fromEntries(HIDDEN.map(([name]) => [name, facet[stored(name)] ?? ''])),
    Manager: view.manager === null ? null : referenceName(directory, view.manager) ?? null,
  };
}
