import { expect, it } from 'vitest';
import { agentCommand, agentSettings, seenWords, stateMeaning, stateName, taskWords } from '../../../renderer/features/agents/agent-words.ts';

it('tells an agent that was only named from one that ended', () => {
  expect([stateName({ state: 'gone', heartbeatAt: null }), stateName({ state: 'gone', heartbeatAt: 1 }), stateName({ state: 'drained', heartbeatAt: 1 })]).toEqual(['Not started', 'Gone', 'Drained']);
  expect(stateMeaning({ state: 'gone', heartbeatAt: null })).toContain('never run');
  expect(stateMeaning({ state: 'gone', heartbeatAt: 1 })).toContain('no sign of life');
  expect([seenWords({ heartbeatAt: null }, 5_000), seenWords({ heartbeatAt: 1_000 }, 5_000)]).toEqual(['never', '4 seconds ago']);
});

it('says what an agent works on, and never invents how much there is', () => {
  const task = { id: 'a', kind: 'Synchronise', collectionName: 'Berlin', phase: 'apply', done: 1_200, total: 4_000, message: '', startedAt: null } as const;
  expect(taskWords({ currentTask: null })).toBe('–');
  expect(taskWords({ currentTask: task })).toMatch(/^Synchronise of Berlin: apply, 1\D?200 of 4\D?000$/);
  expect(taskWords({ currentTask: { ...task, kind: 'Discover', collectionName: '', phase: 'discover source', done: 7, total: null } })).toBe('Discover: discover source, 7');
});

it('gives a command and settings that stand blanks, quotes and backslashes', () => {
  expect(agentCommand('postgres://causeway@db.example.com/migration?schema=contoso', 'berlin-2')).toBe('causeway --project "postgres://causeway@db.example.com/migration?schema=contoso" agent --name berlin-2');
  expect(agentCommand('/data/contoso.causeway', 'Berlin "East"')).toBe('causeway --project /data/contoso.causeway agent --name "Berlin \\"East\\""');
  expect(agentSettings('C:\\Causeway\\a b.causeway', 'Berlin "East"').split('\n')).toEqual(['CAUSEWAY_PROJECT="C:\\\\Causeway\\\\a b.causeway"', 'AGENT_NAME="Berlin \\"East\\""', 'AGENT_PORT=9464']);
});
