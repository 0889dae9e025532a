import type { Handlers } from '../ipc/router.ts';
import type { Pair } from '../../shared/contracts/pairs.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { DEFAULT_SCHEMA_TEMPLATE } from '../../shared/domain/rules.ts';
import type { SourceConnection, TargetConnection } from '../../shared/domain/settings.ts';
import { permissionsFor } from '../engines/tenant/index.ts';
import type { PairRecord } from '../store/index.ts';
import { changeOf, requireBatchesAtRest, requireChangeable } from './pair-change.ts';
import { testConnection } from './pair-test.ts';
import { openTemplates, startWithTemplate } from './rules-templates.ts';
import type { Services } from './services.ts';
import { recordEvent } from './evidence-events.ts';
import { interruptDeadOf } from './dead-owners.ts';
import { sealedPasswords } from './initial-passwords-desk.ts';
import { mailboxSecrets } from './mailboxes-settings.ts';
import { countUndoable, requireIdle } from './task-rows.ts';

const toPair = (p: PairRecord): Pair => ({
  id: p.id, name: p.name, source: { ...p.source, ...(p.source.kind === 'ldap' ? { servers: [...p.source.servers] } : {}) } as Pair['source'], target: p.target, redirectionDomain: p.redirectionDomain, schemaTemplate: p.schemaTemplate, defaults: p.defaults, createdAt: p.createdAt,
  sourceName: p.sourceName || describeSource(p.source), targetName: p.targetName || p.target.tenantId, discoveredAt: p.discoveredAt, sourceObjects: p.sourceObjects, targetObjects: p.targetObjects, collections: p.collections,
});

const describeSource = (source: SourceConnection): string => (source.kind === 'ldif' ? source.file : source.domain || source.servers.join(', '));

/** The entry of the secret store is named after the pair, so that two pairs never share a password by accident. */
const withRefs = (id: string, source: SourceConnection, target: TargetConnection): { source: SourceConnection; target: TargetConnection } => ({
  source: source.kind === 'ldap' ? { ...source, secretRef: `pair/${id}/source` } : source, target: { ...target, secretRef: `pair/${id}/target` },
});

/** Channels of migration pairs. */
export function pairHandlers(services: Services): Pick<Handlers, 'pairs.list' | 'pairs.get' | 'pairs.create' | 'pairs.update' | 'pairs.delete' | 'pairs.test' | 'pairs.permissions' | 'pairs.domains' | 'pairs.signIn'> {
  const { store, secrets } = services;
  const changed = () => { services.emit('store.changed', { nouns: ['pairs', 'rules'] }); };
  const keepSecrets = async (id: string, input: { readonly sourcePassword?: string | undefined; readonly targetSecret?: string | undefined }) => {
    if (input.sourcePassword) await secrets.set(`pair/${id}/source`, input.sourcePassword);
    if (input.targetSecret) {
      await secrets.set(`pair/${id}/target`, input.targetSecret);
      // A token got with the old secret would hide for an hour that the new one is wrong.
      await secrets.delete(`pair/${id}/target/cache`);
    }
  };
  return {
    'pairs.list': async () => ({ rows: (await store.pairs.list()).map(toPair) }),
    'pairs.get': async ({ id }) => toPair(await store.pairs.get(id)),
    async 'pairs.create'(input) {
      requirePlausible(input.source, input.target);
      const template = openTemplates().get(input.schemaTemplate ?? DEFAULT_SCHEMA_TEMPLATE);
      const pair = await store.transaction(async (tx) => {
        const created = await tx.pairs.create({ name: input.name, source: input.source, target: input.target, redirectionDomain: input.redirectionDomain, schemaTemplate: template.name, defaults: input.defaults });
        await startWithTemplate(tx, created.id, template);
        return await tx.pairs.update(created.id, withRefs(created.id, input.source, input.target));
      });
      try { await keepSecrets(pair.id, input); } catch (error) {
        // A pair whose password could not be kept is of no use, and its name would be taken.
        await store.pairs.remove(pair.id);
        throw error;
      }
      changed();
      return toPair(pair);
    },
    async 'pairs.update'({ id, ...input }) {
      const present = await store.pairs.get(id);
      const source = input.source ?? present.source;
      const target = input.target ?? present.target;
      requirePlausible(source, target);
      const change = changeOf(present, { source, target });
      await interruptDeadOf(services, { pairId: id });
      const pair = await store.transaction(async (tx) => {
        await requireChangeable(tx, present, change, target);
        if (change.tenant) await tx.pairs.forgetTenant(id, 'The migration pair has another tenant now; match again.');
        return await tx.pairs.update(id, {
          ...withRefs(id, source, target), ...(input.name === undefined ? {} : { name: input.name }), ...(input.defaults === undefined ? {} : { defaults: input.defaults }),
          ...(input.redirectionDomain === undefined ? {} : { redirectionDomain: input.redirectionDomain }),
        });
      });
      if (change.tenant) services.emit('store.changed', { nouns: ['objects', 'collections'] });
      await keepSecrets(id, input);
      changed();
      return toPair(pair);
    },
    async 'pairs.delete'({ id, force }) {
      const pair = await store.pairs.get(id);
      const statistics = await store.collections.statistics({ pairId: id });
      const written = statistics.byProgress.Migrated + statistics.byProgress.Completed;
      if (written > 0 && !force) throw appError(ErrorCode.Conflict, `${written} objects of "${pair.name}" are migrated. Deleting the pair deletes the journal with which they can be rolled back; roll back first, or force it.`);
      // Statuses may say otherwise: matching may have been broken since.
      const undoable = force ? 0 : await countUndoable(store, { pairId: id });
      if (undoable > 0) throw appError(ErrorCode.Conflict, `${undoable} migrations of "${pair.name}" can still be rolled back. Deleting the pair deletes the journal that this needs; roll them back first, or force it.`);
      await interruptDeadOf(services, { pairId: id });
      const passwords = [...await sealedPasswords(store, id), ...await mailboxSecrets(store, id)];
      await store.transaction(async (tx) => {
        await requireIdle(tx, { pairId: id }, `"${pair.name}"`);
        await requireBatchesAtRest(tx, pair);
        await tx.pairs.remove(id);
        await recordEvent(tx, { pairId: id, kind: 'pair removed', actor: services.actor, at: services.now(), subject: pair.name, detail: { migrated: written, force } });
      });
      for (const ref of [`pair/${id}/source`, `pair/${id}/target`, `pair/${id}/target/cache`, ...passwords]) await secrets.delete(ref);
      services.emit('store.changed', { nouns: ['pairs', 'collections', 'tasks', 'rules'] });
      return { done: true };
    },
    'pairs.test': async (input) => ({
      lines: 'id' in input ? await testConnection(services, await store.pairs.get(input.id)) : await testConnection(services, { id: 'new', source: input.input.source, target: input.input.target }, input.input.sourcePassword, input.input.targetSecret),
    }),
    'pairs.permissions': async ({ readOnly }) => ({ rows: [...new Map(permissionsFor({ readOnly }).map((p) => [p.permission, { permission: p.permission, kind: p.kind, reason: p.reason }])).values()] }),
    async 'pairs.domains'({ id }) {
      const facts = await store.pairs.tenantFacts(id);
      return { rows: (facts?.domains ?? []).map((d) => ({ name: d.name, verified: d.isVerified, federated: d.federated })) };
    },
    'pairs.signIn': async ({ id }) => ({ pending: services.pendingSignIns.get(id) ?? null }),
  };
}

function requirePlausible(source: SourceConnection, target: TargetConnection): void {
  if (source.kind === 'ldap' && source.domain === '' && source.servers.length === 0) throw appError(ErrorCode.InvalidInput, 'Give the DNS name of the Active Directory domain, or at least one domain controller.');
  if (target.signIn === 'certificate' && target.certificateFile === null) throw appError(ErrorCode.InvalidInput, 'Give the certificate file for signing in with a certificate.');
}
