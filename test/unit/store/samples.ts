import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { PairInput, PlannedOperation } from '../../../electron/store/index.ts';

export const PAIR: PairInput = {
  name: 'Contoso', source: { kind: 'ldif', file: 'contoso.ldif' },
  target: { cloud: 'global', tenantId: 'contoso.example', clientId: 'c', signIn: 'client secret', secretRef: 's', certificateFile: null, readOnly: false, simulated: { origin: 'http://127.0.0.1:4710' } },
  redirectionDomain: '', schemaTemplate: 'default', defaults: { upnSuffix: 'contoso.example', countryCode: 'DE', distributionGroups: 'skip' },
};

/** Deterministic objectGUID number `n`. */
export const guid = (n: number, series = 0): string => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-${series.toString(16).padStart(12, '0')}`;

export const source = (n: number, more: Partial<SourceObject> = {}): SourceObject => {
  const name = more.name ?? `Person ${String(n).padStart(6, '0')}`;
  return {
    id: guid(n), kind: 'user', dn: `CN=${name}-${n},OU=Staff,DC=contoso,DC=example`, name,
    attributes: { displayName: [name], userPrincipalName: [`Person${n}@contoso.example`], mail: [`person${n}@contoso.example`], sAMAccountName: [`p${n}`] }, links: {}, usn: String(1000 + n), ...more,
  };
};

export const target = (n: number, more: Partial<TargetObject> = {}): TargetObject => ({
  id: guid(n, 7), kind: 'user', name: `Target ${n}`, attributes: { displayName: [`Target ${n}`], userPrincipalName: [`Target${n}@contoso.example`] }, links: {}, deleted: false, ...more,
});

export const operation = (seq: number, more: Partial<PlannedOperation> = {}): PlannedOperation => ({
  id: guid(seq, 9), seq, kind: 'update', service: 'graph', objectKind: 'user', sourceId: guid(seq), targetId: guid(seq, 7), name: `Person ${seq}`,
  changes: [{ attribute: 'city', before: null, after: ['Ulm'], provenance: { ruleId: null, source: 'l', reason: 'Overwrite with l' }, reversible: true }], references: [], previous: [], ...more,
});
