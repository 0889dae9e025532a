import { badParameter, notSimulated, type ExchangeRefusal } from '../refusal.ts';
import { Arguments, type BoundValue, type Credential, type ListChange } from './arguments.ts';
import type { ParameterRule, ParameterRules, ParameterType } from './cmdlet.ts';

/** PowerShell documentation, about_CommonParameters. */
const COMMON: ParameterRules = Object.fromEntries(['Verbose', 'Debug', 'ErrorAction', 'WarningAction', 'InformationAction', 'ProgressAction', 'ErrorVariable', 'WarningVariable', 'InformationVariable', 'OutVariable', 'OutBuffer', 'PipelineVariable'].map((name) => [name, { type: 'text' } as const]));
/** The same page, "Risk management parameters": cmdlets that write have them. */
const RISK: ParameterRules = { WhatIf: { type: 'switch' }, Confirm: { type: 'switch' } };

/** Bound parameters of one run. */
export interface Bound { readonly arguments: Arguments; readonly set: string; readonly whatIf: boolean }

/**
 * Binds named parameters as PowerShell does: names without regard to case, types converted, one parameter set. Prefixes and aliases
 * of names are not taken.
 * @param given parameters as JSON.
 * @throws ExchangeRefusal 400.
 */
export function bindParameters(rules: ParameterRules, defaultSet: string | undefined, given: Readonly<Record<string, unknown>>, writes: boolean): Bound {
  const spellings = new Map(Object.keys({ ...COMMON, ...(writes ? RISK : {}), ...rules }).map((name) => [name.toLowerCase(), name]));
  const values = new Map<string, BoundValue>();
  let whatIf = false;
  for (const [key, value] of Object.entries(given)) {
    if (key.toLowerCase().endsWith('@odata.type')) continue;
    const name = spellings.get(key.toLowerCase());
    if (name === undefined) throw badParameter(`A parameter cannot be found that matches parameter name '${key}'.`);
    if (values.has(name)) throw badParameter(`Cannot bind parameter because parameter '${name}' is specified more than once.`);
    const rule = rules[name];
    if (rule?.offered === false) throw notSimulated(`the parameter ${name}`);
    if (rule) {
      const bound = convert(name, rule, value);
      // A switch that is off is as good as absent.
      if (bound === false && rule.type === 'switch') continue;
      values.set(name, bound);
    } else if (name === 'WhatIf') whatIf = convert(name, { type: 'switch' }, value) === true;
  }
  const set = chooseSet(rules, defaultSet, new Set(values.keys()));
  return { arguments: new Arguments(values), set, whatIf };
}

/** The parameter set that the given parameters leave. */
function chooseSet(rules: ParameterRules, defaultSet: string | undefined, given: ReadonlySet<string>): string {
  const all = [...new Set(Object.values(rules).flatMap((r) => r.sets ?? []))];
  const possible = all.filter((set) => [...given].every((name) => rules[name]?.sets?.includes(set) ?? true));
  if (all.length > 0 && possible.length === 0) throw badParameter('Parameter set cannot be resolved using the specified named parameters.');
  const missingIn = (set: string): string[] => Object.entries(rules).filter(([name, rule]) => isMandatory(rule, set) && !given.has(name)).map(([name]) => name);
  const sets = possible.length > 0 ? possible : [''];
  const complete = sets.filter((set) => missingIn(set).length === 0);
  const meant = (list: readonly string[]): string | undefined => (defaultSet !== undefined && list.includes(defaultSet) ? defaultSet : list[0]);
  const chosen = meant(complete);
  if (chosen !== undefined) return chosen;
  throw badParameter(`Cannot process command because of one or more missing mandatory parameters: ${missingIn(meant(sets) ?? '').join(' ')}.`);
}

function isMandatory(rule: ParameterRule, set: string): boolean {
  const { mandatory = false } = rule;
  return typeof mandatory === 'boolean' ? mandatory && (rule.sets === undefined || rule.sets.includes(set)) : mandatory.includes(set);
}

const GUID = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;
const NET_TYPE: Readonly<Record<Extract<ParameterType, string>, string>> = {
  text: 'System.String', number: 'System.Int32', guid: 'System.Guid', flag: 'System.Boolean', switch: 'System.Management.Automation.SwitchParameter', texts: 'Microsoft.Exchange.Data.MultiValuedProperty`1[System.String]',
  list: 'Microsoft.Exchange.Data.MultiValuedProperty`1[System.String]', bytes: 'System.Byte[]', size: 'Microsoft.Exchange.Data.Unlimited`1[Microsoft.Exchange.Data.ByteQuantifiedSize]',
  'result size': 'Microsoft.Exchange.Data.Unlimited`1[System.UInt32]', password: 'System.Security.SecureString', credential: 'System.Management.Automation.PSCredential',
};

function convert(name: string, rule: ParameterRule, value: unknown): BoundValue {
  const { type } = rule;
  const clears = typeof type !== 'string' || ['text', 'guid', 'texts', 'list', 'bytes', 'size'].includes(type);
  if (value === null) {
    if (clears && rule.mandatory !== true) return null;
    throw badParameter(`Cannot bind argument to parameter '${name}' because it is null.`);
  }
  const converted = convertTo(type, value);
  if (converted === undefined) throw cannotConvert(name, type, value);
  if (converted === '' && rule.mandatory === true) throw badParameter(`Cannot bind argument to parameter '${name}' because it is an empty string.`);
  const texts = typeof converted === 'string' ? [converted] : [];
  if (rule.max !== undefined && texts.some((text) => text.length > (rule.max ?? 0))) {
    throw badParameter(`Cannot process argument transformation on parameter '${name}'. The length of the property is too long. The maximum length is ${rule.max} and the length of the value provided is ${texts[0]?.length ?? 0}.`);
  }
  return converted;
}

function convertTo(type: ParameterType, value: unknown): BoundValue | undefined {
  if (typeof type !== 'string') return typeof value === 'string' ? type.find((one) => one.toLowerCase() === value.toLowerCase()) : undefined;
  switch (type) {
    case 'text': case 'password': return typeof value === 'string' ? value : typeof value === 'number' || (type === 'text' && typeof value === 'boolean') ? String(value) : undefined;
    case 'guid': return typeof value === 'string' ? GUID.exec(value)?.[1]?.toLowerCase() : undefined;
    case 'number': return wholeNumber(value);
    case 'result size': return typeof value === 'string' && value.toLowerCase() === 'unlimited' ? Infinity : positive(wholeNumber(value));
    case 'flag': case 'switch': return truth(value);
    case 'texts': return textsOf(value);
    case 'list': return listChange(value);
    case 'bytes': return typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0 ? Buffer.from(value, 'base64') : undefined;
    case 'credential': return credentialOf(value);
    case 'size': return typeof value === 'string' ? sizeText(value) : undefined;
  }
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) <= 0x7fffffff ? number : undefined;
}
const positive = (value: number | undefined): number | undefined => (value !== undefined && value > 0 ? value : undefined);

/** A Boolean takes Booleans and numbers (PowerShell documentation, about_Booleans); JSON callers also send the words. */
function truth(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  return typeof value === 'string' && /^\$?(true|false)$/i.test(value) ? value.toLowerCase().endsWith('true') : undefined;
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every((one) => typeof one === 'string') ? list : undefined;
}

function listChange(value: unknown): ListChange | undefined {
  if (typeof value !== 'object' || Array.isArray(value) || value === null) {
    const replace = textsOf(value);
    return replace && { replace };
  }
  const parts = new Map(Object.entries(value).map(([key, one]) => [key.toLowerCase(), one as unknown]));
  const type = parts.get('@odata.type');
  parts.delete('@odata.type');
  for (const key of parts.keys()) if (key.endsWith('@odata.type')) parts.delete(key);
  // A hash table without its type is taken for an object of no known type.
  if (type !== '#Exchange.GenericHashTable' || parts.size === 0 || [...parts.keys()].some((key) => key !== 'add' && key !== 'remove')) return undefined;
  const add = textsOf(parts.get('add') ?? []);
  const remove = textsOf(parts.get('remove') ?? []);
  return add && remove && { add, remove };
}

/** "25 MB", "26214400", "unlimited" in the form Exchange shows (cmdlet reference, Set-Mailbox, MaxSendSize). */
function sizeText(value: string): string | undefined {
  if (value.toLowerCase() === 'unlimited') return 'Unlimited';
  const match = /^(\d+(?:\.\d+)?) ?(B|KB|MB|GB|TB)?(?: \([\d,]+ bytes\))?$/i.exec(value.trim());
  if (!match) return undefined;
  const unit = (match[2] ?? 'B').toUpperCase();
  const bytes = Math.round(Number(match[1]) * 1024 ** ['B', 'KB', 'MB', 'GB', 'TB'].indexOf(unit));
  const shown = ['TB', 'GB', 'MB', 'KB'].map((u, i) => ({ u, size: 1024 ** (4 - i) })).find(({ size }) => bytes >= size) ?? { u: 'B', size: 1 };
  return `${Number((bytes / shown.size).toPrecision(4))} ${shown.u} (${bytes.toLocaleString('en-US')} bytes)`;
}

/** The hash table of a PSCredential. */
function credentialOf(value: unknown): Credential | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const parts = new Map(Object.entries(value).map(([key, one]) => [key.toLowerCase(), one as unknown]));
  const [username, password] = [parts.get('username'), parts.get('password')];
  if (parts.get('@odata.type') !== '#Exchange.GenericHashTable' || parts.size !== 3 || typeof username !== 'string' || typeof password !== 'string') return undefined;
  return username === '' || password === '' ? undefined : { username, password };
}

function cannotConvert(name: string, type: ParameterType, value: unknown): ExchangeRefusal {
  // A secret is never repeated, however wrong its form is.
  const shown = type === 'credential' || type === 'password' ? 'System.Object' : typeof value === 'string' ? value : JSON.stringify(value);
  const start = `Cannot process argument transformation on parameter '${name}'. Cannot convert value "${shown.slice(0, 200)}" to type`;
  if (typeof type !== 'string') {
    return badParameter(`${start} "Microsoft.Exchange.Data.${name}". Error: "Unable to match the identifier name ${shown.slice(0, 200)} to a valid enumerator name. Specify one of the following enumerator names and try again: ${type.join(', ')}"`);
  }
  const more = type === 'flag' ? ' Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.' : '';
  return badParameter(`${start} "${NET_TYPE[type]}".${more}`);
}
