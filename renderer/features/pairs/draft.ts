import { z } from 'zod';
import type { Pair, PairInput } from '../../../shared/contracts/pairs.ts';
import { CountryCode, UpnSuffix } from '../../../shared/contracts/values.ts';
import { DEFAULT_SCHEMA_TEMPLATE } from '../../../shared/domain/rules.ts';
import { CLOUDS, DISTRIBUTION_GROUP_CHOICES, SIGN_IN_METHODS } from '../../../shared/domain/settings.ts';

const NEEDED = 'must not be empty';

/** What the forms of a migration pair hold: flat, every field a text or a choice. */
export const PairDraftSchema = z.object({
  name: z.string().trim().min(1, NEEDED).max(128, 'must have at most 128 characters'),
  sourceKind: z.enum(['ldap', 'ldif']),
  domain: z.string(), servers: z.string(), security: z.enum(['ldaps', 'starttls', 'plain']), caFile: z.string(), username: z.string(), password: z.string(), baseDn: z.string(),
  ldifFile: z.string(),
  targetKind: z.enum(['tenant', 'simulated']),
  simulatedBy: z.enum(['stateFile', 'origin']), simulated: z.string(),
  cloud: z.enum(CLOUDS), tenantId: z.string(), clientId: z.string(), signIn: z.enum(SIGN_IN_METHODS), certificateFile: z.string(), secret: z.string(), readOnly: z.boolean(),
  redirectionDomain: z.string().max(255, 'must have at most 255 characters'), upnSuffix: UpnSuffix, countryCode: CountryCode, distributionGroups: z.enum(DISTRIBUTION_GROUP_CHOICES),
  schemaTemplate: z.string(),
}).superRefine((draft, context) => {
  const need = (field: keyof typeof draft, message = NEEDED): void => { if (String(draft[field]).trim() === '') context.addIssue({ code: 'custom', path: [field], message }); };
  if (draft.sourceKind === 'ldif') need('ldifFile');
  else {
    need('username');
    if (serversOf(draft.servers).length === 0) need('domain', 'name the domain, or at least one server');
  }
  if (draft.targetKind === 'tenant') {
    need('tenantId');
    need('clientId');
    if (draft.signIn === 'certificate') need('certificateFile');
  } else if (draft.simulatedBy === 'origin') {
    need('tenantId');
    need('clientId');
    if (!/^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/.test(draft.simulated)) context.addIssue({ code: 'custom', path: ['simulated'], message: 'must be a loopback address, for example http://127.0.0.1:4710' });
  } else need('simulated');
});
/** The forms' values. */
export type PairDraft = z.input<typeof PairDraftSchema>;

/** Fields of each page, checked when the page is left. */
export const PAGE_FIELDS = {
  name: ['name'],
  source: ['sourceKind', 'domain', 'servers', 'security', 'caFile', 'username', 'password', 'baseDn', 'ldifFile'],
  target: ['targetKind', 'simulatedBy', 'simulated', 'cloud', 'tenantId', 'clientId', 'signIn', 'certificateFile', 'secret', 'readOnly'],
  defaults: ['redirectionDomain', 'upnSuffix', 'countryCode', 'distributionGroups', 'schemaTemplate'],
} as const satisfies Readonly<Record<string, readonly (keyof PairDraft)[]>>;

/** A new pair before anything was typed. */
export const EMPTY_DRAFT: PairDraft = {
  name: '', sourceKind: 'ldap', domain: '', servers: '', security: 'ldaps', caFile: '', username: '', password: '', baseDn: '', ldifFile: '',
  targetKind: 'tenant', simulatedBy: 'stateFile', simulated: '', cloud: 'global', tenantId: '', clientId: '', signIn: 'client secret', certificateFile: '', secret: '', readOnly: false,
  redirectionDomain: '', upnSuffix: '', countryCode: '', distributionGroups: 'distribution group', schemaTemplate: DEFAULT_SCHEMA_TEMPLATE,
};

/** Server names of a list that is separated by commas, spaces or line ends. */
export function serversOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((name) => name !== '');
}

/** The forms' values of an existing pair. Secrets are never sent back: empty means unchanged. */
export function draftOf(pair: Pair): PairDraft {
  const { source, target, defaults } = pair;
  return {
    ...EMPTY_DRAFT, name: pair.name, sourceKind: source.kind,
    ...(source.kind === 'ldif' ? { ldifFile: source.file } : {
      domain: source.domain, servers: source.servers.join(', '), security: source.security, caFile: source.caFile ?? '', username: source.username, baseDn: source.baseDn,
    }),
    targetKind: target.simulated ? 'simulated' : 'tenant',
    ...(target.simulated ? 'origin' in target.simulated ? { simulatedBy: 'origin' as const, simulated: target.simulated.origin } : { simulatedBy: 'stateFile' as const, simulated: target.simulated.stateFile } : {}),
    cloud: target.cloud, tenantId: target.tenantId, clientId: target.clientId, signIn: target.signIn, certificateFile: target.certificateFile ?? '', readOnly: target.readOnly,
    redirectionDomain: pair.redirectionDomain, ...defaults, schemaTemplate: pair.schemaTemplate,
  };
}

/**
 * What the host is sent.
 * @param before the pair that is changed; null for a new one. Its secret references are kept.
 */
export function inputOf(draft: PairDraft, before: Pair | null): PairInput {
  const isSimulated = draft.targetKind === 'simulated';
  const sourceRef = before?.source.kind === 'ldap' ? before.source.secretRef : '';
  return {
    name: draft.name,
    source: draft.sourceKind === 'ldif' ? { kind: 'ldif', file: draft.ldifFile.trim() } : {
      kind: 'ldap', domain: draft.domain, servers: serversOf(draft.servers), security: draft.security, caFile: draft.caFile.trim() || null, username: draft.username, secretRef: sourceRef, baseDn: draft.baseDn.trim(),
    },
    target: {
      cloud: isSimulated ? 'global' : draft.cloud, tenantId: draft.tenantId.trim() || 'simulated', clientId: draft.clientId.trim() || 'simulated', signIn: isSimulated ? 'client secret' : draft.signIn,
      secretRef: before?.target.secretRef ?? '', certificateFile: isSimulated ? null : draft.certificateFile.trim() || null, readOnly: draft.readOnly,
      simulated: !isSimulated ? null : draft.simulatedBy === 'origin' ? { origin: draft.simulated.trim() } : { stateFile: draft.simulated.trim() },
    },
    ...(draft.password ? { sourcePassword: draft.password } : {}), ...(draft.secret && !(isSimulated && draft.simulatedBy === 'stateFile') ? { targetSecret: draft.secret } : {}),
    redirectionDomain: draft.redirectionDomain, defaults: { upnSuffix: draft.upnSuffix, countryCode: draft.countryCode, distributionGroups: draft.distributionGroups },
    ...(before === null ? { schemaTemplate: draft.schemaTemplate } : {}),
  };
}
