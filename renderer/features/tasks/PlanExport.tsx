import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import type { ExportFormat } from '../../../shared/domain/plan-export.ts';
import { useHost } from '../../app/api.ts';
import { ExportProgress } from '../../ui/ExportButton.tsx';
import { PART_TIMEOUT_MS, useSaveParts } from '../../ui/save-parts.ts';

const FORMATS: readonly (readonly [ExportFormat, string, string])[] = [
  ['csv', 'CSV', 'A table for spreadsheets: one line an attribute, with the reason'], ['json', 'JSON', 'All of it, for programs'], ['html', 'HTML', 'A page to read, send or print'],
  ['powershell', 'PowerShell script', 'Cmdlets of Microsoft Graph and Exchange Online, to run without this program'],
];

/** Saves a plan as a file. It comes in parts, so that a plan of any size can be saved; it can be cancelled. */
export function PlanExport({ planId, onProblem }: { readonly planId: string; readonly onProblem: (problem: unknown) => void }): ReactNode {
  const { api } = useHost();
  const saving = useSaveParts(onProblem);
  const save = (format: ExportFormat): void => saving.start((after, signal) => api.call('plans.export', { planId, format, after }, { timeoutMs: PART_TIMEOUT_MS, signal }));
  if (saving.progress !== null) return <ExportProgress saving={saving} />;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement><Button size="small" icon={<ArrowDownloadRegular />}>Export</Button></MenuTrigger>
      <MenuPopover><MenuList>{FORMATS.map(([format, title, about]) => <MenuItem key={format} subText={about} onClick={() => save(format)}>{title}</MenuItem>)}</MenuList></MenuPopover>
    </Menu>
  );
}
