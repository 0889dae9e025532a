import {
  Menu, MenuButton, MenuItem, MenuList, MenuPopover, MenuTrigger, Overflow, OverflowItem, Tab, TabList, Tooltip, makeStyles, tokens, useIsOverflowItemVisible, useOverflowMenu,
} from '@fluentui/react-components';
import { MoreHorizontalRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import type { Collection } from '../../../shared/contracts/collections.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { ActionLink, EmptyState } from '../../ui/states.tsx';
import { TABS, nodeKey, tabsOf, useNavigation, type Place, type Tab as TabName } from '../navigation.ts';
import type { Screens } from '../screens.ts';

const useStyles = makeStyles({
  tabs: { display: 'flex', flexShrink: 0, padding: '4px 12px 0', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, minWidth: 0, overflow: 'hidden' },
  more: { alignSelf: 'center', flexShrink: 0 },
  panel: { flexGrow: 1, minHeight: 0, display: 'flex', flexDirection: 'column' },
  screen: { flexGrow: 1, minHeight: 0 },
});

interface CentreProps { readonly screens: Screens; readonly pairs: readonly Pair[]; readonly collections: readonly Collection[] }

/** The centre: tabs of the node and the screen of the open one. */
export function Centre({ screens, pairs, collections }: CentreProps): ReactNode {
  const s = useStyles();
  const { place, go } = useNavigation();
  const tabs = tabsOf(place.node);
  return (
    <>
      <Overflow minimumVisible={1}>
        <div className={s.tabs}>
          <TabList size="small" selectedValue={place.tab} aria-label="Tabs of the node" onTabSelect={(_, d) => { const tab = TABS.find((t) => t === d.value); if (tab) go(place.node, tab); }}>
            {tabs.map((tab, i) => (
              <OverflowItem key={tab} id={tab} priority={tab === place.tab ? 1 : 0}>
                <Tab value={tab} id={`tab-${i}`} {...(i < 9 ? { title: `Ctrl+${i + 1}` } : {})} aria-controls="tab-panel">{tab}</Tab>
              </OverflowItem>
            ))}
          </TabList>
          <MoreTabs tabs={tabs} onOpen={(tab) => go(place.node, tab)} />
        </div>
      </Overflow>
      <div className={s.panel} role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tabs.indexOf(place.tab)}`}>
        <div className={s.screen} key={`${nodeKey(place.node)} ${place.tab}`}>{screenOf(screens, place, pairs, collections) ?? <Gone onHome={() => go({ kind: 'project' })} />}</div>
      </div>
    </>
  );
}

/** What a narrow window has no room for. */
function MoreTabs({ tabs, onOpen }: { readonly tabs: readonly TabName[]; readonly onOpen: (tab: TabName) => void }): ReactNode {
  const s = useStyles();
  const { ref, isOverflowing, overflowCount } = useOverflowMenu<HTMLDivElement>();
  if (!isOverflowing) return null;
  const label = overflowCount === 1 ? 'One more tab' : `${overflowCount} more tabs`;
  return (
    <div ref={ref} className={s.more}>
      <Menu>
        <MenuTrigger disableButtonEnhancement><Tooltip content={label} relationship="label"><MenuButton appearance="transparent" icon={<MoreHorizontalRegular />} menuIcon={null} /></Tooltip></MenuTrigger>
        <MenuPopover><MenuList>{tabs.map((tab) => <MoreTab key={tab} tab={tab} onOpen={onOpen} />)}</MenuList></MenuPopover>
      </Menu>
    </div>
  );
}

function MoreTab({ tab, onOpen }: { readonly tab: TabName; readonly onOpen: (tab: TabName) => void }): ReactNode {
  return useIsOverflowItemVisible(tab) ? null : <MenuItem onClick={() => onOpen(tab)}>{tab}</MenuItem>;
}

function screenOf(screens: Screens, { node, tab }: Place, pairs: readonly Pair[], collections: readonly Collection[]): ReactNode {
  if (node.kind === 'project' || node.kind === 'agents') {
    const Screen = screens[node.kind][tab];
    return Screen ? <Screen /> : null;
  }
  const pair = pairs.find((p) => p.id === node.pairId);
  if (node.kind === 'pair') {
    const Screen = screens.pair[tab];
    return Screen && pair ? <Screen pair={pair} /> : null;
  }
  const collection = collections.find((c) => c.id === node.collectionId);
  const Screen = screens.collection[tab];
  return Screen && pair && collection ? <Screen pair={pair} collection={collection} /> : null;
}

function Gone({ onHome }: { readonly onHome: () => void }): ReactNode {
  return <EmptyState title="This is no longer in the project" actions={<ActionLink onClick={onHome}>Go to the project</ActionLink>}>It was deleted, or another project was opened.</EmptyState>;
}
