import { ProgressBar, Text, makeStyles, tokens } from '@fluentui/react-components';
import { KeyRegular, PlugConnectedRegular, PlugDisconnectedRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import type { ProjectInfo } from '../../../shared/contracts/project.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { count } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import type { ConnectionState } from '../connection.ts';

const useStyles = makeStyles({
  bar: {
    display: 'flex', alignItems: 'center', gap: '16px', padding: '0 12px', height: '28px', flexShrink: 0, overflow: 'hidden', whiteSpace: 'nowrap',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`, backgroundColor: tokens.colorNeutralBackground2, fontSize: tokens.fontSizeBase200,
  },
  item: { display: 'inline-flex', alignItems: 'center', gap: '4px', flexShrink: 0 },
  progress: { width: '120px' },
});

const SECRETS: Readonly<Record<ProjectInfo['secrets'], string>> = {
  os: 'Secrets: protected by the operating system', file: 'Secrets: encrypted key file', session: 'Secrets: kept only until the program ends',
};
const CONNECTION: Readonly<Record<ConnectionState, string>> = { connected: 'Connected', connecting: 'Connecting…', lost: 'Reconnecting…' };

interface StatusBarProps { readonly project: ProjectInfo | null; readonly running: readonly TaskRow[]; readonly connection: ConnectionState }

/** The bottom line: project file, protection of secrets, what is running, and the connection. */
export function StatusBar({ project, running, connection }: StatusBarProps): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const task = running[0];
  return (
    <footer className={s.bar}>
      <span className={s.item}>{connection === 'connected' ? <PlugConnectedRegular /> : <PlugDisconnectedRegular />}{CONNECTION[connection]}</span>
      {project ? <span className={l.ellipsis} title={project.file}>{`Project: ${project.file}`}</span> : null}
      {project ? <span className={s.item}><KeyRegular />{SECRETS[project.secrets]}</span> : null}
      <span className={l.grow} />
      <Live className={s.item}>
        {task ? <>
          <Text size={200}>{`${task.kind}: ${task.phase}, ${count(task.done)}${task.total === null ? '' : ` of ${count(task.total)}`}${running.length > 1 ? ` (and ${running.length - 1} more)` : ''}`}</Text>
          <ProgressBar className={s.progress} aria-label="Progress of the running task" {...(task.total ? { value: Math.min(1, task.done / task.total) } : {})} />
        </> : 'No task is running'}
      </Live>
      {project ? <span>{`Causeway ${project.version}`}</span> : null}
    </footer>
  );
}
