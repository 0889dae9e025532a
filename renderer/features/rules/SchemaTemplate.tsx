import { Button, Checkbox, Field, MessageBar, MessageBarBody, Select, Subtitle2, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { ChangeList, changeCounts } from './ChangeList.tsx';

/** What changed since the rules were made from their schema template, and puts another in their place after the difference was shown. */
export function SchemaTemplateDialog({ owner, onClose }: DialogProps<'schema template'>): ReactNode {
  const l = useLayout();
  const templates = useCall('templates.list', {});
  const [chosen, setChosen] = useState<{ readonly template: string; readonly version: number } | null>(null);
  const [keep, setKeep] = useState(true);
  const difference = useCall('templates.difference', { owner, ...(chosen ?? {}), ownRules: keep ? 'keep' : 'remove' }, { keepPrevious: true });
  const apply = useCommand('templates.apply');
  const d = difference.data;
  const about = templates.data?.rows.find((t) => t.name === d?.template);
  const isFresh = d !== undefined && !difference.isPlaceholderData;
  const error = templates.error ?? difference.error;
  return (
    <DialogFrame title="Schema Template" size="wide" onClose={onClose} actions={<>
      <Button onClick={onClose}>{isFresh && d.toTemplate.length === 0 ? 'Close' : 'Cancel'}</Button>
      <Button appearance="primary" disabled={!isFresh || d.toTemplate.length === 0 || apply.isPending} onClick={() => { if (d) apply.mutate({ owner, template: d.template, version: d.version, ownRules: keep ? 'keep' : 'remove', digest: d.digest }, { onSuccess: onClose, onError: () => { void difference.refetch(); } }); }}>
        {apply.isPending ? 'Working…' : 'Apply'}</Button>
    </>}>
      <div className={l.column}>
        {error ? <ErrorView error={errorData(error)} onRetry={() => { void templates.refetch(); void difference.refetch(); }} /> : null}
        {!d && !error ? <Loading label="Comparing the rules…" /> : null}
        {d ? <>
          <section className={l.tight} aria-label="What changed since">
            <Subtitle2 as="h3">What changed since</Subtitle2>
            <Text>{d.origin === null ? 'It is not known which template these rules were made from.' : `These rules were made from "${d.origin.template}", version ${d.origin.version}.${d.sinceOrigin?.length === 0 ? ' Nobody has changed them since.' : ''}`}</Text>
            {d.sinceOrigin && d.sinceOrigin.length > 0 ? <><Text>{`Changed by people since: ${changeCounts(d.sinceOrigin)}.`}</Text><ChangeList changes={d.sinceOrigin} label="Changed by people since" /></> : null}
            {d.ofTemplate.length > 0 ? <><Text>{`Changed by newer versions of the template: ${changeCounts(d.ofTemplate)}.`}</Text><ChangeList changes={d.ofTemplate} label="Changed by newer versions of the template" /></> : null}
          </section>
          <div className={l.fields}>
            <Field label="Schema template" hint={about?.description ?? ''}>
              <Select value={d.template} onChange={(_, data) => setChosen({ template: data.value, version: templates.data?.rows.find((t) => t.name === data.value)?.version ?? 1 })}>{templates.data?.rows.map((t) => <option key={t.name} value={t.name}>{t.name}</option>)}</Select>
            </Field>
            <Field label="Version"><Select value={String(d.version)} onChange={(_, data) => setChosen({ template: d.template, version: Number(data.value) })}>{about?.versions.map((v) => <option key={v.version} value={v.version}>{v.version === about.version ? `${v.version} (newest)` : v.version}</option>)}</Select></Field>
          </div>
          <Checkbox label="Keep what people added, changed or removed since" checked={keep} onChange={(_, data) => setKeep(data.checked === true)} />
          <section className={l.tight} aria-label="What applying it does">
            <Text>{d.toTemplate.length === 0 ? 'The rules are already as this template would make them.' : `Applying it: ${changeCounts(d.toTemplate)}.`}</Text>
            {d.toTemplate.length > 0 ? <ChangeList changes={d.toTemplate} label="What applying the template changes" /> : null}
          </section>
          {about && about.notWritten.length > 0 ? (
            <details>
              <summary>{`${counted(about.notWritten.length, 'attribute')} of the default flow not written by this template`}</summary>
              <table className={l.plainTable}>
                <thead><tr><th scope="col">Class</th><th scope="col">Source</th><th scope="col">Target</th><th scope="col">Why not</th></tr></thead>
                <tbody>{about.notWritten.map((n) => <tr key={`${n.kind} ${n.source} ${n.target}`}><td>{n.kind}</td><td>{n.source}</td><td>{n.target}</td><td>{n.reason}</td></tr>)}</tbody>
              </table>
            </details>
          ) : null}
          {owner.kind === 'pair' ? <MessageBar intent="info" layout="multiline"><MessageBarBody>Collections that already exist under the migration pair are not affected; push the rules to them afterwards. Nothing is written to the tenant.</MessageBarBody></MessageBar> : null}
        </> : null}
        {apply.error ? <ErrorView error={errorData(apply.error)} /> : null}
      </div>
    </DialogFrame>
  );
}
