import { Tab, TabList } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { useLayout } from '../../ui/layout.ts';
import { Outbox } from './Outbox.tsx';
import { Settings } from './Settings.tsx';
import { Templates } from './Templates.tsx';

const PARTS = ['outbox', 'templates', 'settings'] as const;
type Part = (typeof PARTS)[number];

/** Messages to people, of the whole project: what was sent and what waits, the templates, and how mails leave. */
export function NotificationsTab(): ReactNode {
  const l = useLayout();
  const [part, setPart] = useState<Part>('outbox');
  return (
    <div className={l.fill}>
      <TabList size="small" selectedValue={part} onTabSelect={(_, d) => setPart(PARTS.find((one) => one === d.value) ?? 'outbox')} aria-label="Parts of notifications">
        <Tab value="outbox">Outbox</Tab><Tab value="templates">Templates</Tab><Tab value="settings">Settings</Tab>
      </TabList>
      {part === 'templates' ? <Templates /> : part === 'settings' ? <Settings /> : <Outbox onSettings={() => setPart('settings')} />}
    </div>
  );
}
