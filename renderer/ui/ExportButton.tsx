import { Button, Text, ToolbarButton } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { Live } from './Live.tsx';
import { useLayout } from './layout.ts';
import { useSaveParts, type PartOf, type SaveParts } from './save-parts.ts';

/** How far an export is, with a button that cancels it. */
export function ExportProgress({ saving }: { readonly saving: SaveParts }): ReactNode {
  const l = useLayout();
  return <span className={l.row}><Live><Text size={200}>{saving.progress}</Text></Live><Button size="small" onClick={saving.cancel}>Cancel export</Button></span>;
}

/** Saves a list as a file; while it is read, how far it is, and a button that cancels. */
export function ExportButton({ title, label, disabled = false, part, fileName, onProblem }: {
  readonly title: string;
  /** What is read out instead of the title. */
  readonly label?: string;
  readonly disabled?: boolean;
  readonly part: PartOf;
  readonly fileName?: (given: string) => string;
  /** Null: a new try begins. */
  readonly onProblem: (problem: unknown) => void;
}): ReactNode {
  const saving = useSaveParts(onProblem);
  if (saving.progress !== null) return <ExportProgress saving={saving} />;
  return <ToolbarButton icon={<ArrowDownloadRegular />} {...(label === undefined ? {} : { 'aria-label': label })} disabled={disabled} onClick={() => saving.start(part, fileName)}>{title}</ToolbarButton>;
}
