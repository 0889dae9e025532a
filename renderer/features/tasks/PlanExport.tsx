import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Text } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { ExportFormat } from '../../../shared/domain/plan-export.ts';
import { useHost } from '../../app/api.ts';
import { downloadParts } from '../../ui/download.ts';
import { count } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';

const PART_TIMEOUT_MS = 120_000;
const FORMATS: readonly (readonly [ExportFormat, string, string])[] = [
  ['csv', 'CSV', 'A table for spreadsheets: one line an attribute, with the reason'], ['json', 'JSON', 'All of it, for programs'], ['html', 'HTML', 'A page to read, send or print'],
  ['powershell', 'PowerShell script', 'Cmdlets of Microsoft Graph and Exchange Online, to run without this program'],
];

/** Saves a plan as a file. It comes in parts, so that a plan of any size can be saved; it can be cancelled. */
export function PlanExport({ planId, onProblem }: { readonly planId: string; readonly onProblem: (problem: unknown) => void }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const [progress, setProgress] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const save = async (format: ExportFormat): Promise<void> => {
    const abort = new AbortController();
    running.current = abort;
    onProblem(null);
    setProgress('Exporting…');
    try {
      const parts: Blob[] = [];
      let after: string | null = null;
      for (;;) {
        const part: { readonly fileName: string; readonly mediaType: string; readonly text: string; readonly next: string | null; readonly done: number; readonly total: number } =
          await api.call('plans.export', { planId, format, after }, { timeoutMs: PART_TIMEOUT_MS, signal: abort.signal });
        // The browser may keep a blob on disk; the text itself is let go.
        parts.push(new Blob([part.text]));
        after = part.next;
        if (after === null) { downloadParts(part.fileName, part.mediaType, parts); break; }
        setProgress(`Exported ${count(part.done)} of ${count(part.total)} rows`);
      }
    } catch (problem) {
      if (!abort.signal.aborted) onProblem(problem);
    } finally {
      if (!abort.signal.aborted) setProgress(null);
    }
  };
  if (progress !== null) return <span className={l.row}><Live><Text size={200}>{progress}</Text></Live><Button size="small" onClick={() => { running.current?.abort(); setProgress(null); }}>Cancel export</Button></span>;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement><Button size="small" icon={<ArrowDownloadRegular />}>Export</Button></MenuTrigger>
      <MenuPopover><MenuList>{FORMATS.map(([format, title, about]) => <MenuItem key={format} subText={about} onClick={() => { void save(format); }}>{title}</MenuItem>)}</MenuList></MenuPopover>
    </Menu>
  );
}
