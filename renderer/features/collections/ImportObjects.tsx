import { Badge, Button, Checkbox, MessageBar, MessageBarBody, MessageBarTitle, Text } from '@fluentui/react-components';
import { ArrowDownloadRegular, DocumentRegular } from '@fluentui/react-icons';
import { useRef, useState, type ReactNode } from 'react';
import type { ImportReport } from '../../../shared/contracts/collection-import.ts';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { download } from '../../ui/download.ts';
import { count, counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { readBase64 } from '../../ui/read-base64.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { OverlapWarning } from './Overlaps.tsx';

const IMPORT_TIMEOUT_MS = 600_000;
/** The host refuses larger files (engine, list of objects); saying so here saves the upload. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** Lines drawn; the CSV has all of them. */
const DRAWN = 200;

interface Chosen { readonly name: string; readonly content: string }

/** Adds the objects of a CSV file: choose, see what becomes of every line, add. */
export function ImportObjectsDialog({ pair, collection, onClose }: DialogProps<'import objects'>): ReactNode {
  const l = useLayout();
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [problem, setProblem] = useState('');
  const [isAgreed, setAgreed] = useState(false);
  const preview = useCommand('collections.previewImport', IMPORT_TIMEOUT_MS);
  const add = useCommand('collections.importObjects', IMPORT_TIMEOUT_MS);
  const choose = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    preview.reset();
    add.reset();
    setAgreed(false);
    setChosen(null);
    if (file.size > MAX_FILE_BYTES) { setProblem(`"${file.name}" is larger than 4 MB. Cut the list into several files.`); return; }
    const read = { name: file.name, content: await readBase64(file).catch(() => null) };
    if (read.content === null) { setProblem(`"${file.name}" cannot be read. Is it open in another program?`); return; }
    setProblem('');
    setChosen({ name: read.name, content: read.content });
    preview.mutate({ pairId: pair.id, collectionId: collection.id, name: read.name, content: read.content });
  };
  const report = add.data ?? preview.data;
  const missing = report?.collections.filter((c) => c.id === null) ?? [];
  const done = add.data !== undefined;
  const finds = preview.data?.counts.found ?? 0;
  return (
    <DialogFrame title={done ? 'Import Objects' : `Import Objects into ${collection.name}`} onClose={onClose} size="wide" tall actions={done ? <Button appearance="primary" onClick={onClose}>Close</Button> : <>
      <Button appearance="primary" disabled={!chosen || finds === 0 || add.isPending || preview.isPending || (missing.length > 0 && !isAgreed)}
        onClick={() => { if (chosen) add.mutate({ pairId: pair.id, collectionId: collection.id, ...chosen, missing: isAgreed ? 'create' : 'refuse' }); }}>{add.isPending ? 'Adding…' : `Add ${counted(finds, 'object')}`}</Button>
      <Button onClick={onClose}>Cancel</Button>
    </>}>
      <div className={l.column}>
        {done ? null : <>
          <Text>A CSV file with one column. Its header names the attribute by which objects are found, such as sAMAccountName, userPrincipalName or mail. A second column with the header Collection says which collection each object goes to.</Text>
          <div className={l.row}>
            <input ref={input} type="file" accept=".csv,.txt,text/csv,text/plain" hidden aria-label="CSV file" onChange={(e) => { void choose(e.target.files?.[0]); e.target.value = ''; }} />
            <Button icon={<DocumentRegular />} disabled={add.isPending} onClick={() => input.current?.click()}>{chosen ? 'Choose another file' : 'Choose a file'}</Button>
            {chosen ? <Text>{chosen.name}</Text> : null}
          </div>
        </>}
        {problem !== '' ? <MessageBar intent="error"><MessageBarBody>{problem}</MessageBarBody></MessageBar> : null}
        {preview.error ? <ErrorView error={errorData(preview.error)} /> : null}
        {add.error ? <ErrorView error={errorData(add.error)} /> : null}
        {preview.isPending ? <Loading label="Looking every line up in the directory…" /> : null}
        {report ? <Report report={report} done={done} fileName={chosen?.name ?? 'list.csv'} /> : null}
        {!done && missing.length > 0 ? <Checkbox checked={isAgreed} onChange={(_, d) => setAgreed(d.checked === true)} label={`Make ${counted(missing.length, 'collection')} that ${missing.length === 1 ? 'is' : 'are'} not there yet: ${missing.map((c) => c.name).join(', ')}`} /> : null}
      </div>
    </DialogFrame>
  );
}

/** Figures, collections and the lines that were not taken. */
function Report({ report, done, fileName }: { readonly report: ImportReport; readonly done: boolean; readonly fileName: string }): ReactNode {
  const l = useLayout();
  const { counts } = report;
  const read = `Read as ${report.encoding}${report.separator === null ? ', one column' : `, separated by ${report.separator}`}; the header names ${report.attribute}.`;
  return <>
    <Live><MessageBar intent={report.problemsTotal > 0 ? 'warning' : 'success'} layout="multiline"><MessageBarBody>
      <MessageBarTitle>{done ? `${counted(report.added, 'object')} added. ` : `${counted(report.lines, 'line')}: ${count(counts.found)} found. `}</MessageBarTitle>
      {`${count(counts['already in'])} in the collection already, ${counted(report.problemsTotal, 'line')} not taken. ${read}`}
    </MessageBarBody></MessageBar></Live>
    <OverlapWarning overlaps={report.overlaps} />
    {report.hasCollections ? (
      <table className={l.plainTable} aria-label="Collections of the list">
        <thead><tr><th scope="col">Collection</th><th scope="col">{done ? 'Added' : 'To be added'}</th><th scope="col">In it already</th></tr></thead>
        <tbody>{report.collections.map((c) => <tr key={c.name}><td>{c.name}{c.id === null ? <Badge appearance="tint" color="warning">not there yet</Badge> : null}</td><td className={l.number}>{count(c.adds)}</td><td className={l.number}>{count(c.already)}</td></tr>)}</tbody>
      </table>
    ) : null}
    {report.problems.length > 0 ? <>
      <div className={l.row}><Text weight="semibold">Lines that are not taken</Text>
        <Button size="small" icon={<ArrowDownloadRegular />} onClick={() => download(`${fileName.replace(/\.[^.]*$/, '')}-not-taken.csv`, report.csv)}>Export</Button></div>
      <table className={l.plainTable} aria-label="Lines that are not taken">
        <thead><tr><th scope="col">Line</th><th scope="col">{report.attribute}</th>{report.hasCollections ? <th scope="col">Collection</th> : null}<th scope="col">Result</th><th scope="col">Reason</th></tr></thead>
        <tbody>{report.problems.slice(0, DRAWN).map((p) => <tr key={p.line}><td className={l.number}>{p.line}</td><td>{p.value || '–'}</td>{report.hasCollections ? <td>{p.collection || '–'}</td> : null}<td>{p.state}</td><td>{p.reason}</td></tr>)}</tbody>
      </table>
      {report.problemsTotal > Math.min(DRAWN, report.problems.length) ? <Text size={200}>{`The first ${count(DRAWN)} of ${count(report.problemsTotal)} are shown; Export has all of them.`}</Text> : null}
    </> : null}
  </>;
}
