import { Button, Input, MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { GuardLimitsSchema, type GuardLimitsInput } from '../../../shared/contracts/plans.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog } from '../../ui/Dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

type LimitName = keyof GuardLimitsInput;
const NAMES: readonly (readonly [LimitName, string])[] = [
  ['creates', 'Objects created'], ['overwrites', 'Values that are not empty replaced'], ['upnChanges', 'Sign-in names (UPN) changed'], ['membershipRemovals', 'Memberships removed'], ['healedLinks', 'Links healed outside the collection'], ['licenceRemovals', 'Licences taken away'], ['disables', 'Accounts disabled'], ['deletes', 'Objects deleted'],
];
type Draft = Readonly<Record<LimitName, { readonly count: string; readonly percent: string }>>;

const draftOf = (limits: GuardLimitsInput): Draft => Object.fromEntries(NAMES.map(([name]) => [name, { count: String(limits[name].count), percent: String(limits[name].percent) }])) as Draft;
const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** Limits over which a plan is applied only after a typed approval. */
export function GuardLimitsDialog({ pair, collection, onClose }: DialogProps<'guard limits'>): ReactNode {
  const l = useLayout();
  const owner = { pairId: pair.id, collectionId: collection?.id ?? null };
  const found = useCall('limits.get', owner);
  const save = useCommand('limits.set');
  const [edited, setEdited] = useState<Draft | null>(null);
  const title = `Guard Limits of ${collection?.name ?? pair.name}`;
  const draft = edited ?? (found.data ? draftOf(found.data.limits) : null);
  const parsed = draft ? GuardLimitsSchema.safeParse(Object.fromEntries(NAMES.map(([name]) => [name, { count: number(draft[name].count), percent: number(draft[name].percent) }]))) : null;
  const bad = (name: LimitName, part: 'count' | 'percent'): boolean => parsed?.error?.issues.some((i) => i.path[0] === name && i.path[1] === part) ?? false;
  const above = collection ? 'the pair\'s' : 'the shipped ones';
  return (
    <ConfirmDialog title={title} onClose={onClose} confirmLabel="Save" busy={save.isPending} ready={parsed?.success === true && edited !== null} error={save.error ? errorData(save.error) : null}
      onConfirm={() => { if (parsed?.success) save.mutate({ ...owner, limits: parsed.data }, { onSuccess: onClose }); }}>
      {found.error ? <ErrorView error={errorData(found.error)} onRetry={() => { void found.refetch(); }} /> : !found.data || !draft ? <Loading label="Reading limits…" /> : (
        <div className={l.column}>
          <Text>{`A plan that is over both figures of a line is applied only after a person has typed its confirmation. ${found.data.from === 'default' ? 'These are the shipped limits.' : `These are the limits of the ${found.data.from}.`}`}</Text>
          <table className={l.plainTable} aria-label="Limits">
            <thead><tr><th scope="col">Of one plan</th><th scope="col">More than</th><th scope="col">and more than % of its objects</th></tr></thead>
            <tbody>{NAMES.map(([name, words]) => (
              <tr key={name}><th scope="row">{words}</th>{(['count', 'percent'] as const).map((part) => (
                <td key={part}><Input size="small" type="number" min={0} {...(part === 'percent' ? { max: 100 } : {})} value={draft[name][part]} aria-label={`${words}, ${part === 'count' ? 'count' : 'percent'}`} aria-invalid={bad(name, part)}
                  onChange={(_, d) => setEdited({ ...draft, [name]: { ...draft[name], [part]: d.value } })} /></td>
              ))}</tr>
            ))}</tbody>
          </table>
          {parsed?.success === false ? <MessageBar intent="error"><MessageBarBody>A count is a whole number, a percentage lies between 0 and 100.</MessageBarBody></MessageBar> : null}
          <Text size={200} className={l.muted}>0 percent leaves the count alone to decide. Plans that are made already keep their verdict.</Text>
          {found.data.own === null ? null : <div><Button size="small" disabled={save.isPending} onClick={() => save.mutate({ ...owner, limits: null }, { onSuccess: onClose })}>{`Go back to ${above}`}</Button></div>}
        </div>
      )}
    </ConfirmDialog>
  );
}
