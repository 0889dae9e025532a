import {
  Badge, Button, Menu, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, Text, Tooltip, makeStyles, tokens,
} from '@fluentui/react-components';
import { DarkThemeRegular, KeyboardRegular, PanelLeftContractRegular, PanelLeftExpandRegular, PanelRightContractRegular, PanelRightExpandRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import type { ProjectInfo } from '../../../shared/contracts/project.ts';
import { useLayout } from '../../ui/layout.ts';
import { useOpenDialog } from '../dialogs.tsx';
import { THEME_CHOICES, useTheme } from '../theme.tsx';

const useStyles = makeStyles({
  bar: {
    display: 'flex', alignItems: 'center', gap: '8px', padding: '0 8px', height: '44px', flexShrink: 0, borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground2, overflow: 'hidden', whiteSpace: 'nowrap',
  },
  badge: { flexShrink: 0 },
  name: { fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold, margin: 0 },
});

interface TitleBarProps {
  readonly project: ProjectInfo | null;
  readonly pair: Pair | null;
  readonly panes: { readonly tree: boolean; readonly actions: boolean };
  readonly onToggle: (pane: 'tree' | 'actions') => void;
}

/** The top line: which project and which tenant the window works on, always in sight. */
export function TitleBar({ project, pair, panes, onToggle }: TitleBarProps): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const open = useOpenDialog();
  const { choice, choose } = useTheme();
  return (
    <header className={s.bar}>
      <Tooltip content={panes.tree ? 'Hide the management tree' : 'Show the management tree'} relationship="label">
        <Button appearance="subtle" icon={panes.tree ? <PanelLeftContractRegular /> : <PanelLeftExpandRegular />} aria-pressed={panes.tree} onClick={() => onToggle('tree')} />
      </Tooltip>
      <h1 className={s.name}>Causeway</h1>
      <Text className={l.ellipsis}>{project?.name ?? ''}</Text>
      {project?.demo ? <Badge className={s.badge} appearance="outline" color="informative">Demo</Badge> : null}
      {pair ? <>
        <Text aria-hidden="true">›</Text>
        <Text className={l.ellipsis}>{`Tenant: ${pair.targetName || pair.target.tenantId}`}</Text>
        {pair.target.simulated ? <Badge className={s.badge} appearance="tint" color="brand">Simulated tenant</Badge> : null}
        {pair.target.readOnly ? <Badge className={s.badge} appearance="tint" color="warning">Read-only</Badge> : null}
      </> : null}
      <span className={l.grow} />
      <Tooltip content="Keyboard shortcuts" relationship="label"><Button appearance="subtle" icon={<KeyboardRegular />} onClick={() => open('keyboard shortcuts', {})} /></Tooltip>
      <Menu checkedValues={{ theme: [choice] }} onCheckedValueChange={(_, d) => { const next = THEME_CHOICES.find((c) => c === d.checkedItems[0]); if (next) choose(next); }}>
        <MenuTrigger disableButtonEnhancement><Tooltip content="Theme" relationship="label"><Button appearance="subtle" icon={<DarkThemeRegular />} /></Tooltip></MenuTrigger>
        <MenuPopover><MenuList>
          <MenuItemRadio name="theme" value="system">As the system</MenuItemRadio>
          <MenuItemRadio name="theme" value="light">Light</MenuItemRadio>
          <MenuItemRadio name="theme" value="dark">Dark</MenuItemRadio>
          <MenuItemRadio name="theme" value="high contrast">High contrast</MenuItemRadio>
        </MenuList></MenuPopover>
      </Menu>
      <Tooltip content={panes.actions ? 'Hide the Actions pane' : 'Show the Actions pane'} relationship="label">
        <Button appearance="subtle" icon={panes.actions ? <PanelRightContractRegular /> : <PanelRightExpandRegular />} aria-pressed={panes.actions} onClick={() => onToggle('actions')} />
      </Tooltip>
    </header>
  );
}
