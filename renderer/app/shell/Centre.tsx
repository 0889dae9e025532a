import { Tab, TabList, makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { Collection } from '../../../shared/contracts/collections.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { ActionLink, EmptyState } from '../../ui/states.tsx';
import { TABS, nodeKey, tabsOf, useNavigation, type Place } from '../navigation.ts';
import type { Screens } from '../screens.ts';

const useStyles = makeStyles({
  tabs: { flexShrink: 0, padding: '0 12px', borderBottom: `1px solid ${tokens.colorNeutralStroke2}`, overflowX: 'auto' },
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
      <TabList className={s.tabs} selectedValue={place.tab} aria-label="Tabs of the node"
        onTabSelect={(_, d) => { const tab = TABS.find((t) => t === d.value); if (tab) go(place.node, tab); }}>
        {tabs.map((tab, i) => <Tab key={tab} value={tab} id={`tab-${i}`} title={`Ctrl+${i + 1}`} aria-controls="tab-panel">{tab}</Tab>)}
      </TabList>
      <div className={s.panel} role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tabs.indexOf(place.tab)}`}>
        <div className={s.screen} key={`${nodeKey(place.node)} ${place.tab}`}>{screenOf(screens, place, pairs, collections) ?? <Gone onHome={() => go({ kind: 'project' })} />}</div>
      </div>
    </>
  );
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
