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
