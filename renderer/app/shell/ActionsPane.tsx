import { Button, Caption1, Switch, Title3, Tooltip, makeStyles, tokens } from '@fluentui/react-components';
import { CopyRegular } from '@fluentui/react-icons';
import { useState, type ReactNode } from 'react';
import { useLayout } from '../../ui/layout.ts';
import { grouped } from '../command-menu.tsx';
import { useCommands, type Command } from '../commands.ts';

const useStyles = makeStyles({
  pane: { display: 'flex', flexDirection: 'column', gap: '4px', padding: '12px 8px', overflowY: 'auto', height: '100%', boxSizing: 'border-box' },
  title: { fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400, padding: '0 8px' },
  group: { padding: '8px 8px 2px', color: tokens.colorNeutralForeground2, fontWeight: tokens.fontWeightSemibold, margin: 0, fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  action: { justifyContent: 'flex-start', width: '100%', fontWeight: tokens.fontWeightRegular, textAlign: 'left', minHeight: '32px' },
  list: { listStyle: 'none', margin: 0, padding: 0 },
  cli: { display: 'flex', gap: '4px', alignItems: 'start', padding: '2px 8px 6px 36px' },
});

/** The right pane: what can be done with what is chosen, from the one registry of commands. */
export function ActionsPane(): ReactNode {
  const s = useStyles();
  const { here } = useCommands();
  const [withLines, setWithLines] = useState(false);
  return (
    <div className={s.pane}>
      <Title3 as="h2" className={s.title}>Actions</Title3>
      {grouped(here).map(([group, commands]) => (
        <div key={group}>
          <h3 className={s.group}>{group}</h3>
          <ul className={s.list} aria-label={group}>{commands.map((command) => <li key={command.id}><Action command={command} withLine={withLines} /></li>)}</ul>
        </div>
      ))}
      {here.length === 0 ? <Caption1>There is nothing to do here.</Caption1> : null}
      <Switch label="Show command" checked={withLines} onChange={(_, d) => setWithLines(d.checked)} />
    </div>
  );
}

function Action({ command, withLine }: { readonly command: Command; readonly withLine: boolean }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const { context, run } = useCommands();
  const reason = command.disabledReason(context);
  const line = withLine ? command.cliLine(context) : null;
  const button = (
    <Button appearance="subtle" className={s.action} icon={<command.icon />} disabledFocusable={reason !== null} onClick={() => { if (reason === null) run(command); }}>
      {command.title}
    </Button>
  );
  return (
    <>
      {reason ? <Tooltip content={reason} relationship="description" positioning="before" withArrow>{button}</Tooltip> : button}
      {withLine ? (
        <div className={s.cli}>
          <span className={l.mono}>{line ?? 'Only in the console.'}</span>
          {line ? <Button size="small" appearance="subtle" icon={<CopyRegular />} aria-label={`Copy the command of ${command.title}`} onClick={() => { void navigator.clipboard.writeText(line); }} /> : null}
        </div>
      ) : null}
    </>
  );
}
