import { Tree, TreeItem, TreeItemLayout, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowSwapRegular, FolderOpenRegular, PeopleListRegular, ServerRegular } from '@fluentui/react-icons';
import { useState, type KeyboardEvent, type MouseEvent, type ReactElement, type ReactNode } from 'react';
import type { Collection } from '../../../shared/contracts/collections.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { count } from '../../ui/format.ts';
import { useCommandMenu } from '../command-menu.tsx';
import { nodeKey, useNavigation, type TreeNode } from '../navigation.ts';

const useStyles = makeStyles({
  tree: { height: '100%', overflow: 'auto', padding: '8px 4px', boxSizing: 'border-box' },
  current: { backgroundColor: tokens.colorNeutralBackground1Selected, color: tokens.colorNeutralForeground1Selected, borderRadius: tokens.borderRadiusMedium, fontWeight: tokens.fontWeightSemibold },
  count: { fontVariantNumeric: 'tabular-nums' },
});

interface TreeProps { readonly projectName: string; readonly pairs: readonly Pair[]; readonly collections: readonly Collection[] }

/** The left pane: project, its migration pairs with their collections, and the agents. */
export function ManagementTree({ projectName, pairs, collections }: TreeProps): ReactNode {
  const s = useStyles();
  const { place, go } = useNavigation();
  const menu = useCommandMenu();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const open = ['project', ...pairs.map((pair) => pair.id)].filter((key) => !closed.has(key));
  const current = nodeKey(place.node);

  const item = (node: TreeNode, label: string, icon: ReactElement, aside?: string, subtree?: ReactNode): ReactNode => {
    const key = nodeKey(node);
    const showMenu = (x: number, y: number): void => { go(node, key === current ? place.tab : undefined); requestAnimationFrame(() => menu({ x, y })); };
    return (
      <TreeItem key={key} value={key} itemType={subtree ? 'branch' : 'leaf'} aria-current={key === current ? 'page' : undefined}
        onClick={(e: MouseEvent) => { e.stopPropagation(); if (!(e.target as HTMLElement).closest('.fui-TreeItemLayout__expandIcon') && key !== current) go(node); }}
        onContextMenu={(e: MouseEvent) => { e.preventDefault(); e.stopPropagation(); showMenu(e.clientX, e.clientY); }}
        onKeyDown={(e: KeyboardEvent<HTMLElement>) => {
          if (e.key === 'ContextMenu' || (e.key === 'F10' && e.shiftKey)) {
            e.preventDefault();
            e.stopPropagation();
            const box = e.currentTarget.getBoundingClientRect();
            showMenu(box.left + 32, box.top + 28);
          }
        }}>
        <TreeItemLayout iconBefore={icon} className={mergeClasses(key === current && s.current)} {...(aside ? { aside: <span className={s.count}>{aside}</span> } : {})}>{label}</TreeItemLayout>
        {subtree}
      </TreeItem>
    );
  };

  return (
    <Tree aria-label="Management tree" className={s.tree} openItems={open}
      onOpenChange={(e, data) => {
        // The row opens its screen; only the arrow and the keys open and close a branch.
        if (data.type === 'Click' || data.type === 'Enter') {
          if (data.type === 'Enter') { e.preventDefault(); clickRow(data.target); }
          return;
        }
        setClosed((set) => { const next = new Set(set); if (data.open) next.delete(String(data.value)); else next.add(String(data.value)); return next; });
      }}>
      {item({ kind: 'project' }, projectName, <FolderOpenRegular />, undefined, (
        <Tree>
          {pairs.map((pair) => {
            const own = collections.filter((c) => c.pairId === pair.id);
            return item({ kind: 'pair', pairId: pair.id }, pair.name, <ArrowSwapRegular />, undefined, own.length === 0 ? undefined : (
              <Tree>{own.map((c) => item({ kind: 'collection', pairId: pair.id, collectionId: c.id }, c.name, <PeopleListRegular />, count(c.objects)))}</Tree>
            ));
          })}
          {item({ kind: 'agents' }, 'Agents', <ServerRegular />)}
        </Tree>
      ))}
    </Tree>
  );
}

function clickRow(target: EventTarget | null): void {
  if (target instanceof HTMLElement) target.click();
}
