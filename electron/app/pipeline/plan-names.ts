import type { TargetObject } from '../../../shared/domain/objects.ts';
import { primarySmtp } from '../../../shared/rules/addresses.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import { owningService } from '../../../shared/rules/target-attributes.ts';
import { createUniqueValues, type UniqueValues } from '../../engines/mapping/index.ts';
import { createTenantNames, wantedNames, type CheckedObject, type TenantNames } from '../../engines/preflight/index.ts';
import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';

/** Mailboxes, mail users and mail-enabled security groups (ExchangeOnlineManagement cmdlet reference, New-DistributionGroup, ManagedBy). */
export const mayActForOthers = ({ kind, attributes, deleted }: TargetObject): boolean => !deleted && (kind === 'user' ? attributes['recipientTypeDetails'] !== undefined : kind === 'group' && owningService(kind, attributes) === 'exchange' && attributes['securityEnabled']?.[0] === 'true');

/** Contacts with mail and groups of Exchange Online, which may send, or be sent to, but own nothing. */
const isKeptByExchange = ({ kind, attributes, deleted }: TargetObject): boolean => !deleted && kind !== 'user' && owningService(kind, attributes) === 'exchange';

/** What a plan must know of the tenant besides its own objects: names that are taken, and who the recipients are. */
export interface PlanNames {
  readonly taken: TenantNames;
  readonly unique: UniqueValues | undefined;
  /** Primary addresses by Graph id of those who may own groups of Exchange Online; undefined: each is looked up. */
  readonly recipients: ReadonlyMap<string, string> | undefined;
  /** The same of all recipients that others may name, such as contacts. */
  readonly mail: ReadonlyMap<string, string> | undefined;
  /** Takes note of a page of the tenant, the recycle bin included; all pages before the first object is planned. */
  add(targets: readonly TargetObject[]): void;
  /** Brings what the tenant knows of the names that a page of objects is about to take. */
  prepare(objects: readonly Pick<CheckedObject, 'values'>[]): Promise<void>;
}

/** True when no rule chooses among values by what the tenant has: then nothing but the names that are to be written need be known of it. */
export const canPlanByName = (rules: readonly MappingRule[]): boolean => createUniqueValues(rules) === undefined;

/** Names of a tenant that is not read: those that the objects of the plan are about to take are looked up, a page at a time. For few objects and a large tenant. */
export function createNamedPlanNames({ store }: Pick<Services, 'store'>, pair: Pick<PairRecord, 'id'>): PlanNames {
  const taken = createTenantNames();
  const known = new Set<string>();
  return {
    taken, unique: undefined, recipients: undefined, mail: undefined, add: () => {},
    async prepare(objects) {
      const holders = await store.targets.holdersOf(pair.id, objects.flatMap(wantedNames));
      const fresh = [...holders].filter((id) => !known.has(id));
      for (const id of fresh) known.add(id);
      for (const target of (await store.targets.getMany(pair.id, fresh, 'without links')).values()) taken.add(target);
    },
  };
}

/** Names of a tenant that is read. Nothing known yet; memory: the names of each object. @param rules mapping rules of the run. */
export function createPlanNames(rules: readonly MappingRule[]): PlanNames {
  const taken = createTenantNames();
  const unique = createUniqueValues(rules);
  const recipients = new Map<string, string>();
  const mail = new Map<string, string>();
  return {
    taken, unique, recipients, mail, prepare: () => Promise.resolve(),
    add(targets) {
      for (const target of targets) {
        taken.add(target);
        unique?.add(target);
        const address = mayActForOthers(target) ? primarySmtp(target.attributes) : undefined;
        if (address !== undefined) recipients.set(target.id, address);
        const named = address ?? (isKeptByExchange(target) ? primarySmtp(target.attributes) : undefined);
        if (named !== undefined) mail.set(target.id, named);
      }
    },
  };
}
