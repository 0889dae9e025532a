import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { isBinaryAttribute, OBJECT_PARAMETERS, readExpression, type ExpressionInput, type ReadExpression } from '../engines/mapping/index.ts';
import { domainOfDn } from '../../shared/rules/dn.ts';
import { directoryNames } from './directory-names.ts';
import type { DirectorySchema } from '../engines/directory/index.ts';
import type { MigrationSettings } from '../../shared/domain/settings.ts';
import type { Services } from './services.ts';

/** Parameters of the pair and the run besides those that every object has. */
const RUN_PARAMETERS = ['Forest.FQDN', 'Forest.LDAP', 'Forest.NetBIOS', 'Tenant.InitialDomain', 'Migration.UpnSuffix', 'Migration.CountryCode'] as const;
/** Every `%Parameter%` that an expression may name. */
export const EXPRESSION_PARAMETERS: readonly string[] = [...OBJECT_PARAMETERS, ...RUN_PARAMETERS];

/** Largest number below which `randomInt` takes a limit (Node documentation, crypto.randomInt: range below 2^48). */
const RANDOM_MOST = 2 ** 48 - 1;

/** What a source attribute holds, as the directory's schema tells it. */
export const AttributeType = z.enum(['text', 'integer', 'boolean', 'binary', 'date']);
type AttributeType = z.output<typeof AttributeType>;
const Types = z.record(z.string(), AttributeType);

/** Name of the pair's setting. */
const SETTING = 'source attribute types';
const TYPES: Readonly<Record<DirectorySchema['attributes'][number]['syntax'], AttributeType>> = {
  caseIgnore: 'text', caseExact: 'text', dn: 'text', binary: 'binary', integer: 'integer', boolean: 'boolean', time: 'date', sid: 'binary', securityDescriptor: 'binary',
};

/** Keeps what the directory's schema says of the attributes that discovery asks for. */
export async function keepAttributeTypes(services: Services, pairId: string, schema: DirectorySchema, names: readonly string[]): Promise<void> {
  const known = Object.fromEntries(names.flatMap((name) => { const about = schema.attribute(name); return about === undefined ? [] : [[name.toLowerCase(), TYPES[about.syntax]]]; }));
  await services.store.pairSettings.set(pairId, SETTING, { ...await attributeTypes(services, pairId), ...known });
}

/** By lower-case name; empty before the first discovery. */
export async function attributeTypes(services: Pick<Services, 'store'>, pairId: string): Promise<Readonly<Record<string, AttributeType>>> {
  const read = Types.safeParse(await services.store.pairSettings.get(pairId, SETTING) ?? {});
  return read.success ? read.data : {};
}

/**
 * What expressions may use besides the object, for one plan or one look: one moment, one reading of each text.
 * Parameters: `Domain.FQDN`, `Domain.LDAP` and `Domain.NetBIOS` of each object, `Forest.FQDN`, `Forest.LDAP` and `Forest.NetBIOS` as discovery read them, `Tenant.InitialDomain` (contoso.onmicrosoft.com), and the answers of the run, `Migration.UpnSuffix` and
 * `Migration.CountryCode`; the last two are the empty text when the run names none.
 */
export async function expressionInput(services: Services, pairId: string, view: { readonly initialDomain: string }, settings: Pick<MigrationSettings, 'upnSuffix' | 'countryCode'>): Promise<ExpressionInput> {
  const types = await attributeTypes(services, pairId);
  const { forest, netBios } = await directoryNames(services, pairId);
  const root = domainOfDn(forest);
  const known = new Map<string, ReadExpression>();
  return {
    now: services.now(), random: (limit) => randomInt(Math.max(1, Math.min(limit, RANDOM_MOST))),
    netBios,
    parameters: {
      ...(forest === '' ? {} : { 'Forest.FQDN': root, 'Forest.LDAP': forest }), ...(netBios[root] === undefined ? {} : { 'Forest.NetBIOS': netBios[root] }),
      'Tenant.InitialDomain': view.initialDomain, 'Migration.UpnSuffix': settings.upnSuffix.trim().replace(/^@/, ''), 'Migration.CountryCode': settings.countryCode,
    } satisfies Partial<Record<(typeof RUN_PARAMETERS)[number], string>>,
    read: (text) => {
      const before = known.get(text);
      if (before !== undefined) return before;
      const read = readExpression(text);
      known.set(text, read);
      return read;
    },
    isBinary: (name) => isBinaryAttribute(name) || types[name.toLowerCase()] === 'binary',
  };
}
