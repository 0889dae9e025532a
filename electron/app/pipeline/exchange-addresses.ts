import type { TargetChange, TargetObject, Values } from '../../../shared/domain/objects.ts';
import { TARGET_ATTRIBUTES } from '../../../shared/rules/target-attributes.ts';
import type { Store } from '../../store/index.ts';
import { namesRecipients } from './exchange-overlay.ts';

/** Attributes that name recipients by their primary addresses. Exchange keeps whom they name and shows the name, so that a new address changes them all. */
const NAMING: ReadonlySet<string> = new Set([...TARGET_ATTRIBUTES.filter((one) => one.names !== undefined).map((one) => one.name), 'managedBy']);

const primaryOf = (addresses: Values | null | undefined): string | undefined => addresses?.find((one) => one.startsWith('SMTP:'))?.slice(5).toLowerCase();

/** Primary addresses that changed or went with their owners, and what names them. */
export interface AddressBook {
  changed(before: TargetObject | undefined, change: TargetChange): void;
  gone(before: TargetObject): void;
  /** The objects that name somebody by an address of before, with the one of now, or without whoever is gone. Reads the store only when there is such an address. */
  corrections(): Promise<readonly TargetChange[]>;
}

/** Makes the book of one reading. */
export function createAddressBook(store: Pick<Store, 'targets'>, pairId: string): AddressBook {
  const now = new Map<string, string | null>();
  return {
    changed(before, change) {
      const [old, next] = [primaryOf(before?.attributes['proxyAddresses']), primaryOf(change.attributes['proxyAddresses'])];
      if (old !== undefined && next !== undefined && old !== next) now.set(old, next);
    },
    gone(before) {
      const old = primaryOf(before.attributes['proxyAddresses']);
      if (old !== undefined) now.set(old, null);
    },
    async corrections() {
      const changes: TargetChange[] = [];
      for (const object of now.size === 0 ? [] : await store.targets.mentioning(pairId, [...now.keys()])) {
        if (object.deleted || !namesRecipients(object)) continue;
        const attributes: Record<string, Values | null> = {};
        for (const [name, values] of Object.entries(object.attributes)) {
          if (!NAMING.has(name) || !values.some((one) => now.has(one.toLowerCase()))) continue;
          const next = [...new Set(values.flatMap((one) => { const other = now.get(one.toLowerCase()); return other === undefined ? [one] : other ?? []; }))];
          attributes[name] = next.length > 0 ? next : null;
        }
        if (Object.keys(attributes).length > 0) changes.push({ id: object.id, kind: object.kind, removed: null, attributes, links: {} });
      }
      return changes;
    },
  };
}
