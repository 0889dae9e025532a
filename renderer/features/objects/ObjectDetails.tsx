import { Body1, Button, MessageBar, MessageBarBody, Subtitle2, Tab, TabList, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { ObjectDetail } from '../../../shared/contracts/objects.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { Properties } from '../../ui/Section.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { time, values } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { ObjectDrift } from './ObjectDrift.tsx';
import { PinMatch } from './PinMatch.tsx';

const PAGES = ['Match', 'Mapped values', 'Attributes', 'References', 'Drift', 'History'] as const;

/** "Why?" of one object: what was matched and why, what would be written and why, both sides, and what happened so far. */
export function ObjectDetailsDialog({ pair, collection, object, onClose }: DialogProps<'object details'>): ReactNode {
  const l = useLayout();
  const [page, setPage] = useState<(typeof PAGES)[number]>('Match');
  const open = useOpenDialog();
  const detail = useCall('objects.get', { collectionId: collection.id, id: object.id });
  const d = detail.data;
  return (
    <DialogFrame title={`Why? ${object.name}`} onClose={onClose} size="full" tall actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      {detail.error ? <ErrorView error={errorData(detail.error)} onRetry={() => { void detail.refetch(); }} /> : null}
      {!d ? detail.error ? null : <Loading label="Reading the object…" /> : <>
        <div className={l.row}><StatusBadge status={d.row.status} /><Text className={l.wrap}>{d.row.reason || 'No remark.'}</Text></div>
        {d.row.synchronisation === 'Never synced' ? null : <div className={l.row}><StatusBadge status={d.row.synchronisation} /><Text className={l.wrap}>{d.row.synchronisationReason}</Text></div>}
        <TabList selectedValue={page} onTabSelect={(_, t) => setPage(PAGES.find((p) => p === t.value) ?? 'Match')} aria-label="Facts about the object">{PAGES.map((p) => <Tab key={p} value={p}>{p}</Tab>)}</TabList>
        {page === 'Match' ? <><MatchPage detail={d} /><PinMatch pair={pair} collection={collection} detail={d} /></>
          : page === 'Mapped values' ? <MappedPage detail={d} />
          : page === 'Attributes' ? <AttributesPage detail={d} />
          : page === 'References' ? <ReferencesPage detail={d} />
          : page === 'Drift' ? <ObjectDrift collectionId={collection.id} objectId={object.id} />
          : <HistoryPage detail={d} collectionId={collection.id} onRollBack={(attribute, since) => { onClose(); open('roll back', { pair, collection, task: null, object: d.row, attributes: [attribute], since }); }} />}
      </>}
    </DialogFrame>
  );
}

interface PageProps { readonly detail: ObjectDetail }

function MatchPage({ detail }: PageProps): ReactNode {
  const l = useLayout();
  const { row, target } = detail;
  return (
    <div className={l.column}>
      <Properties rows={[
        ['Source', row.dn], ['Type', detail.objectType], ...(detail.leftOut === '' ? [] : [['Out of scope', detail.leftOut] as const]), ['Matched with', target ? `${row.targetName}${target.deleted ? ' (in the recycle bin)' : ''}` : 'nothing'], ['Target ID', row.targetId ?? '–'],
        ['Decided by', row.pinned ? 'a person (pinned; never evaluated again)' : row.rule || '–'],
      ]} />
      {row.risks.length > 0 ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>{`Look at this match before anything is written: ${row.risks.join('; ')}.`}</MessageBarBody></MessageBar> : null}
      <Subtitle2 as="h3">What the rules saw</Subtitle2>
      {detail.evidence.length === 0 ? <Body1>The object was not matched yet. Run Match Objects first.</Body1> : (
        <table className={l.plainTable}>
          <thead><tr><th scope="col">Rule</th><th scope="col">Value compared</th><th scope="col">Objects found in the tenant</th></tr></thead>
          <tbody>{detail.evidence.map((e, i) => <tr key={`${e.ruleId} ${i}`}><td>{e.rule}</td><td>{e.value || 'the source has none'}</td><td>{e.hits.length === 0 ? 'none' : e.hits.map((id) => detail.candidates.find((c) => c.id === id)?.name ?? id).join(', ')}</td></tr>)}</tbody>
        </table>
      )}
    </div>
  );
}

function MappedPage({ detail }: PageProps): ReactNode {
  const l = useLayout();
  if (detail.mapped.length === 0) return <Body1>No mapping rule gives a value for this object.</Body1>;
  return (
    <table className={l.plainTable}>
      <thead><tr><th scope="col">Target attribute</th><th scope="col">Now</th><th scope="col">Would be</th><th scope="col">Reason</th></tr></thead>
      <tbody>{detail.mapped.map((m) => (
        <tr key={m.attribute}><td>{m.attribute}</td><td>{m.present || '–'}</td><td className={m.same ? undefined : l.fresh}>{m.same ? 'unchanged' : m.desired || '(made empty)'}</td><td>{m.reason}</td></tr>
      ))}</tbody>
    </table>
  );
}

function AttributesPage({ detail }: PageProps): ReactNode {
  const l = useLayout();
  const side = (title: string, attributes: Readonly<Record<string, string[]>>): ReactNode => {
    const names = Object.keys(attributes).sort((a, b) => a.localeCompare(b));
    return (
      <section aria-label={title}>
        <Subtitle2 as="h3">{title}</Subtitle2>
        <table className={l.plainTable}>
          <thead><tr><th scope="col">Attribute</th><th scope="col">Value</th></tr></thead>
          <tbody>{names.map((name) => <tr key={name}><td>{name}</td><td className={l.mono}>{values(attributes[name] ?? [])}</td></tr>)}</tbody>
        </table>
      </section>
    );
  };
  return (
    <div className={l.cards}>
      {side('Active Directory', { ...detail.source.attributes, ...detail.source.links })}
      {detail.target ? side('Microsoft 365', { ...detail.target.attributes, ...detail.target.links }) : <Body1>There is no matched object in the tenant.</Body1>}
    </div>
  );
}

function ReferencesPage({ detail }: PageProps): ReactNode {
  const l = useLayout();
  if (detail.waiting.length === 0) return <Body1>No reference of this object waits for another one.</Body1>;
  return (
    <table className={l.plainTable}>
      <thead><tr><th scope="col">Attribute</th><th scope="col">Waits for</th><th scope="col">Reason</th></tr></thead>
      <tbody>{detail.waiting.map((w) => <tr key={`${w.attribute} ${w.dn}`}><td>{w.attribute}</td><td>{w.dn}</td><td>{w.reason}</td></tr>)}</tbody>
    </table>
  );
}

function HistoryPage({ detail, collectionId, onRollBack }: PageProps & { readonly collectionId: string; readonly onRollBack: (attribute: string, since: string) => void }): ReactNode {
  const wrote = useCall('rollBack.ofObject', { collectionId, objectId: detail.row.id });
  const canGoBack = (taskId: string, attribute: string): boolean => wrote.data?.tasks.some((t) => t.taskId === taskId && t.attributes.includes(attribute)) === true;
  const l = useLayout();
  if (detail.history.length === 0) return <Body1>Nothing was written for this object so far.</Body1>;
  return (
    <table className={l.plainTable}>
      <thead><tr><th scope="col">Time</th><th scope="col">Operation</th><th scope="col">Attribute</th><th scope="col">Before</th><th scope="col">After</th><th scope="col">Outcome</th><th scope="col">Take back</th></tr></thead>
      <tbody>{detail.history.map((h, i) => (
        <tr key={`${h.taskId} ${i}`}><td>{time(h.at)}</td><td>{h.operation}</td><td>{h.attribute || '–'}</td><td className={l.old}>{h.before || '–'}</td><td className={l.fresh}>{h.after || '–'}</td><td><StatusBadge status={h.outcome} /></td><td>{canGoBack(h.taskId, h.attribute) ? <Button size="small" aria-label={`Roll back this change of ${h.attribute}`} onClick={() => onRollBack(h.attribute, h.taskId)}>Roll back this change</Button> : null}</td></tr>
      ))}</tbody>
    </table>
  );
}
