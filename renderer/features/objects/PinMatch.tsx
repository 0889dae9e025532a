import { Button, Field, Input, Radio, RadioGroup, SearchBox, Subtitle2, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Collection } from '../../../shared/contracts/collections.ts';
import type { ObjectDetail } from '../../../shared/contracts/objects.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { BLOCKING_RISKS } from '../../../shared/domain/objects.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

interface PinProps { readonly pair: Pair; readonly collection: Collection; readonly detail: ObjectDetail }

/** Lets a person choose the match: a candidate of the rules or any object found by search. A risky one needs the name typed. */
export function PinMatch({ pair, collection, detail }: PinProps): ReactNode {
  const l = useLayout();
  const { row } = detail;
  const [text, setText] = useState('');
  const [term, setTerm] = useState('');
  const [targetId, setTargetId] = useState('');
  const [override, setOverride] = useState('');
  const pin = useCommand('objects.pin');
  const search = useCall('targets.search', { pairId: pair.id, text: term }, { enabled: term !== '' });
  const refused = pin.error ? errorData(pin.error) : null;
  const isRisky = row.risks.some((risk) => (BLOCKING_RISKS as readonly string[]).includes(risk)) && targetId === row.targetId;
  const needsName = isRisky || refused?.code === 'GUARD_STOPPED';
  const candidates = term === '' ? detail.candidates : (search.data?.rows ?? []);
  const save = (to: string | null): void => pin.mutate({ collectionId: collection.id, id: row.id, targetId: to, ...(needsName && override ? { override } : {}) }, { onSuccess: () => { setTargetId(''); setOverride(''); } });
  return (
    <section className={l.column} aria-label="Choose the match">
      <div className={l.row}>
        <Subtitle2 as="h3">Choose the match</Subtitle2>
        <span className={l.grow} />
        {row.pinned ? <Button disabled={pin.isPending} onClick={() => save(null)}>Unpin</Button> : null}
      </div>
      <form className={l.row} onSubmit={(e) => { e.preventDefault(); setTerm(text.trim()); }}>
        <SearchBox className={l.search} aria-label="Search the tenant" placeholder="Search the tenant by name, UPN or mail" value={text} onChange={(_, d) => { setText(d.value); if (d.value === '') setTerm(''); }} />
        <Button type="submit" disabled={text.trim() === ''}>Search</Button>
      </form>
      {search.error ? <ErrorView error={errorData(search.error)} /> : null}
      {term !== '' && search.isFetching ? <Loading label="Searching the tenant…" /> : null}
      {candidates.length === 0 ? <Text className={l.muted}>{term === '' ? 'The rules found no candidate. Search the tenant to choose one.' : search.isFetching ? '' : 'Nothing was found.'}</Text> : (
        <RadioGroup value={targetId} onChange={(_, d) => { setTargetId(d.value); pin.reset(); }} aria-label="Candidates">
          {candidates.map((c) => <Radio key={c.id} value={c.id} label={`${c.name} – ${c.userPrincipalName || 'mail' in c && c.mail || c.id} (${c.kind}${'deleted' in c && c.deleted ? ', in the recycle bin' : ''})`} />)}
        </RadioGroup>
      )}
      {refused ? <ErrorView error={refused} /> : null}
      {needsName && targetId !== '' ? (
        <Field label={`This match is risky. Type the object's name to choose it all the same: ${row.name}`} required><Input value={override} onChange={(_, d) => setOverride(d.value)} autoComplete="off" /></Field>
      ) : null}
      <div className={l.row}>
        <Button appearance="primary" disabled={targetId === '' || pin.isPending || (needsName && override !== row.name)} onClick={() => save(targetId)}>{pin.isPending ? 'Pinning…' : 'Pin this match'}</Button>
        <Text size={200} className={l.muted}>A pinned match is never evaluated again. Nothing is written to the tenant by it.</Text>
      </div>
    </section>
  );
}
