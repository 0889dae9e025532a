import {
  Button, SearchBox, Spinner, Subtitle2, Text, Tree, TreeItem, TreeItemLayout, makeStyles, tokens, type TreeCheckedChangeData,
} from '@fluentui/react-components';
import { ContactCardRegular, DismissRegular, FolderRegular, PeopleRegular, PersonRegular, QuestionRegular, type FluentIcon } from '@fluentui/react-icons';
import { useMemo, useState, type ReactNode } from 'react';
import type { Collection, DirectoryItem } from '../../../shared/contracts/collections.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { count, counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { AddOutcome } from './AddOutcome.tsx';

const LIVE_TIMEOUT_MS = 60_000;
const ADD_TIMEOUT_MS = 600_000;

const useStyles = makeStyles({
  panes: { display: 'grid', gridTemplateColumns: 'minmax(0, 3fr) minmax(0, 2fr)', gap: '12px', flexGrow: 1, minHeight: 0 },
  box: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, overflow: 'auto', minHeight: '160px', padding: '4px' },
  side: { display: 'flex', flexDirection: 'column', gap: '8px', minHeight: 0 },
  basket: { listStyle: 'none', margin: 0, padding: '4px' },
  aside: { maxWidth: '300px', overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  line: { display: 'flex', alignItems: 'center', gap: '4px', minWidth: 0 },
});

const ICONS: Readonly<Record<DirectoryItem['type'], FluentIcon>> = { container: FolderRegular, user: PersonRegular, group: PeopleRegular, contact: ContactCardRegular, other: QuestionRegular };

/** Types that the icon says already. */
const PLAIN: ReadonlySet<DirectoryItem['objectType']> = new Set(['user', 'contact', 'other']);

interface BranchProps { readonly pair: Pair; readonly collection: Collection; readonly dn: string; readonly open: ReadonlySet<string>}

/** Children of one container, read when it is opened. */
function Branch({ pair, collection, dn, open }: BranchProps): ReactNode {
  const children = useCall('directory.children', { pairId: pair.id, collectionId: collection.id, dn }, { timeoutMs: LIVE_TIMEOUT_MS });
  if (children.error) return <TreeItem itemType="leaf" value={`${dn}#error`}><TreeItemLayout>{errorData(children.error).message}</TreeItemLayout></TreeItem>;
  if (!children.data) return <TreeItem itemType="leaf" value={`${dn}#reading`}><TreeItemLayout iconBefore={<Spinner size="extra-tiny" />}>Reading…</TreeItemLayout></TreeItem>;
  const { rows, more } = children.data;
  return <>
    {rows.map((item) => <Item key={item.dn} item={item} branch={{ pair, collection, dn: item.dn, open }} />)}
    {rows.length === 0 ? <TreeItem itemType="leaf" value={`${dn}#empty`}><TreeItemLayout>Nothing here</TreeItemLayout></TreeItem> : null}
    {more ? <TreeItem itemType="leaf" value={`${dn}#more`}><TreeItemLayout>There are more; use the search box</TreeItemLayout></TreeItem> : null}
  </>;
}

function Item({ item, branch }: { readonly item: DirectoryItem; readonly branch: BranchProps }): ReactNode {
  const s = useStyles();
  const Icon = ICONS[item.type];
  return (
    <TreeItem value={item.dn} itemType={item.hasChildren ? 'branch' : 'leaf'}>
      <TreeItemLayout iconBefore={<Icon />} aside={<Text size={200} className={s.aside} title={item.leftOut}>{item.inCollection ? 'in the collection' : item.leftOut !== '' ? `${item.objectType}, left out: ${item.leftOut}` : PLAIN.has(item.objectType) ? item.detail : `${item.objectType}, ${item.detail}`}</Text>}>{item.name}</TreeItemLayout>
      {item.hasChildren && branch.open.has(item.dn) ? <Tree><Branch {...branch} /></Tree> : null}
    </TreeItem>
  );
}

/** Adds objects and containers from the directory: browse or search, gather, add. */
export function AddObjectsDialog({ pair, collection, onClose }: DialogProps<'add objects'>): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const [text, setText] = useState('');
  const [term, setTerm] = useState('');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [basket, setBasket] = useState<ReadonlySet<string>>(new Set());
  const add = useCommand('collections.addObjects', ADD_TIMEOUT_MS);
  const search = useCall('directory.search', { pairId: pair.id, collectionId: collection.id, text: term }, { enabled: term !== '', timeoutMs: LIVE_TIMEOUT_MS });
  const checked = useMemo(() => new Map([...basket].map((dn) => [dn, true as const])), [basket]);
  const onChecked = (_: unknown, data: TreeCheckedChangeData): void => {
    const dn = String(data.value);
    if (dn.includes('#')) return;
    setBasket((set) => { const next = new Set(set); if (data.checked) next.add(dn); else next.delete(dn); return next; });
  };
  const branch = { pair, collection, open };
  if (add.data) return <AddOutcome title="Add Objects" result={add.data} onClose={onClose} />;
  return (
    <DialogFrame title={`Add Objects to ${collection.name}`} onClose={onClose} size="full" tall actions={<>
      <Button appearance="primary" disabled={basket.size === 0 || add.isPending} onClick={() => add.mutate({ id: collection.id, dns: [...basket] })}>
        {add.isPending ? 'Adding…' : `Add ${counted(basket.size, 'entry', 'entries')}`}
      </Button>
      <Button onClick={onClose}>Cancel</Button>
    </>}>
      <form className={l.row} onSubmit={(e) => { e.preventDefault(); setTerm(text.trim()); }}>
        <SearchBox className={l.search} aria-label="Search the directory" placeholder="Name, account name, UPN or mail; or an LDAP filter that begins with (" value={text} onChange={(_, d) => { setText(d.value); if (d.value === '') setTerm(''); }} />
        <Button type="submit" disabled={text.trim() === ''}>Search</Button>
      </form>
      {add.error ? <ErrorView error={errorData(add.error)} /> : null}
      <div className={s.panes}>
        <div className={s.box}>
          {term === '' ? (
            <Tree aria-label="Directory" selectionMode="multiselect" checkedItems={checked} onCheckedChange={onChecked} openItems={open}
              onOpenChange={(_, d) => setOpen((set) => { const next = new Set(set); if (d.open) next.add(String(d.value)); else next.delete(String(d.value)); return next; })}>
              <Branch {...branch} dn="" />
            </Tree>
          ) : search.error ? <ErrorView error={errorData(search.error)} onRetry={() => { void search.refetch(); }} />
          : !search.data ? <Loading label="Searching the directory…" />
          : (
            <Tree aria-label="Search results" selectionMode="multiselect" checkedItems={checked} onCheckedChange={onChecked}>
              {search.data.rows.map((item) => <Item key={item.dn} item={{ ...item, hasChildren: false }} branch={{ ...branch, dn: item.dn }} />)}
              {search.data.rows.length === 0 ? <TreeItem itemType="leaf" value="#none"><TreeItemLayout>Nothing was found</TreeItemLayout></TreeItem> : null}
              {search.data.more ? <TreeItem itemType="leaf" value="#more"><TreeItemLayout>There are more; search more precisely</TreeItemLayout></TreeItem> : null}
            </Tree>
          )}
        </div>
        <div className={s.side}>
          <Subtitle2 as="h3">{`Selected (${count(basket.size)})`}</Subtitle2>
          <Text size={200} className={l.muted}>A container adds every user, group and contact below it, as they are in the directory now.</Text>
          <div className={`${s.box} ${l.grow}`}>
            <ul className={s.basket} aria-label="Selected entries">
              {[...basket].map((dn) => (
                <li key={dn} className={s.line}>
                  <span className={`${l.grow} ${l.ellipsis}`} title={dn}>{dn}</span>
                  <Button size="small" appearance="subtle" icon={<DismissRegular />} aria-label={`Take out ${dn}`} onClick={() => setBasket((set) => { const next = new Set(set); next.delete(dn); return next; })} />
                </li>
              ))}
            </ul>
          </div>
        </div>
      </div>
    </DialogFrame>
  );
}
