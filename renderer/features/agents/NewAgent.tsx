import { Button, Field, Input, MessageBar, MessageBarBody, Text, makeStyles, tokens } from '@fluentui/react-components';
import { CopyRegular } from '@fluentui/react-icons';
import { useState, type ReactNode } from 'react';
import type { AgentRow } from '../../../shared/contracts/agents.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { agentCommand, agentSettings } from './agent-words.ts';

const useStyles = makeStyles({
  copied: { display: 'flex', flexDirection: 'column', gap: '4px' },
  text: { margin: 0, padding: '6px 8px', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** Names an agent, then shows what runs it. */
export function NewAgentDialog({ onClose }: DialogProps<'new agent'>): ReactNode {
  const [name, setName] = useState('');
  const create = useCommand('agents.create');
  if (create.data) return <HowToRun agent={create.data} onClose={onClose} />;
  return (
    <ConfirmDialog title="New Agent" onClose={onClose} confirmLabel="Create" busy={create.isPending} ready={name.trim() !== ''} error={create.error ? errorData(create.error) : null} onConfirm={() => create.mutate({ name: name.trim() })}>
      <Text>An agent runs the tasks and cycles of the collections that are given to it. It is named here first, and started on its machine with the command that is shown next.</Text>
      <Field label="Name" required hint="For example the place it stands in."><Input value={name} maxLength={128} onChange={(_, d) => setName(d.value)} /></Field>
      <OnlyHere />
    </ConfirmDialog>
  );
}

/** Says where agents can run when the project is a file. */
function OnlyHere(): ReactNode {
  const settings = useCall('agents.settings', {});
  if (settings.data?.shared !== false) return null;
  return <MessageBar intent="info" layout="multiline"><MessageBarBody>The project is a file, so the agent must run on this machine. For agents on other machines, move the project to PostgreSQL with Move Project.</MessageBarBody></MessageBar>;
}

function HowToRun({ agent, onClose }: { readonly agent: AgentRow; readonly onClose: () => void }): ReactNode {
  const project = useCall('project.get', {});
  return (
    <DialogFrame title={`Agent ${agent.name}`} onClose={onClose} size="wide" actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      <Text>{`"${agent.name}" is known now. Give it collections with Move Collection to Agent, and run this on its machine:`}</Text>
      {project.data ? <>
        <Copied label="Command of the agent" text={agentCommand(project.data.file, agent.name)} />
        <Text>On Linux it runs as a service with these two files. The steps, and those for Windows, are in resources/agent/README.md of the program.</Text>
        <Text as="h3" weight="semibold">/etc/causeway/agent.conf</Text>
        <Copied label="Settings of the service" text={agentSettings(project.data.file, agent.name)} />
        <Text as="h3" weight="semibold">/etc/systemd/system/causeway-agent.service</Text>
        <Copied label="Unit of the service" text={CAUSEWAY_AGENT_UNIT} />
      </> : null}
    </DialogFrame>
  );
}

/** Text to be copied; a long one scrolls. */
function Copied({ label, text }: { readonly label: string; readonly text: string }): ReactNode {
  const s = useStyles();
  const [said, setSaid] = useState('Copy');
  const copy = (): void => { navigator.clipboard.writeText(text).then(() => setSaid('Copied'), () => setSaid('Select and copy it')); };
  return (
    <div className={s.copied}>
      <ScrollBox label={label} height="low"><pre className={s.text}>{text.trimEnd()}</pre></ScrollBox>
      <div><Button size="small" icon={<CopyRegular />} aria-label={`${said}: ${label}`} onClick={copy}>{said}</Button></div>
    </div>
  );
}
