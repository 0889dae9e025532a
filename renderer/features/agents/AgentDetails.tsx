import { Button, ProgressBar, makeStyles } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { AgentRow } from '../../../shared/contracts/agents.ts';
import { useHost } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { Properties, Section } from '../../ui/Section.tsx';
import { counted, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { seenWords, stateMeaning, taskWords } from './agent-words.ts';

const useStyles = makeStyles({
  pane: { flexShrink: 0, maxHeight: '45%', display: 'flex', flexDirection: 'column' },
  cards: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(250px, 100%), 1fr))', gap: '12px', alignItems: 'start' },
  list: { listStyle: 'none', margin: 0, padding: 0 },
  line: { display: 'flex', alignItems: 'center', gap: '8px', justifyContent: 'space-between', padding: '2px 0' },
});

/** Everything about one agent: how it is, what it runs, and the collections that it works for. */
export function AgentDetails({ agent, now }: { readonly agent: AgentRow; readonly now: number }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const { api } = useHost();
  const open = useOpenDialog();
  const task = agent.currentTask;
  const showTask = (id: string): void => { void api.call('tasks.get', { id }).then((row) => open('task details', { task: row })); };
  return (
    <section className={s.pane} aria-label={`Agent ${agent.name}`}>
      <ScrollBox label={`Facts about ${agent.name}`} height="middle">
        <div className={s.cards}>
          <Section title={agent.name}>
            <Properties rows={[
              ['State', stateMeaning(agent)],
              ...(agent.problem === undefined ? [] : [['Problem', agent.problem] as const]),
              ...(agent.drained ? [['Drained', 'A person has asked it to take no more tasks; Resume takes that back.'] as const] : []),
              ['Machine', agent.host === '' ? 'it has never run' : `${agent.host}${agent.processId === null ? '' : `, process ${agent.processId}`}`],
              ['Version', agent.version || '–'],
              ['Heartbeat', agent.heartbeatAt === null ? 'never' : `${seenWords(agent, now)} (${time(agent.heartbeatAt)})`],
              ['Queue', counted(agent.queued, 'task')],
              ...(agent.notRemovable === null ? [] : [['Remove', agent.notRemovable] as const]),
            ]} />
          </Section>
          <Section title="Current task" action={task ? <div><Button size="small" onClick={() => showTask(task.id)}>Task Details</Button></div> : null}>
            <span>{task ? taskWords(agent) : 'It runs no task.'}</span>
            {task ? <>
              <ProgressBar aria-label={`${task.kind}: ${task.phase}`} thickness="large" {...(task.total ? { value: Math.min(1, task.done / task.total) } : {})} />
              {task.message === '' ? null : <span>{task.message}</span>}
              {task.startedAt === null ? null : <span>{`Started ${time(task.startedAt)}`}</span>}
            </> : null}
          </Section>
          <Section title="Collections">
            {agent.collectionList.length === 0 ? <span>It works for no collection.</span> : (
              <ul className={s.list} aria-label={`Collections of ${agent.name}`}>
                {agent.collectionList.map((one) => <li key={one.id} className={s.line}><span className={l.wrap}>{one.name}</span><Button size="small" aria-label={`Move ${one.name} to another agent`} onClick={() => open('move collection', { collection: one, agentId: agent.id })}>Move</Button></li>)}
              </ul>
            )}
          </Section>
        </div>
      </ScrollBox>
    </section>
  );
}
