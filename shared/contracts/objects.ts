import { z } from 'zod';
import { ObjectTypeSchema } from './collection-contents.ts';
import { channel } from './define.ts';
import { AttributesSchema, Dn, Guid, Id, Kind, Millis, Name, PageRequest, Progress, Risk, Selection, Synchronisation, page } from './values.ts';

/** One line of the Objects tab. */
export const ObjectRow = z.object({
  id: Guid, kind: Kind, name: z.string(), dn: Dn, userPrincipalName: z.string(), mail: z.string(),
  status: Progress, reason: z.string(), synchronisation: Synchronisation,
  /** Why coexistence leaves the object alone or could not bring it in step, and when it tries again; empty: nothing stands in the way. */
  synchronisationReason: z.string(),
  targetId: z.string().nullable(), targetName: z.string(), rule: z.string(), pinned: z.boolean(), risks: z.array(Risk), changedAt: Millis,
});
export type ObjectRow = z.output<typeof ObjectRow>;

const Evidence = z.object({ ruleId: z.string(), rule: z.string(), value: z.string(), hits: z.array(z.string()) });
/** Everything the "Why?" pane shows of one object. */
export const ObjectDetail = z.object({
  row: ObjectRow,
  /** What the object is, e.g. `room mailbox`, and why it would be left out of a migration now; empty when it is in scope. */
  objectType: ObjectTypeSchema, leftOut: z.string(),
  source: z.object({ attributes: AttributesSchema, links: AttributesSchema }),
  target: z.object({ id: z.string(), attributes: AttributesSchema, links: AttributesSchema, deleted: z.boolean() }).nullable(),
  evidence: z.array(Evidence),
  candidates: z.array(z.object({ id: z.string(), name: z.string(), userPrincipalName: z.string(), kind: Kind })),
  /** What mapping would write now, with the reason of each value. */
  mapped: z.array(z.object({ attribute: z.string(), present: z.string(), desired: z.string(), same: z.boolean(), reason: z.string() })),
  /** References that wait for another object. */
  waiting: z.array(z.object({ attribute: z.string(), dn: Dn, reason: z.string() })),
  history: z.array(z.object({ at: Millis, taskId: Id, operation: z.string(), attribute: z.string(), before: z.string(), after: z.string(), outcome: z.string() })),
});
export type ObjectDetail = z.output<typeof ObjectDetail>;

export const objectChannels = {
  'objects.page': channel('query', z.object({
    collectionId: Id, search: z.string().max(256).default(''), status: z.union([Progress, z.literal('')]).default(''), kind: z.union([Kind, z.literal('')]).default(''),
    sort: z.enum(['name', 'status', 'kind']).default('name'), direction: z.enum(['ascending', 'descending']).default('ascending'), ...PageRequest,
  }), page(ObjectRow)),
  'objects.get': channel('query', z.object({ collectionId: Id, id: Guid }), ObjectDetail),
  /** Ends the match of the selected objects. Nothing is written to the tenant; undo is another match. */
  'objects.breakMatching': channel('command', z.object({ collectionId: Id, selection: Selection }), z.object({ broken: z.int() })),
  /** Pins a match chosen by a person: it is never evaluated again. `targetId` null unpins. Risks need `override` = the object's name typed. */
  'objects.pin': channel('command', z.object({ collectionId: Id, id: Guid, targetId: z.string().max(100).nullable(), override: z.string().max(256).optional() }), ObjectRow),
  /** Candidates for a manual match: tenant objects by name, UPN or mail. */
  'targets.search': channel('query', z.object({ pairId: Id, text: z.string().min(1).max(256), kind: z.union([Kind, z.literal('')]).default('') }), z.object({ rows: z.array(z.object({ id: z.string(), name: Name, userPrincipalName: z.string(), mail: z.string(), kind: Kind, deleted: z.boolean() })) })),
} as const;
