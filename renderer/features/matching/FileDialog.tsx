import { Badge, Button, Field, MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { useRef, useState, type ChangeEvent, type ReactNode } from 'react';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { decodeCsv } from '../../ui/decode-csv.ts';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { count, counted } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { scopeName, scopeOf } from './scope.ts';
import type { CsvResult } from '../../../shared/contracts/matches.ts';

type Line = CsvResult['lines'][number];
const LOOKS = { ready: 'brand', done: 'success', unchanged: 'subtle', problem: 'danger' } as const;
const COLUMNS: readonly GridColumn<Line>[] = [
  { id: 'line', title: 'Line', width: 70, render: (one) => count(one.line) },
  { id: 'outcome', title: 'Outcome', width: 110, render: (one) => <Badge appearance="tint" color={LOOKS[one.outcome]}>{one.outcome}</Badge> },
  { id: 'source', title: 'Source', width: 180, grow: true, render: (one) => <span title={one.source}>{one.source}</span> },
  { id: 'target', title: 'Target', width: 180, grow: true, render: (one) => <span title={one.target}>{one.target || '–'}</span> },
  { id: 'message', title: 'Remark', width: 300, grow: true, render: (one) => <span title={one.message}>{one.message || '–'}</span> },
];

const textOf = async (file: File): Promise<string> => decodeCsv(new Uint8Array(await file.arrayBuffer()));

/** Pins matches from a file, or takes decisions from one; shows every line before anything is changed. */
export function MatchFromFileDialog({ pair, collection, purpose, onClose }: DialogProps<'match from file'>): ReactNode {
  const l = useLayout();
  const box = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<{ readonly name: string; readonly text: string } | null>(null);
  const map = useCommand('matches.mapCsv', 120_000);
  const decisions = useCommand('matches.importDecisions', 120_000);
  const call = purpose === 'map' ? map : decisions;
  const result = call.data;
  const isApplied = result !== undefined && result.batch !== '';
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const chosen = event.target.files?.[0];
    if (!chosen) return;
    void textOf(chosen).then((text) => { setFile({ name: chosen.name, text }); call.mutate({ ...scopeOf(pair, collection), text, apply: false }); });
    event.target.value = '';
  };
  const title = purpose === 'map' ? 'Match From File' : 'Import Decisions';
  return (
    <DialogFrame title={title} onClose={onClose} size="full" tall actions={<>
      {isApplied ? null : <Button appearance="primary" disabled={file === null || call.isPending || result === undefined || result.ready === 0}
        onClick={() => { if (file) call.mutate({ ...scopeOf(pair, collection), text: file.text, apply: true }); }}>{call.isPending ? 'Working…' : `${purpose === 'map' ? 'Pin' : 'Decide'} ${count(result?.ready ?? 0)}`}</Button>}
      <Button onClick={onClose}>Close</Button>
    </>}>
      <div className={l.fill}>
        <Text>{purpose === 'map'
          ? `A CSV file of two columns: the first names an object of "${scopeName(pair, collection)}" by any attribute that identifies it, the second an object of the tenant ${pair.targetName || pair.target.tenantId} by id, userPrincipalName, mail or proxyAddresses. The first line names the attributes, for example sAMAccountName,userPrincipalName. Every line is shown before anything is pinned; nothing is written to the tenant.`
          : 'A file that "Export list" wrote, with its column Decision filled in: accept, reject, pin, unpin, create, leave out or take back. Every line is shown before anything is decided; nothing is written to the tenant.'}</Text>
        <Field label="CSV file">
          <div className={l.row}>
            <input ref={box} type="file" accept=".csv,.txt,text/csv" hidden onChange={choose} aria-label="CSV file" />
            <Button onClick={() => box.current?.click()}>{file ? 'Choose another file…' : 'Choose file…'}</Button>
            <Text>{file?.name ?? 'No file is chosen.'}</Text>
          </div>
        </Field>
        {call.error ? <ErrorView error={errorData(call.error)} /> : null}
        {call.isPending && !result ? <Loading label="Comparing every line with both sides…" /> : null}
        {result ? <>
          <MessageBar intent={result.problems > 0 ? 'warning' : 'success'} layout="multiline"><MessageBarBody>{`${counted(result.total, 'line')}: ${count(result.ready)} ${isApplied ? purpose === 'map' ? 'pinned' : 'decided' : 'ready'}, ${count(result.unchanged)} unchanged, ${count(result.problems)} with a problem${result.problems > 0 ? ', listed first' : ''}.${isApplied ? ' Undo on the Review tab takes it back.' : ''}`}</MessageBarBody></MessageBar>
          <VirtualGrid label="Lines of the file" mode="single" rowCount={result.lines.length} rowAt={(i) => result.lines[i]} keyOf={(one) => String(one.line)} columns={COLUMNS} selection={NOTHING} onSelect={() => undefined} />
        </> : null}
      </div>
    </DialogFrame>
  );
}
