import type { Handlers } from '../ipc/router.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { ObjectKind } from '../../shared/domain/objects.ts';
import { MAILBOX_PERMISSIONS } from '../../shared/domain/plans.ts';
import { LICENCES } from '../../shared/rules/licences.ts';
import { TARGET_ATTRIBUTES } from '../../shared/rules/target-attributes.ts';
import type { Repositories } from '../store/index.ts';
import type { Services } from './services.ts';

/** The name under which a hold of a whole object is kept. */
export const WHOLE_OBJECT = '';

/** What coexistence leaves alone among some objects. */
export interface Held {
  /** objectGUIDs of objects that are left alone as a whole. */
  readonly objects: ReadonlySet<string>;
  /** Of the other objects: attributes that are left alone, in lower case, by objectGUID. */
  readonly attributes: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What of these objects is held out of coexistence. */
export async function heldOf(store: Pick<Repositories, 'holds'>, pairId: string, ids: readonly string[]): Promise<Held> {
  const objects = new Set<string>();
  const attributes = new Map<string, ReadonlySet<string>>();
  for (const [id, held] of await store.holds.of(pairId, ids)) {
    if (held.has(WHOLE_OBJECT)) objects.add(id);
    else attributes.set(id, new Set([...held].map((name) => name.toLowerCase())));
  }
  return { objects, attributes };
}

/** Links and licences, which are attributes for who decides what is left alone. */
const LINKS: Readonly<Record<string, readonly ObjectKind[]>> = { manager: ['user'], members: ['group'], [LICENCES]: ['user'], ...Object.fromEntries(MAILBOX_PERMISSIONS.map((one) => [one, ['user']])) };
const NAMES: ReadonlyMap<string, string> = new Map([...TARGET_ATTRIBUTES.map((one) => one.name), ...Object.keys(LINKS)].map((name) => [name.toLowerCase(), name]));

/** An attribute in the spelling of Graph. @throws AppError INVALID_INPUT for a name that nothing has. */
function spelled(name: string): string {
  const known = NAMES.get(name.toLowerCase());
  if (known === undefined) throw appError(ErrorCode.InvalidInput, `"${name}" is no attribute of Microsoft 365 that Causeway knows. Name it as Graph does, for example jobTitle, manager or members.`);
  return known;
}

/** Channels of what is held out of coexistence. */
export function holdHandlers(services: Services): Pick<Handlers, 'holds.page' | 'holds.put' | 'holds.release'> {
  const { store } = services;
  const changed = (): void => { services.emit('store.changed', { nouns: ['coexistence', 'objects'] }); };
  return {
    'holds.page': async (query) => {
      const page = await store.holds.page(query);
      return { ...page, rows: [...page.rows] };
    },
    async 'holds.put'({ pairId, ids, attributes, reason }) {
      await store.pairs.get(pairId);
      const names = attributes === undefined ? [WHOLE_OBJECT] : [...new Set(attributes.map(spelled))];
      const held = await store.transaction(async (tx) => {
        const known = await tx.sources.getMany(pairId, ids);
        const stranger = ids.find((id) => !known.has(id));
        if (stranger !== undefined) throw appError(ErrorCode.NotFound, `The object ${stranger} is not in this migration pair; nothing was held. Read the directory again, or correct the objectGUID.`);
        return await tx.holds.put(pairId, ids.flatMap((sourceId) => names.map((attribute) => ({ sourceId, attribute, since: services.now(), by: services.actor, reason: reason || 'Held by a person.', taskId: null }))));
      });
      if (held > 0) changed();
      return { held };
    },
    async 'holds.release'({ pairId, holds }) {
      await store.pairs.get(pairId);
      const released = await store.holds.release(pairId, holds.map(({ sourceId, attribute }) => ({ sourceId, attribute: attribute === WHOLE_OBJECT ? WHOLE_OBJECT : NAMES.get(attribute.toLowerCase()) ?? attribute })));
      if (released.length > 0) {
        changed();
        services.nudge();
      }
      return { released: released.length };
    },
  };
}
