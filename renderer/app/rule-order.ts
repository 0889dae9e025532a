import type { Command } from './commands.ts';
import type { RuleOwner } from './dialogs.tsx';
import type { CommandContext } from './selection.ts';

/** Whose rules the open node shows; null where there are none. */
export function ownerOf({ place: { node } }: CommandContext): RuleOwner | null {
  return node.kind === 'pair' ? { kind: 'pair', id: node.pairId } : node.kind === 'collection' ? { kind: 'collection', id: node.collectionId } : null;
}

/** Why a rule cannot be moved one place up (-1) or down (1); null when it can. */
export function whyNotMoved(order: readonly string[], id: string, step: 1 | -1): string | null {
  const at = order.indexOf(id);
  return step < 0 && at === 0 ? 'It is the first rule.' : step > 0 && at === order.length - 1 ? 'It is the last rule.' : null;
}

/** The order after a rule was moved one place up (-1) or down (1). */
export function movedOrder(order: readonly string[], id: string, step: 1 | -1): string[] {
  const next = order.filter((one) => one !== id);
  next.splice(order.indexOf(id) + step, 0, id);
  return next;
}

/** A rule that is selected, with the order in which those beside it stand. */
interface Ordered { readonly rule: { readonly id: string; readonly position: number }; readonly order: readonly string[] }

/** What differs between the commands that move matching, mapping and licence rules. */
export interface MoveCommand<T extends Ordered> extends Pick<Command, 'id' | 'title' | 'icon' | 'group' | 'appliesTo' | 'cliLine'> {
  readonly step: 1 | -1;
  readonly chosen: (c: CommandContext) => T | null;
  /** Channel that stores the order, and the query that shows it. */
  readonly channels: (chosen: T) => { readonly reorder: 'licences.reorder' | 'mappingRules.reorder' | 'matchingRules.reorder'; readonly list: string };
}

/** The command that moves the selected rule one place up (-1) or down (1). */
export function moveCommand<T extends Ordered>({ step, chosen, channels, ...command }: MoveCommand<T>): Command {
  return {
    ...command,
    disabledReason: (c) => {
      const one = chosen(c);
      return one ? whyNotMoved(one.order, one.rule.id, step) : 'Select a rule.';
    },
    run: async (c, { api, cache }) => {
      const owner = ownerOf(c);
      const one = chosen(c);
      if (!owner || !one) return;
      const { reorder, list } = channels(one);
      await api.call(reorder, { owner, ids: movedOrder(one.order, one.rule.id, step) });
      await cache.invalidateQueries({ queryKey: [list] });
    },
  };
}
