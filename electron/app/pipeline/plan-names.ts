import type { TargetObject } from '../../../shared/domain/objects.ts';
import { primarySmtp } from '../../../shared/rules/addresses.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import { owningService } from '../../../shared/rules/target-attributes.ts';
import { createTenantNames, type TenantNames } from '../../engines/preflight/index.ts';
import { createUniqueValues, type UniqueValues } from '../../engines/mapping/index.ts';

/** Mailboxes, mail users and mail-enabled security groups (ExchangeOnlineManagement cmdlet reference, New-DistributionGroup, ManagedBy). */
const mayActForOthers = ({ kind, attributes, deleted }: TargetObject): boolean => !deleted && (kind === 'user' ? attributes['recipientTypeDetails'] !== undefined : kind === 'group' && owningService(kind, attributes) === 'exchange' && attributes['securityEnabled']?.[0] === 'true');

/** Contacts with mail and groups of Exchange Online, which may send, or be sent to, but own nothing. */
const isKeptByExchange = ({ kind, attributes, deleted }: TargetObject): boolean => !deleted && kind !== 'user' && owningService(kind, attributes) === 'exchange';

/** What a plan must know of all objects of the tenant: names that are taken, and who the recipients are. Memory: the names of each object. */
export interface PlanNames {
  readonly taken: TenantNames;
  readonly unique: UniqueValues | undefined;
  /** Primary addresses by Graph id of those who may own groups of Exchange Online. */
  readonly recipients: ReadonlyMap<string, string>;
  /** The same of all recipients that others may name, such as contacts. */
  readonly mail: ReadonlyMap<string, string>;
  /** Takes note of a page of the tenant, the recycle bin included; all pages before the first object is planned. */
  add(targets: readonly TargetObject[]): void;
}

/** Nothing known yet. @param rules mapping rules of the run. */
export function createPlanNames(rules: readonly MappingRule[]): PlanNames {
  const taken = createTenantNames();
  const unique = createUniqueValues(rules);
  const recipients = new Map<string, string>();
  const mail = new Map<string, string>();
  return {
    taken, unique, recipients, mail,
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
