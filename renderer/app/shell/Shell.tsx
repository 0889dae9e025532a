import {
  MessageBar, MessageBarBody, Toast, ToastBody, ToastTitle, ToastTrigger, Toaster, Link, makeStyles, tokens, useId, useToastController,
} from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Events } from '../../../shared/contracts/events.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { errorData, useCall, useHost } from '../api.ts';
import { followEvents } from '../cache.ts';
import { CommandMenuHost, useCommandMenu } from '../command-menu.tsx';
import { CommandsContext, type Command, type Commands } from '../commands.ts';
import { useOpenDialog } from '../dialogs.tsx';
import { tabsOf, useNavigation } from '../navigation.ts';
import type { Features } from '../screens.ts';
import { ChosenContext, type Chosen, type CommandContext } from '../selection.ts';
import { useMedia } from '../theme.tsx';
import { ActionsPane } from './ActionsPane.tsx';
import { Centre } from './Centre.tsx';
import { ManagementTree } from './ManagementTree.tsx';
import { StatusBar } from './StatusBar.tsx';
import { TitleBar } from './TitleBar.tsx';
import { useShortcuts } from './shortcuts.ts';

const useStyles = makeStyles({
  shell: { height: '100%', display: 'flex', flexDirection: 'column', backgroundColor: tokens.colorNeutralBackground1 },
  body: { flex: '1 1 0', minHeight: 0, display: 'flex' },
  tree: { width: '250px', flexShrink: 0, borderRight: `1px solid ${tokens.colorNeutralStroke2}`, backgroundColor: tokens.colorNeutralBackground2 },
  notifications: { position: 'fixed', left: 0, bottom: '28px', width: 0, height: 0, zIndex: 1_000_001 },
  narrowTree: { width: '224px' },
  centre: { flexGrow: 1, minWidth: 0, display: 'flex', flexDirection: 'column' },
  actions: { width: '230px', flexShrink: 0, borderLeft: `1px solid ${tokens.colorNeutralStroke2}`, backgroundColor: tokens.colorNeutralBackground2 },
});

const RUNNING: readonly TaskRow['state'][] = ['Running', 'Cancelling', 'Queued'];

/** The window: title, tree, tabs, actions, status. */
export function Shell({ features }: { readonly features: Features }): ReactNode {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  return (
    <ChosenContext.Provider value={setChosen}>
      <WithCommands features={features} chosen={chosen} />
    </ChosenContext.Provider>
  );
}

function WithCommands({ features, chosen }: { readonly features: Features; readonly chosen: Chosen | null }): ReactNode {
  const { api } = useHost();
  const cache = useQueryClient();
  const open = useOpenDialog();
  const { place, go } = useNavigation();
  const project = useCall('project.get', {}).data ?? null;
  const pairs = useCall('pairs.list', {}).data?.rows;
  const collections = useCall('collections.list', {}).data?.rows;
  const { node } = place;
  const nodeCollection = node.kind === 'collection' ? collections?.find((c) => c.id === node.collectionId) : undefined;
  const collection = nodeCollection ?? (chosen?.kind === 'collection' ? collections?.find((c) => c.id === chosen.collection.id) : undefined)
    ?? (chosen?.kind === 'task' ? collections?.find((c) => c.id === chosen.task.collectionId) : undefined) ?? null;
  const pairId = node.kind === 'pair' || node.kind === 'collection' ? node.pairId : chosen?.kind === 'pair' ? chosen.pair.id : chosen?.kind === 'task' ? chosen.task.pairId : null;
  const pair = pairs?.find((p) => p.id === pairId) ?? null;
  const coexistence = useCall('coexistence.get', { collectionId: collection?.id ?? '' }, { enabled: collection !== null }).data ?? null;
  const context = useMemo<CommandContext>(() => ({ place, project, pair, collection, coexistence, chosen }), [place, project, pair, collection, coexistence, chosen]);
  const { dispatchToast } = useToastController(TOASTER);
  const run = useCallback((command: Command) => {
    Promise.resolve().then(() => command.run(context, { api, cache, open, go })).catch((error: unknown) => {
      const { message, code, ref } = errorData(error);
      dispatchToast(<Toast><ToastTitle>{`${command.title} failed`}</ToastTitle><ToastBody subtitle={`Code ${code}${ref ? `, reference ${ref}` : ''}`}>{message}</ToastBody></Toast>, { intent: 'error', timeout: 15_000 });
    });
  }, [context, api, cache, open, go, dispatchToast]);
  const commands = useMemo<Commands>(() => ({ all: features.commands, context, run }), [features, context, run]);
  return (
    <CommandsContext.Provider value={commands}>
      <CommandMenuHost><Panes features={features} commands={commands} /></CommandMenuHost>
    </CommandsContext.Provider>
  );
}

function Panes({ features, commands }: { readonly features: Features; readonly commands: Commands }): ReactNode {
  const s = useStyles();
  const host = useHost();
  const cache = useQueryClient();
  const menu = useCommandMenu();
  const { place, go } = useNavigation();
  const connection = useSyncExternalStore(host.connection.onState, host.connection.state);
  const project = useCall('project.get', {});
  const pairs = useCall('pairs.list', {});
  const collections = useCall('collections.list', {});
  const tasks = useCall('tasks.list', {});
  const narrow = useMedia('(max-width: 1100px)');
  const [hidden, setHidden] = useState<{ readonly tree?: boolean; readonly actions?: boolean }>({});
  const panes = { tree: !(hidden.tree ?? false), actions: !(hidden.actions ?? narrow) };
  const tree = useRef<HTMLElement>(null);
  const centre = useRef<HTMLElement>(null);
  const actions = useRef<HTMLElement>(null);
  const notify = useTaskToasts();
  useEffect(() => followEvents(host, cache, notify), [host, cache, notify]);
  const warn = useAttentionToasts();
  useEffect(() => host.api.on('coexistence.attention', warn), [host, warn]);

  const { context, all, run } = commands;
  const shortcuts = useMemo(() => ({
    movePane: (step: 1 | -1): void => {
      const shown = [tree.current, centre.current, actions.current].filter((pane) => pane !== null);
      const at = shown.findIndex((pane) => pane.contains(document.activeElement));
      focusFirst(shown[(at + step + shown.length) % shown.length]);
    },
    openTab: (index: number): void => { const tab = tabsOf(place.node)[index]; if (tab) go(place.node, tab); },
    refresh: (): void => { void cache.invalidateQueries(); },
    focusFilter: (): boolean => { const input = centre.current?.querySelector<HTMLInputElement>('input[type="search"]'); input?.focus(); return input !== null && input !== undefined; },
    command: (shortcut: string): boolean => {
      const command = all.find((c) => c.shortcut === shortcut && c.appliesTo(context) && c.disabledReason(context) === null);
      if (command) run(command);
      return command !== undefined;
    },
    commandList: (): void => menu({ x: window.innerWidth / 2 - 140, y: 64 }),
  }), [place, go, cache, all, context, run, menu]);
  useShortcuts(shortcuts);

  const projectName = project.data?.name;
  useEffect(() => { document.title = ['Causeway', projectName, context.pair ? context.pair.targetName || context.pair.target.tenantId : undefined].filter(Boolean).join(' – '); }, [projectName, context.pair]);

  const failed = project.error ?? pairs.error ?? collections.error;
  const running = (tasks.data?.rows ?? []).filter((task) => RUNNING.includes(task.state));
  return (
    <div className={s.shell}>
      <TitleBar project={project.data ?? null} pair={context.pair} panes={panes} onToggle={(pane) => setHidden((h) => ({ ...h, [pane]: panes[pane] }))} />
      {connection === 'lost' ? <MessageBar intent="warning" role="alert"><MessageBarBody>Connection to the host lost, reconnecting… If the host was started anew, open the new address that it shows.</MessageBarBody></MessageBar> : null}
      <div className={s.body}>
        {panes.tree ? (
          <nav ref={tree} className={`${s.tree} ${narrow ? s.narrowTree : ''}`} aria-label="Management tree">
            <ManagementTree projectName={projectName ?? 'Project'} pairs={pairs.data?.rows ?? []} collections={collections.data?.rows ?? []} />
          </nav>
        ) : null}
        <main ref={centre} className={s.centre}>
          {failed && !project.data ? <ErrorView error={errorData(failed)} onRetry={() => { void cache.invalidateQueries(); }} /> : null}
          {!project.data || !pairs.data || !collections.data
            ? failed ? null : <Loading label="Reading the project…" />
            : <Centre screens={features.screens} pairs={pairs.data.rows} collections={collections.data.rows} />}
        </main>
        {panes.actions ? <aside ref={actions} className={s.actions} aria-label="Actions"><ActionsPane /></aside> : null}
      </div>
      <StatusBar project={project.data ?? null} running={running} connection={connection} />
    </div>
  );
}

function focusFirst(pane: HTMLElement | undefined): void {
  pane?.querySelector<HTMLElement>('[tabindex="0"],button:not([tabindex="-1"]),input,a[href]')?.focus();
}

/** Tells about tasks that end or wait, wherever the person is. */
function useTaskToasts(): (task: TaskRow) => void {
  const id = useId('toaster');
  const { dispatchToast } = useToastController(TOASTER);
  const { go } = useNavigation();
  return useCallback((task: TaskRow): void => {
    // A dialog that shows this task says it already.
    // Cycles that end well come every few minutes and are listed on the Coexistence tab.
    if (task.kind === 'Synchronise' && task.state === 'Completed') return;
    if (task.state === 'Discarded' || document.querySelector(`[data-watched-task="${task.id}"]`)) return;
    const intent = task.state === 'Completed' ? 'success' : task.state === 'Failed' || task.state === 'Interrupted' ? 'error' : task.state === 'Awaiting approval' || task.state === 'Scheduled' ? 'info' : 'warning';
    const show = (): void => go(task.collectionId ? { kind: 'collection', pairId: task.pairId, collectionId: task.collectionId } : { kind: 'pair', pairId: task.pairId }, 'Tasks');
    dispatchToast(
      <Toast>
        <ToastTitle action={<ToastTrigger><Link as="button" onClick={show}>Show</Link></ToastTrigger>}>{`${task.kind}${task.collectionName ? ` of ${task.collectionName}` : ''}: ${task.state}`}</ToastTitle>
        <ToastBody>{task.message}</ToastBody>
      </Toast>,
      { intent, toastId: `${id}-${task.id}-${task.state}`, timeout: 8_000 },
    );
  }, [dispatchToast, go, id]);
}

/** Tells that coexistence of a collection needs a person, wherever the person is. */
function useAttentionToasts(): (attention: Events['coexistence.attention']) => void {
  const id = useId('toaster');
  const { dispatchToast } = useToastController(TOASTER);
  const { go } = useNavigation();
  return useCallback(({ collectionId, collectionName, pairId, message }): void => {
    const show = (): void => go({ kind: 'collection', pairId, collectionId }, 'Coexistence');
    dispatchToast(
      <Toast><ToastTitle action={<ToastTrigger><Link as="button" onClick={show}>Show</Link></ToastTrigger>}>{`Coexistence of ${collectionName} needs attention`}</ToastTitle><ToastBody>{message}</ToastBody></Toast>,
      { intent: 'warning', toastId: `${id}-attention-${collectionId}`, timeout: 8_000 },
    );
  }, [dispatchToast, go, id]);
}

/** Id of the one place where notifications appear. */
export const TOASTER = 'notifications';

/** The place where notifications appear; outside the shell so that dialogs do not hide it. */
export function Notifications(): ReactNode {
  const s = useStyles();
  return <section className={s.notifications} aria-label="Notifications"><Toaster inline toasterId={TOASTER} position="bottom-start" pauseOnHover limit={3} /></section>;
}
