import { Link } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { MailboxReportKind } from '../../../shared/domain/mailboxes.ts';
import { useHost } from '../../app/api.ts';
import { ExportProgress } from '../../ui/ExportButton.tsx';
import { PART_TIMEOUT_MS, useSaveParts } from '../../ui/save-parts.ts';

/** A link that saves a report of a batch as it stands now. */
export function ReportLink({ batchId, kind, title = kind, onProblem }: { readonly batchId: string; readonly kind: MailboxReportKind; readonly title?: string; readonly onProblem: (problem: unknown) => void }): ReactNode {
  const { api } = useHost();
  const saving = useSaveParts(onProblem);
  if (saving.progress !== null) return <ExportProgress saving={saving} />;
  return <Link as="button" type="button" inline onClick={() => saving.start((after, signal) => api.call('mailboxes.current', { batchId, kind, after }, { timeoutMs: PART_TIMEOUT_MS, signal }))}>{title}</Link>;
}
